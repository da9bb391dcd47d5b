"""The form that takes a place in a session: consent, and only what this session asks for.

It decides from what is known when the message comes; if the last seat goes to somebody else in that moment, the turn is
decided again and the form asks about the waiting list. It stores nothing: its effects do.
"""

from __future__ import annotations

import dataclasses
import datetime
import re

from bot.forms.form import SKIPPED, Answers, Form, Option, Setting, Step, lead_on
from bot.forms.readers import asks, plain
from bot.messages import Choice, Effect, GiveConsent, Register, Reply, SetProfile
from bot.outreach.session_filters import nearest_first
from bot.outreach.session_words import (
    USUAL,
    calendar_link,
    label_of,
    line_of,
    tell_reminding,
    tell_seats,
    tell_when,
    tell_where,
)
from bot.texts import escape, quote
from intents.entities import find_phone
from storage.registrations import Registration, Seat
from storage.sessions import Session

NAME = "registration"
PURPOSE = "dang-ky"
FULL = "full"  # an answer nobody is asked for: the session that was full when the form was opened
OFFERED = 5  # sessions offered when the form asks which
# What was agreed to, from little to much: whoever agreed to more agreed to less.
VERSIONS = {"": "2026-11-22", "name": "2026-11-22 tên", "name+phone": "2026-11-22 tên, điện thoại"}

_DATA = {
    "": "việc anh/chị đăng ký phiên này",
    "name": "họ tên và việc anh/chị đăng ký phiên này",
    "name+phone": "họ tên, số điện thoại và việc anh/chị đăng ký phiên này",
}
_NAME = re.compile(r"[^\W\d_]+(?:[ '’.-]+[^\W\d_]+){1,6}")
_SAID_NAME = re.compile(r"(?:tôi|toi|em|mình|minh|tên|ten)\s+(?:tên\s+|ten\s+)?(?:là|la)\s+(.+)", re.IGNORECASE)
# The family names nearly everybody in Hanoi has: who types one first, small and without accents, types a name.
_FAMILIES = (
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh dao doan lam mai trinh cao luong luu"
    " ha ta tong thai chu to quach kieu nghiem phung bach khuat trieu vuong duc ninh dam mac giang chau nong giap"
)
_FAMILY = frozenset(_FAMILIES.split())
_NO_NAME = re.compile(
    r" (?:ho so|ho ngheo|le phi|bao hiem|that nghiep|tro cap|hoc nghe|hoc phi|dang ky|can bo|vay von|dieu kien|an toan"
    r"|luong (?:toi|bao|thang|dong|tham)|do dai|phien|viec lam|giay to|lich|dia chi|thu tuc|la gi|ha noi|cho hoi"
    r"|cho toi|chu nhat) "
)
_DIGITS = re.compile(r"[+\d][\d .()-]{6,20}")


def chosen(answers: Answers, setting: Setting) -> Session | None:
    """The session the form is about, as it is now."""
    return setting.known.find_session(answers.get("session", ""))


def _held(answers: Answers, setting: Setting) -> Registration | None:
    session = chosen(answers, setting)
    return setting.known.find_place(session.id) if session else None


def _open_to(answers: Answers, setting: Setting) -> Session | None:
    """The session, when this person can still get a place in it by going on."""
    session, held = chosen(answers, setting), _held(answers, setting)
    if session is None or not session.open or session.ends_at <= setting.known.now:
        return None
    better = held is None or (held.status == "waiting" and not session.full)
    return session if better and "khong" not in {answers.get("wait"), answers.get("gone")} else None


def _agreed(asked: str, setting: Setting) -> bool:
    """Whether what this session asks for was agreed to before, in the words of today."""
    order = list(VERSIONS)
    enough = {VERSIONS[one] for one in order[order.index(asked) :]}
    return any(
        one.purpose == PURPOSE and not one.withdrawn_at and one.version in enough for one in setting.known.consents
    )


def _list_open(setting: Setting) -> list[Session]:
    free = (one for one in setting.known.sessions if one.open and setting.known.find_place(one.id) is None)
    return nearest_first(list(free), setting.commune, setting.library)


def _which(_answers: Answers, setting: Setting) -> tuple[Option, ...]:
    return tuple(Option(str(one.id), label_of(one), title=line_of(one)) for one in _list_open(setting)[:OFFERED])


def _needs_session(_answers: Answers, setting: Setting) -> bool:
    return bool(_list_open(setting))


def _needs_wait(answers: Answers, setting: Setting) -> bool:
    """Of a session that was full from the start the waiting list is asked about before anything else."""
    session = _open_to(answers, setting)
    return session is not None and session.full and answers.get(FULL) == str(session.id)


def _needs_gone(answers: Answers, setting: Setting) -> bool:
    """The last seat went while the person answered: a yes to something else is no yes to waiting."""
    session = _goes_on(answers, setting)
    return session is not None and session.full and answers.get("wait") != "cho"


def _needs_consent(answers: Answers, setting: Setting) -> bool:
    session = _open_to(answers, setting)
    return session is not None and not _agreed(session.asks, setting)


def _goes_on(answers: Answers, setting: Setting) -> Session | None:
    return _open_to(answers, setting) if answers.get("consent") != "khong" else None


def _needs_same(answers: Answers, setting: Setting) -> bool:
    """What was told before is offered once more, when it is all that is asked."""
    session, person = _goes_on(answers, setting), setting.known.person
    if session is None or person is None or not session.asks or not person.full_name:
        return False
    return session.asks == "name" or bool(person.phone)


def _needs_name(answers: Answers, setting: Setting) -> bool:
    session = _goes_on(answers, setting)
    return session is not None and bool(session.asks) and answers.get("same") != "dung"


def _needs_phone(answers: Answers, setting: Setting) -> bool:
    session = _goes_on(answers, setting)
    return session is not None and session.asks == "name+phone" and answers.get("same") != "dung"


def consent_text(session: Session) -> str:
    """What the person agrees to: which data, for what, who keeps it, how to take it back."""
    goal, keeper = "giữ chỗ và nhắc anh/chị trước giờ", "cơ quan vận hành kênh này (ghi tại mục Quyền riêng tư)"
    if session.asks:
        organiser = escape(session.organiser) or "đơn vị tổ chức phiên"
        goal, keeper = f"{goal}, lập danh sách người dự", f"{keeper} và {organiser}"
    return (
        f"Trước khi ghi tên, tôi cần anh/chị đồng ý:\n"
        f"- **Lưu gì:** {_DATA[session.asks]}.\n"
        f"- **Để làm gì:** {goal}.\n"
        f"- **Ai giữ:** {keeper}.\n"
        f"- **Rút lại:** hủy đăng ký hoặc gõ “xóa dữ liệu”, lúc nào cũng được."
    )


def _ask_wait(answers: Answers, setting: Setting) -> str:
    session = chosen(answers, setting)
    assert session is not None
    return (
        f"Phiên **{escape(session.title)}** ({tell_when(session)}) hiện đã đủ chỗ. Anh/chị có muốn vào danh sách chờ "
        "không? Có người nhường chỗ, ai chờ lâu nhất được xếp trước và tôi nhắn ngay; tôi không hứa chắc sẽ có chỗ."
    )


def _ask_consent(answers: Answers, setting: Setting) -> str:
    session = chosen(answers, setting)
    assert session is not None
    head = f"**{escape(session.title)}**\n{tell_when(session)}, {tell_where(session)}"
    return f"{head}\n\n{consent_text(session)}\n\nAnh/chị có đồng ý không?"


def _ask_same(answers: Answers, setting: Setting) -> str:
    session, person = chosen(answers, setting), setting.known.person
    assert session is not None
    assert person is not None
    phone = f", điện thoại **{person.phone}**" if session.asks == "name+phone" else ""
    return f"Tôi ghi tên **{quote(person.full_name)}**{phone} cho phiên {tell_when(session)}. Đúng chưa ạ?"


def _own_name(_answers: Answers, setting: Setting) -> tuple[Option, ...]:
    person = setting.known.person
    names = dict.fromkeys((person.full_name, person.name)) if person else {}
    return tuple(Option(name, name) for name in names if 0 < len(name) <= 24 and _NAME.fullmatch(name))


def _own_phone(_answers: Answers, setting: Setting) -> tuple[Option, ...]:
    person = setting.known.person
    return (Option(person.phone, person.phone),) if person and person.phone else ()


def read_name(text: str, _today: datetime.date) -> str:
    """A whole answer that is a person's name, "" for anything that may be something else."""
    said = _SAID_NAME.search(text)
    name = " ".join((said[1] if said else text).strip(" .,!").split())
    if not _NAME.fullmatch(name) or len(name) > 60 or asks(name) or _NO_NAME.search(plain(name)):
        return ""
    words = name.split()
    if all(word[0].isupper() for word in words):
        return name
    return name.title() if plain(words[0]).strip() in _FAMILY and len(words) <= 5 else ""


def find_number(text: str, _today: datetime.date) -> str:
    """A Vietnamese mobile number anywhere in a message."""
    found = find_phone(text)
    return found.number if found else ""


def read_number(text: str, today: datetime.date) -> str:
    """A whole answer that is a telephone number, also one that `check_number` will not take."""
    found = find_number(text, today)
    match = _DIGITS.search(text)
    return found or (re.sub(r"[^\d+]", "", match[0]) if match else "")


def check_number(value: str) -> str:
    """Mobile numbers and Hanoi's own lines are taken; others are explained."""
    if re.fullmatch(r"0[35789]\d{8}|02\d{8,9}", value):
        return ""
    if value.startswith(("+", "00")) and not value.startswith(("+84", "0084")):
        return (
            "Đây là số nước ngoài, ban tổ chức khó gọi được. Anh/chị cho số Việt Nam (10 số, bắt đầu bằng 0), "
            "hoặc chọn “Tôi không có số”."
        )
    return "Số này chưa giống số điện thoại Việt Nam. Anh/chị gõ lại đủ 10 số, ví dụ 0912 345 678."


def finish(answers: Answers, setting: Setting) -> Reply:
    """What became of it, in words."""
    session, held = chosen(answers, setting), _held(answers, setting)
    if session is None:
        nothing = "Hiện chưa có phiên nào mở đăng ký ở đây. Anh/chị xem lịch hoặc hỏi cán bộ giúp tôi."
        return Reply(nothing, lead_on(setting, "gdvl.lich", "gdvl.dia-diem"))
    if answers.get("consent") == "khong":
        kept = "Vâng, tôi không ghi tên và không lưu gì. Anh/chị vẫn có thể đến thẳng nơi tổ chức, không mất tiền."
        return Reply(kept, (Choice("Xem phiên khác", "ph:ds"),))
    if "khong" in {answers.get("wait"), answers.get("gone")}:
        return Reply("Vâng, tôi không ghi vào danh sách chờ.", (Choice("Xem phiên khác", "ph:ds"),))
    if _open_to(answers, setting) is None:
        return _no_place(session, held)
    return _placed(session, setting)


def _no_place(session: Session, held: Registration | None) -> Reply:
    if held:
        where = "có chỗ ở phiên này" if held.status == "registered" else "ở trong danh sách chờ của phiên này"
        choices = (Choice("Xem đăng ký", f"ph:x:{session.id}"), Choice("Phiên của tôi", "ph:toi"))
        return Reply(f"Anh/chị đã {where} rồi: {tell_when(session)}.", choices)
    sorry = f"Phiên **{escape(session.title)}** không còn nhận đăng ký ({tell_seats(session) or 'đã qua'})."
    return Reply(sorry, (Choice("Xem phiên khác", "ph:ds"),))


def _placed(session: Session, setting: Setting) -> Reply:
    known = setting.known
    if session.full:
        text = (
            f"Tôi đã ghi anh/chị vào **danh sách chờ**: {escape(session.title)}, {tell_when(session)}. "
            "Có chỗ là tôi nhắn ngay. Chưa có tin nghĩa là chưa có chỗ."
        )
        return Reply(text, (Choice("Phiên của tôi", "ph:toi"), Choice("Rời danh sách chờ", f"ph:h:{session.id}")))
    lines = [
        "**Đã giữ chỗ cho anh/chị.**",
        f"{escape(session.title)}\n{tell_when(session)}\n{tell_where(session)}",
        tell_reminding(session, USUAL, known.now),
        "Dự phiên không mất tiền. Không đi được, anh/chị hủy để người khác có chỗ.",
    ]
    if known.person and not known.person.pushes_allowed:
        lines.append("Anh/chị đang tắt tin nhắn nên tôi chưa nhắc được; muốn nhắc thì gõ “nhắn tin”.")
    lines.append(calendar_link(session, known))
    choices = (
        Choice("Đổi giờ nhắc", f"ph:n:{session.id}"),
        Choice("Phiên của tôi", "ph:toi"),
        Choice("Hủy đăng ký", f"ph:h:{session.id}"),
    )
    return Reply("\n\n".join(line for line in lines if line), choices)


def effects(answers: Answers, setting: Setting) -> tuple[Effect, ...]:
    """What the result leaves behind; nothing without consent."""
    session = _goes_on(answers, setting)
    if session is None:
        return ()
    done: list[Effect] = []
    if answers.get("consent") == "co":
        done.append(GiveConsent(PURPOSE, VERSIONS[session.asks], consent_text(session)))
    name, phone = _contact(answers, session, setting)
    if answers.get("same") != "dung":
        told = (SetProfile("full_name", name), SetProfile("phone", phone))
        done += [effect for effect in told if effect.value]
    seat: Seat = "waiting" if session.full else "registered"
    return (*done, Register(session.id, seat, name, phone, USUAL))


def _contact(answers: Answers, session: Session, setting: Setting) -> tuple[str, str]:
    """Name and phone as far as this session asks for them."""
    person = setting.known.person
    given = {key: answers.get(key, SKIPPED) for key in ("name", "phone")}
    if answers.get("same") == "dung" and person:
        given = {"name": person.full_name, "phone": person.phone}
    told = {key: "" if value == SKIPPED else value for key, value in given.items()}
    return (told["name"] if session.asks else "", told["phone"] if session.asks == "name+phone" else "")


def _unsaid(_value: str, _setting: Setting) -> str:
    """A yes or no is not said back."""
    return ""


_YES = ("dong y", "co", "ok", "oke", "duoc", "vang", "u", "uh", "da", "yes", "dung", "dung roi", "nhat tri")

_WAIT = Step(
    key="wait",
    question="",
    question_for=_ask_wait,
    expected="Anh/chị chọn: vào danh sách chờ, hay thôi.",
    options=(
        Option("cho", "Vào danh sách chờ", alone=(*_YES, "cho", "danh sach cho", "vao danh sach cho")),
        Option("khong", "Không chờ", alone=("khong", "khong cho", "ko")),
    ),
    needed=_needs_wait,
    tell_in=_unsaid,
    most_words=7,
)

FORM = Form(
    name=NAME,
    entry="gdvl.dang-ky",
    invite="",
    again="",
    sourced=False,
    finish=finish,
    effects=effects,
    steps=(
        Step(
            key="session",
            question="Anh/chị muốn đăng ký phiên nào?",
            expected="Anh/chị chọn một phiên bằng số đứng trước nó, hoặc gõ “thôi”.",
            offer=_which,
            needed=_needs_session,
        ),
        _WAIT,
        Step(
            key="consent",
            question="",
            question_for=_ask_consent,
            expected="Anh/chị gõ “đồng ý” hoặc “không đồng ý” giúp tôi. Chưa đồng ý thì tôi không lưu gì.",
            options=(
                Option("co", "Đồng ý, đăng ký", alone=_YES),
                Option("khong", "Không đồng ý", alone=("khong dong y", "khong", "ko", "ko dong y", "chua")),
            ),
            needed=_needs_consent,
            tell_in=_unsaid,
            most_words=7,
        ),
        Step(
            key="same",
            question="",
            question_for=_ask_same,
            expected="Anh/chị chọn: đúng, hay sửa lại.",
            options=(
                Option("dung", "Đúng, đăng ký", alone=(*_YES, "dung roi")),
                Option(
                    "sua", "Sửa lại", alone=("sua", "sua lai", "sai", "sai roi", "khong dung", "khong", "chua dung")
                ),
            ),
            needed=_needs_same,
            tell_in=_unsaid,
        ),
        Step(
            key="name",
            question="Anh/chị cho tôi **họ và tên** để ghi vào danh sách.",
            expected="Tôi cần họ và tên đầy đủ, ví dụ “Nguyễn Thị Lan”. Anh/chị viết hoa chữ cái đầu giúp tôi.",
            offer=_own_name,
            read=read_name,
            tell=lambda value: f"tên {quote(value)}",
            needed=_needs_name,
            most_words=9,
        ),
        Step(
            key="phone",
            question="**Số điện thoại** để ban tổ chức gọi khi cần?",
            expected="Tôi cần số điện thoại 10 số, ví dụ 0912 345 678. Không có thì anh/chị chọn “Tôi không có số”.",
            options=(Option(SKIPPED, "Tôi không có số", alone=("khong co", "khong co so", "bo qua")),),
            offer=_own_phone,
            find=find_number,
            read=read_number,
            check=check_number,
            tell=lambda value: f"điện thoại {value}",
            needed=_needs_phone,
        ),
        dataclasses.replace(_WAIT, key="gone", needed=_needs_gone),
    ),
)
