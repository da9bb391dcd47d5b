"""The form "Tôi được hưởng chính sách gì?": five taps, then every policy that applies and why it is listed.

The policies and their conditions are content (content/policies.yaml). It never says somebody is entitled: it lists what
is worth asking for, and the authority decides.
"""

from __future__ import annotations

import datetime
import re

from bot.forms.form import SKIPPED, Answers, Form, Option, Setting, Step
from bot.messages import Choice, Reply
from bot.orders import ENTRY
from content.model import Policy
from content.render import render_segments

EXPLAINED = 5  # policies told with their sentence; the others are named only, so that the answer stays readable
LISTED = 12  # policies that hang on an answer not given fill the list up to this length
EVERYTHING = "tat-ca"
WORKING_AGE = "18-59"  # speaks for nearly everything and so explains nothing

_AGE = re.compile(r"(?<!\d)(\d{1,2})\s*(?:tuổi|tuoi)(?!\w)", re.IGNORECASE)
_BORN = re.compile(r"(?:sinh năm|sinh nam|sn)\s*((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_BARE_AGE = re.compile(r"\s*(1[0-9]|[2-9][0-9])\s*")
_BARE_YEAR = re.compile(r"\s*((?:19|20)\d\d)\s*")


def find_age(text: str, today: datetime.date) -> str:
    """The age band named in a message: "62 tuổi", "sinh năm 1970"."""
    age, born = _AGE.search(text), _BORN.search(text)
    if age:
        return _band(int(age[1]))
    return _band(today.year - int(born[1])) if born else ""


def read_age(text: str, today: datetime.date) -> str:
    """A whole answer like "62" or "1970"; a single digit is the number of a choice."""
    age, year = _BARE_AGE.fullmatch(text), _BARE_YEAR.fullmatch(text)
    if age:
        return _band(int(age[1]))
    return _band(today.year - int(year[1])) if year else find_age(text, today)


def _band(age: int) -> str:
    if age < 18:
        return "duoi-18"
    return "18-59" if age < 60 else "tu-60"


def fit(policy: Policy, answers: Answers) -> tuple[str, tuple[str, ...]]:
    """Whether a policy is for these answers: ("yes" | "maybe" | "no", the keys that speak for it).

    An answer not given leaves a policy possible; a wish to see everything, or none named, stands for every wish.
    """
    best: tuple[str, tuple[str, ...]] = ("no", ())
    for alternative in policy.who:
        unknown = False
        fits = True
        for key, accepted in alternative.items():
            given = answers.get(key, SKIPPED)
            if key == "wish" and given in (SKIPPED, EVERYTHING):
                continue
            if given == SKIPPED:
                unknown = True
            elif not set(given.split("+")) & set(accepted):
                fits = False
        if fits and not unknown:
            return "yes", tuple(key for key in alternative if answers.get(key, SKIPPED) != SKIPPED)
        if fits:
            best = ("maybe", ())
    return best


def finish(answers: Answers, setting: Setting) -> Reply:
    """The list in words: those that serve the wish first, each with its reason; then what may apply as well."""
    wish = answers.get("wish", SKIPPED)
    judged = [(policy, *fit(policy, answers)) for policy in setting.library.policies]
    sure = [(policy, keys) for policy, verdict, keys in judged if verdict == "yes"]
    sure.sort(key=lambda each: wish not in (SKIPPED, EVERYTHING) and each[0].wish != wish)
    unsure = [policy for policy, verdict, _ in judged if verdict == "maybe"]
    unsure.sort(key=lambda policy: wish not in (SKIPPED, EVERYTHING) and policy.wish != wish)
    unsure = unsure[: max(0, LISTED - len(sure))]
    lines = [_line(policy, keys, answers, setting, explained=n < EXPLAINED) for n, (policy, keys) in enumerate(sure)]
    lines += [f"**{policy.name}**: tùy điều anh/chị chưa nói." for policy in unsure]
    policies = [*(policy for policy, _ in sure), *unsure]
    head = (
        f"Theo câu trả lời của anh/chị, có **{len(sure)} chính sách** nên xem:"
        if sure
        else "Anh/chị chưa nói nhiều, nên tôi chưa chắc chính sách nào. Có thể hợp:"
    )
    if not policies:
        head = "Theo câu trả lời này, tôi chưa thấy chính sách nào trong danh sách hợp với anh/chị."
    parts = [head, "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1)), _notes(answers)]
    choices = tuple(Choice(policy.menu, ENTRY + policy.entry) for policy in policies)
    return Reply("\n\n".join(part for part in parts if part), choices)


def _line(policy: Policy, keys: tuple[str, ...], answers: Answers, setting: Setting, *, explained: bool) -> str:
    chosen = _chosen(policy, keys, answers)
    reason = f" (vì anh/chị chọn {chosen})" if chosen else ""
    if not explained:
        return f"**{policy.name}**{reason}."
    why = render_segments(policy.why, setting.library.figures, setting.today)
    return f"**{policy.name}**{reason}: {why}"


def _chosen(policy: Policy, keys: tuple[str, ...], answers: Answers) -> str:
    """The labels of the answers that speak for a policy: of several groups only those it is for."""
    labels = []
    for key in keys:
        accepted = {value for alternative in policy.who for value in alternative.get(key, ())}
        values = [value for value in answers[key].split("+") if value in accepted - {WORKING_AGE}]
        step = FORM.get_step(key)
        labels += [f"“{step.label(value, step.options)}”" for value in values]
    return ", ".join(labels)


def _notes(answers: Answers) -> str:
    notes = [
        "Chọn một mục để xem điều kiện, mức tiền và giấy tờ. Cơ quan nhận hồ sơ quyết định anh/chị có được hay không."
    ]
    if answers.get("residence") == "noi-khac":
        notes.append("Anh/chị không ở Hà Nội nên hỏi ở nơi đang ở; chính sách riêng của Hà Nội không kể ở đây.")
    return "\n\n".join(notes)


FORM = Form(
    name="eligibility",
    entry="chung.chinh-sach",
    invite="Trả lời năm câu",
    again="Trả lời lại",
    at_once=True,
    finish=finish,
    steps=(
        Step(
            key="group",
            question=(
                "**Câu 1 trong 5.** Anh/chị thuộc nhóm nào? Thuộc vài nhóm thì gõ các số, ví dụ “1, 3”. "
                "Không muốn nói thì chọn “Không nói”."
            ),
            expected="Anh/chị chọn nhóm bằng số, ví dụ “1” hoặc “1, 3”; hoặc gõ “hộ nghèo”, “không thuộc nhóm nào”.",
            options=(
                Option("ho-ngheo", "Hộ nghèo, cận nghèo", ("ho ngheo", "can ngheo")),
                Option("dan-toc", "Dân tộc thiểu số", ("dan toc thieu so", "nguoi dan toc", "dan toc")),
                Option("khuyet-tat", "Người khuyết tật", ("khuyet tat", "tan tat")),
                Option("dat-thu-hoi", "Có đất bị thu hồi", ("thu hoi dat", "dat thu hoi", "dat bi thu hoi", "mat dat")),
                Option(
                    "thanh-nien",
                    "Xuất ngũ, tình nguyện",
                    ("xuat ngu", "bo doi ve", "nghia vu quan su", "thanh nien tinh nguyen", "tri thuc tre tinh nguyen"),
                ),
                Option("sau-cai-nghien", "Sau cai nghiện", ("cai nghien",)),
                Option("man-han-tu", "Mãn hạn tù", ("man han tu", "ra tu", "an tu", "tu ve")),
                Option(
                    "nguoi-co-cong", "Người có công, thân nhân", ("nguoi co cong", "thuong binh", "liet si", "liet sy")
                ),
                Option(
                    "khong",
                    "Không thuộc nhóm nào",
                    ("khong thuoc nhom nao",),
                    alone=("khong", "ko", "khong thuoc", "khong co", "binh thuong"),
                ),
                Option(SKIPPED, "Không nói", alone=("khong noi", "khong muon noi", "bo qua")),
            ),
            several=True,
        ),
        Step(
            key="residence",
            question="**Câu 2 trong 5.** Anh/chị đang ở đâu, kể cả tạm trú dài hạn?",
            expected="Anh/chị chọn nơi đang ở: gõ “xã”, “phường” hoặc “tỉnh khác”.",
            options=(
                Option("xa", "Một xã của Hà Nội", ("nong thon", "o que", "o xa"), alone=("xa", "que", "thon")),
                Option("phuong", "Một phường của Hà Nội", ("noi thanh", "o phuong"), alone=("phuong", "pho")),
                Option("noi-khac", "Tỉnh khác", ("tinh khac", "ngoai tinh"), alone=("noi khac",)),
                Option(SKIPPED, "Không nói", alone=("khong noi", "khong muon noi", "bo qua")),
            ),
        ),
        Step(
            key="age",
            question="**Câu 3 trong 5.** Anh/chị bao nhiêu tuổi? Chọn, hoặc gõ tuổi, ví dụ “45”.",
            expected="Anh/chị gõ tuổi bằng số, ví dụ “45 tuổi”, hoặc chọn một mục.",
            options=(
                Option("duoi-18", "Dưới 18 tuổi"),
                Option("18-59", "Từ 18 đến 59 tuổi"),
                Option("tu-60", "Từ 60 tuổi", ("ve huu", "nguoi cao tuoi")),
                Option(SKIPPED, "Không nói", alone=("khong noi", "khong muon noi", "bo qua")),
            ),
            find=find_age,
            read=read_age,
        ),
        Step(
            key="work",
            question="**Câu 4 trong 5.** Hiện anh/chị đang làm gì?",
            expected="Anh/chị chọn việc hiện nay: gõ “mới nghỉ việc”, “làm tự do”, “chưa có việc”… hoặc chọn một mục.",
            options=(
                Option(
                    "dang-lam", "Đang làm có hợp đồng", ("dang di lam", "cong nhan", "co hop dong"), alone=("di lam",)
                ),
                Option(
                    "moi-nghi",
                    "Mới nghỉ, mất việc",
                    ("mat viec", "nghi viec", "that nghiep", "bi cho nghi", "cho thoi viec", "moi nghi"),
                ),
                Option(
                    "dang-huong",
                    "Đang hưởng thất nghiệp",
                    ("dang huong", "dang linh", "dang nhan tro cap", "huong tro cap that nghiep"),
                ),
                Option(
                    "tu-do",
                    "Làm tự do, làm ruộng",
                    ("tu do", "lam thue", "ban hang", "lam ruong", "nong dan", "shipper", "xe om", "buon ban"),
                ),
                Option(
                    "chua-viec",
                    "Chưa có việc",
                    ("chua co viec", "khong co viec", "chua di lam", "moi ra truong", "noi tro"),
                ),
                Option(
                    "chu",
                    "Chủ cơ sở, doanh nghiệp",
                    ("chu doanh nghiep", "chu co so", "chu cong ty", "giam doc", "hop tac xa"),
                ),
                Option(SKIPPED, "Không nói", alone=("khong noi", "khong muon noi", "bo qua")),
            ),
        ),
        Step(
            key="wish",
            question="**Câu 5 trong 5.** Anh/chị muốn gì nhất?",
            expected="Anh/chị chọn điều muốn nhất, ví dụ “học nghề”, “tìm việc”, “vay vốn”, “đi nước ngoài”, “tất cả”.",
            options=(
                Option("hoc", "Học nghề", ("hoc nghe", "hoc mot nghe", "hoc lai nghe"), alone=("hoc",)),
                Option("viec", "Tìm việc", ("tim viec", "kiem viec", "xin viec"), alone=("viec", "viec lam")),
                Option(
                    "vay", "Vay vốn làm ăn", ("vay von", "muon vay", "vay tien", "von lam an"), alone=("vay", "von")
                ),
                Option(
                    "nuoc-ngoai",
                    "Đi làm ở nước ngoài",
                    ("nuoc ngoai", "xuat khau lao dong", "xkld", "di nhat", "di han", "di dai loan"),
                ),
                Option(EVERYTHING, "Xem tất cả", ("xem tat ca", "xem het", "gi cung duoc"), alone=("tat ca", "het")),
                Option(SKIPPED, "Không nói", alone=("khong noi", "khong muon noi", "bo qua")),
            ),
        ),
    ),
)
