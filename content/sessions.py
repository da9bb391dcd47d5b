"""Sessions as people write them: reading content/sessions/*.yaml, and the words for kinds, states and what is asked.

It knows how a calendar is written, in a file or in an official's list; what is done with it is `bot`'s. It must not
invent: a time that is not one, a kind nobody knows, is a problem and no session.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from content.fields import check_keys, is_null, read_document, read_text, read_texts, suggest
from content.findings import Findings
from content.model import PRIORITY_GROUPS, Place, PlannedSession
from content.yaml_lines import Fields, Items, Node

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST_TITLE = 120
LONGEST_TEXT = 300
LONGEST_DAYS = 31  # a session that lasts longer is a mistyped date
MOST = 1_000_000  # seats or openings

# How people write what is stored as a slug. The first of each is how we write it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "hang-ngay": ("hằng ngày", "hàng ngày", "thường xuyên", "định kỳ"),
    "chuyen-de": ("chuyên đề",),
    "luu-dong": ("lưu động", "về xã", "về phường"),
    "online": ("online", "trực tuyến", "qua mạng"),
    "khuyet-tat": ("lồng ghép người khuyết tật", "người khuyết tật", "khuyết tật", "lồng ghép", "nkt"),
    "doi-thoai": ("hội nghị đối thoại", "đối thoại"),
    "ngay-hoi": ("ngày hội", "ngày hội việc làm", "hội chợ việc làm"),
}
STATUSES: Mapping[str, tuple[str, ...]] = {
    "du-kien": ("dự kiến", "chưa mở"),
    "mo": ("mở", "đang mở", "mở đăng ký"),
    "day": ("đầy", "đủ người", "hết chỗ"),
    "hoan": ("hoãn", "tạm hoãn"),
    "huy": ("hủy", "hủy bỏ", "không tổ chức"),
    "xong": ("xong", "đã xong", "kết thúc", "đã tổ chức"),
}
ASKS: Mapping[str, tuple[str, ...]] = {
    "": ("không", "không hỏi", "không cần"),
    "name": ("họ tên", "tên", "họ và tên"),
    "name+phone": ("họ tên và điện thoại", "họ tên, điện thoại", "tên và số điện thoại", "họ tên và số điện thoại"),
}

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2}) (\d{1,2}):(\d{2})")
_WHOLE = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+")
_KEYS = (
    *("title", "kind", "starts", "ends", "place", "link", "commune", "exchange", "organiser", "employers"),
    *("openings", "capacity", "audience", "asks", "status", "note"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class SessionFile:
    """The sessions of one file; `lines` maps "<slug>" and "<slug>.<key>" to where they stand."""

    sessions: tuple[PlannedSession, ...]
    lines: Mapping[str, int]


def find_slug(words: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """The slug a person's word stands for in KINDS, STATUSES or ASKS, whatever its case and accents; None for none."""
    wanted = plain(text)
    for slug, names in words.items():
        if wanted and (wanted == plain(slug) or wanted in {plain(name) for name in names}):
            return slug
    return None


def plain(text: str) -> str:
    """Small letters and digits without diacritics, one space between words."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare.replace("đ", "d")).split())


def find_commune(text: str, places: tuple[Place, ...]) -> str | None:
    """The slug of the commune or ward a name or slug means; None when there is none of that name."""
    wanted = plain(text)
    for place in places:
        if wanted in {plain(place.slug), plain(place.name), plain(f"{place.kind} {place.name}")}:
            return place.slug
    return None


def find_whole(text: str) -> int | None:
    """A whole number as people write it ("1.200"); None when it is none or absurd."""
    match = _WHOLE.fullmatch(text.strip())
    number = int(re.sub(r"[.,]", "", match[0])) if match else -1
    return number if 0 <= number <= MOST else None


def to_utc(local: datetime.datetime) -> str:
    """Hanoi's wall clock as the UTC ISO text that rows hold."""
    moment = local.replace(tzinfo=HANOI).astimezone(datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def list_faults(session: PlannedSession) -> list[tuple[str, str, str]]:
    """What is wrong with a session as a whole: (key, message, hint) in Vietnamese, whoever wrote it."""
    faults = []
    if session.starts_at and session.ends_at:
        length = datetime.datetime.fromisoformat(session.ends_at) - datetime.datetime.fromisoformat(session.starts_at)
        if length <= datetime.timedelta(0):
            faults.append(("ends", "Giờ kết thúc không sau giờ bắt đầu", "Xem lại ngày, giờ bắt đầu và kết thúc."))
        elif length > datetime.timedelta(days=LONGEST_DAYS):
            faults.append(("ends", f"Kéo dài hơn {LONGEST_DAYS} ngày", "Xem lại ngày bắt đầu và kết thúc."))
    if not session.place and not session.link:
        faults.append(("place", "Chưa ghi địa điểm", "Ghi nơi tổ chức; phiên online thì ghi đường dẫn."))
    if session.link and not session.link.startswith("https://"):
        faults.append(("link", "Đường dẫn phải bắt đầu bằng https://", "Chép lại đường dẫn đầy đủ."))
    if len(session.title) > LONGEST_TITLE:
        faults.append(("title", f"Tên dài quá {LONGEST_TITLE} chữ", "Rút gọn tên phiên."))
    long = [key for key in ("place", "organiser", "note") if len(getattr(session, key)) > LONGEST_TEXT]
    faults += [(key, f"Dài quá {LONGEST_TEXT} chữ", "Viết ngắn lại.") for key in long]
    return faults


def digest(session: PlannedSession) -> str:
    """What tells one version of a written session from another."""
    return hashlib.sha256(repr(session).encode()).hexdigest()[:32]


def parse_sessions(text: str, findings: Findings) -> SessionFile:
    """Read one file of sessions. A session with errors is reported and left out; communes are checked later."""
    document = read_document(text, findings)
    if document is None:
        return SessionFile((), {})
    for key, line in document.duplicates:
        findings.error(line, key, f"Mã phiên `{key}` viết hai lần", "Đặt mã khác cho một trong hai.")
    sessions: list[PlannedSession] = []
    lines: dict[str, int] = {}
    for slug, node in document.values.items():
        line = document.lines[slug]
        if not isinstance(node, Fields):
            findings.error(line, slug, f"Phiên `{slug}` viết sai", "Mỗi phiên có title, kind, starts, ends, place.")
            continue
        lines |= {slug: line} | {f"{slug}.{key}": node.lines.get(key, line) for key in _KEYS}
        before = sum(problem.level == "error" for problem in findings.problems)
        session = _parse_session(slug, line, node, findings)
        if sum(problem.level == "error" for problem in findings.problems) == before:
            sessions.append(session)
    return SessionFile(tuple(sessions), lines)


def _parse_session(slug: str, line: int, node: Fields, findings: Findings) -> PlannedSession:
    check_keys(node, _KEYS, findings, f"{slug}.")
    if not _SLUG.fullmatch(slug):
        hint = "Ví dụ ha-dong-2026-12-05; mã không đổi về sau."
        findings.error(line, slug, "Mã phiên chỉ gồm chữ thường không dấu, số và gạch nối", hint)
    read = _Reader(slug, line, node, findings)
    session = PlannedSession(
        slug=slug,
        kind=read.word("kind", KINDS, required=True),
        title=read.text("title", required=True),
        starts_at=read.moment("starts"),
        ends_at=read.moment("ends"),
        place=read.text("place"),
        link=read.text("link"),
        commune=read.text("commune"),
        exchange=read.text("exchange"),
        organiser=read.text("organiser"),
        employers=read.texts("employers"),
        openings=read.whole("openings"),
        capacity=read.whole("capacity"),
        audience=read.groups("audience"),
        asks=read.word("asks", ASKS, otherwise=""),
        status=read.word("status", STATUSES, otherwise="mo"),
        note=read.text("note"),
    )
    for key, message, hint in list_faults(session):
        findings.error(node.lines.get(key, line), f"{slug}.{key}", message, hint)
    return session


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """The fields of one session, each read with its own words when it is wrong."""

    slug: str
    line: int
    fields: Fields
    findings: Findings

    def node(self, key: str) -> tuple[Node | None, int, str]:
        return self.fields.values.get(key), self.fields.lines.get(key, self.line), f"{self.slug}.{key}"

    def text(self, key: str, *, required: bool = False) -> str:
        node, line, field = self.node(key)
        return " ".join(read_text(node, line, field, self.findings, required=required).split())

    def texts(self, key: str) -> str:
        """A list, or a sentence, as one sentence."""
        node, line, field = self.node(key)
        if isinstance(node, Items):
            return ", ".join(text for text, _ in read_texts(node, line, field, self.findings))
        return self.text(key)

    def word(
        self, key: str, words: Mapping[str, tuple[str, ...]], *, otherwise: str = "", required: bool = False
    ) -> str:
        text = self.text(key, required=required)
        if not text:
            return otherwise
        slug = find_slug(words, text)
        if slug is None:
            _, line, field = self.node(key)
            self.findings.error(line, field, f"Không hiểu “{text}”", suggest(text, [n[0] for n in words.values()]))
        return slug or ""

    def moment(self, key: str) -> str:
        text = self.text(key, required=True)
        match = _MOMENT.fullmatch(text)
        try:
            return to_utc(datetime.datetime(*(int(part) for part in match.groups()))) if match else self._no_moment(key)  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return self._no_moment(key)

    def _no_moment(self, key: str) -> str:
        node, line, field = self.node(key)
        if not is_null(node):
            self.findings.error(line, field, "Không phải ngày giờ đúng", "Viết ví dụ 2026-12-05 08:00 (giờ Hà Nội).")
        return ""

    def whole(self, key: str) -> int:
        text = self.text(key)
        number = find_whole(text) if text else 0
        if number is None:
            _, line, field = self.node(key)
            self.findings.error(
                line, field, f"“{text}” không phải số đếm", "Viết số, ví dụ 120; chưa biết thì bỏ dòng."
            )
        return number or 0

    def groups(self, key: str) -> str:
        node, line, field = self.node(key)
        if is_null(node):
            return ""
        found = read_texts(node, line, field, self.findings)
        for text, at in found:
            if text not in PRIORITY_GROUPS:
                self.findings.error(at, field, f"Không có nhóm `{text}`", suggest(text, PRIORITY_GROUPS))
        return ",".join(text for text, _ in found)


def check_sessions(
    files: Mapping[str, tuple[SessionFile, Findings]], places: tuple[Place, ...]
) -> tuple[PlannedSession, ...]:
    """Hold the files side by side: communes must exist, codes must differ. Returns all sessions, communes as slugs."""
    seen: dict[str, str] = {}
    sessions = []
    for name, (file, findings) in files.items():
        for session in file.sessions:
            other = seen.setdefault(session.slug, name)
            if other != name:
                hint = "Đặt mã khác; mã giữ nguyên khi phiên đổi ngày."
                message = f"Mã phiên `{session.slug}` đã có trong {other}"
                findings.error(file.lines[session.slug], session.slug, message, hint)
                continue
            commune = find_commune(session.commune, places) if session.commune else ""
            if commune is None:
                at, field = file.lines[f"{session.slug}.commune"], f"{session.slug}.commune"
                hint = suggest(session.commune, [place.name for place in places]) or "Xem tên trong places.yaml."
                findings.error(at, field, f"Không có xã, phường “{session.commune}”", hint)
                continue
            sessions.append(dataclasses.replace(session, commune=commune))
    return tuple(sessions)
