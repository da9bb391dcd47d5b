"""The report as sections and tables, before it is written into any file: both files show the very same numbers.

It words and arranges; it counts nothing anew and knows no file format. None in a cell is said as "không có số liệu".
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.clock import HANOI, iso, parse_iso
from bot.forms.groups import LABELS as GROUP_NAMES
from bot.forms.needs_survey import LEVEL_LABELS, WISH_LABELS
from bot.reporting.figures import Figures, gather, total
from bot.reporting.periods import Period
from bot.session_notices import AFTER, BEFORE, CANCELLED, MOVED, SEAT
from content.model import Library
from content.sessions import KINDS
from storage.database import Connection
from storage.scope import Scope
from storage.statistics import SessionCount

Cell = str | int | float | None
NO_DATA = "không có số liệu"
CHANNEL_NAMES = {"telegram": "Telegram", "zalo": "Zalo", "web": "Trang web"}
NO_COMMUNE = "Chưa nói nơi ở"
_SESSION_NEWS = {BEFORE, AFTER, MOVED, CANCELLED, SEAT}


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """`title` has no number yet. Every row is as long as `header`; no row means that nothing was recorded.

    `long` tables (every commune) are cut in the letter and whole in the workbook; `wide` ones stand only there.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    long: bool = False
    wide: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: sentences first, then tables. A `blank` is left for the official to write."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    blanks: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Issuer:
    """Whose letter it is: the body above, the body that signs, its short name in the number, the place, the signer."""

    above: str
    body: str
    code: str
    place: str
    signer: str


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All of it. `area` is whose people were counted: "xã Hòa Xá", "thành phố Hà Nội"; `today` is Hanoi's day."""

    period: Period
    area: str
    issuer: Issuer
    today: datetime.date
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


def make_report(c: Connection, library: Library, scope: Scope, period: Period, now: datetime.datetime) -> Report:
    """Count the period and the one before it, and arrange what was found."""
    this, before = gather(c, scope, period), gather(c, scope, period.before)
    sections = (
        _reach(this, before, library),
        _answers(this, library),
        _sessions_and_needs(this, library),
        _news(this),
        Section(
            "Khó khăn, vướng mắc và kiến nghị",
            blanks=(
                "[Cán bộ điền: khó khăn, vướng mắc trong kỳ và nguyên nhân]",
                "[Cán bộ điền: nhiệm vụ trọng tâm kỳ tới]",
                "[Cán bộ điền: kiến nghị, đề xuất với cấp trên]",
            ),
        ),
    )
    today = now.astimezone(HANOI).date()
    area, issuer = issuer_of(library, scope)
    return Report(period, area, issuer, today, tuple(_notes(this, before, now)), sections)


def issuer_of(library: Library, scope: Scope) -> tuple[str, Issuer]:
    """Whose people a scope holds, in words, and who writes about them; what is not known is left to be filled in."""
    if scope.communes is None:
        issuer = Issuer("Sở Nội vụ Hà Nội", "Trung tâm Dịch vụ việc làm Hà Nội", "TTDVVL", "Hà Nội", "Giám đốc")
        return "thành phố Hà Nội", issuer
    places = sorted((place for place in library.places if scope.covers(place.slug)), key=lambda place: place.name)
    if len(places) == 1:
        name = f"{places[0].kind} {places[0].name}"
        above = f"Ủy ban nhân dân {name}"
        return name, Issuer(above, "Phòng Văn hóa - Xã hội", "VHXH", places[0].name, "Trưởng phòng")
    unknown = Issuer("[Cơ quan chủ quản]", "[Cơ quan ban hành]", "[…]", "Hà Nội", "[Chức vụ]")
    return f"{len(places)} xã, phường ({', '.join(place.name for place in places)})", unknown


def _notes(this: Figures, before: Figures, now: datetime.datetime) -> Iterable[str]:
    if iso(now) < this.period.span.until_at:
        yield f"Kỳ báo cáo chưa kết thúc: số liệu tính đến {now.astimezone(HANOI):%H giờ %M ngày %d/%m/%Y}."
    first = this.recorded_from_at
    if this.recorded and first > this.period.span.from_at:
        yield f"Hệ thống bắt đầu ghi nhận từ ngày {parse_iso(first).astimezone(HANOI):%d/%m/%Y}."
    if not this.recorded:
        yield "Hệ thống chưa ghi nhận tin nhắn nào đến hết kỳ báo cáo."
    if not before.recorded:
        yield f"Kỳ trước ({before.period.name}) không có số liệu để so sánh."
    yield (
        "Số liệu do hệ thống Gõ Cửa tổng hợp; không tính người đã yêu cầu xóa dữ liệu. "
        f"Chỗ ghi “{NO_DATA}” là chưa ai ghi nhận, không phải bằng 0."
    )


_SUMMARY: tuple[tuple[str, str, Callable[[Figures], int | float | None]], ...] = (
    ("Người lần đầu nhắn tới hệ thống", "người", Figures.came_new),
    ("Người đã nhắn tin trong kỳ", "người", Figures.wrote),
    ("Tổng số người đã tiếp cận đến cuối kỳ", "người", Figures.known),
    ("Lượt hỏi", "lượt", Figures.asked),
    ("– trả lời được ngay", "lượt", lambda figures: figures.asked("answer")),
    ("– phải hỏi lại cho rõ", "lượt", lambda figures: figures.asked("clarify")),
    ("– chưa trả lời được", "lượt", lambda figures: figures.asked("fallback")),
    ("Câu hỏi gửi cán bộ", "câu", Figures.questions_asked),
    ("– đã trả lời", "câu", Figures.questions_answered),
    ("– thời gian chờ trả lời (trung vị)", "giờ", Figures.hours_to_answer),
    ("Phiên giao dịch việc làm", "phiên", Figures.session_count),
    ("– lượt đăng ký tham gia", "lượt", Figures.registered),
    ("– lượt đã đến (điểm danh)", "lượt", Figures.attended),
    ("– người báo đã được nhận việc", "người", Figures.hired),
    ("Nhu cầu được khai trong kỳ", "nhu cầu", Figures.wished),
    ("Đợt thông báo", "đợt", Figures.broadcasts_begun),
    ("– tin thông báo đã gửi tới nơi", "tin", Figures.news_sent),
    ("Lời nhắc hạn, nhắc phiên đã gửi", "lời nhắc", Figures.reminded),
)


def _reach(this: Figures, before: Figures, library: Library) -> Section:
    rows = []
    for label, unit, count in _SUMMARY:
        now, then = count(this), count(before)
        change = round(now - then, 1) if now is not None and then is not None else None
        rows.append((label, unit, now, then, change))
    told = f"Trong kỳ có {_told(this.wrote())} người nhắn tin cho hệ thống, trong đó {_told(this.came_new())} người mới"
    sentence = f"{told}, với {_told(this.asked())} lượt hỏi." if this.recorded else "Trong kỳ không có số liệu."
    return Section(
        "Tiếp cận, thông tin tới người lao động",
        (sentence,),
        (
            Table("Tổng hợp", ("Chỉ tiêu", "Đơn vị", "Kỳ này", "Kỳ trước", "Tăng, giảm"), tuple(rows)),
            Table("Người theo kênh", ("Kênh", *_PEOPLE), _people(this, "channel", CHANNEL_NAMES)),
            Table(
                "Người theo xã, phường",
                ("Xã, phường", *_PEOPLE),
                _people(this, "commune", _communes(library)),
                long=True,
            ),
            Table(
                "Người nhắn tin trong kỳ theo nhóm lao động ưu tiên (do người dân tự nói)",
                ("Nhóm", "Người"),
                _largest(this.askers_by_group, GROUP_NAMES),
            ),
        ),
    )


_PEOPLE = ("Người mới", "Đã nhắn trong kỳ", "Tổng đến cuối kỳ")


def _people(this: Figures, key: str, names: Mapping[str, str]) -> tuple[tuple[Cell, ...], ...]:
    counters = []
    for counts in (this.new_people, this.askers, this.all_people):
        counter: collections.Counter[str] = collections.Counter()
        for count in counts:
            counter[getattr(count, key)] += count.people
        counters.append(counter)
    slugs = sorted(set().union(*counters), key=lambda slug: (-counters[1][slug], -counters[2][slug], slug))
    return tuple((names.get(slug, slug), *(counter[slug] for counter in counters)) for slug in slugs)


def _answers(this: Figures, library: Library) -> Section:
    topics = {group.slug: group.title for group in library.groups}
    asked: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    entries: collections.Counter[str] = collections.Counter()
    for turn in this.turns:
        if turn.outcome in {"answer", "clarify", "fallback"}:
            topic = turn.entry_id.partition(".")[0]
            asked[topics.get(topic, "Chưa rõ chủ đề")][turn.outcome] += turn.turns
        if turn.outcome == "answer" and turn.entry_id:
            entries[turn.entry_id] += turn.turns
    rows = [
        (topic, counts["answer"], counts["clarify"], counts["fallback"], counts.total())
        for topic, counts in sorted(asked.items(), key=lambda item: (-item[1].total(), item[0]))
    ]
    titles = {entry.id: entry.title for entry in library.entries.values()}
    waiting = sum(question.status == "open" for question in this.questions)
    officials: tuple[tuple[Cell, ...], ...] = (
        ("Câu hỏi gửi cán bộ trong kỳ", this.questions_asked()),
        ("Đã trả lời", this.questions_answered()),
        ("Đang chờ trả lời", waiting if this.questions else None),
        ("Trả lời trong vòng 24 giờ", this.answered_within_a_day()),
        ("Thời gian chờ trả lời, trung vị (giờ)", this.hours_to_answer()),
    )
    ratings: tuple[tuple[Cell, ...], ...] = (
        ("Câu trả lời giúp được", this.ratings.helped),
        ("Câu trả lời chưa giúp được", this.ratings.failed),
    )
    return Section(
        "Kết quả giải đáp",
        (),
        (
            Table(
                "Lượt hỏi theo chủ đề và kết quả",
                ("Chủ đề", "Trả lời được", "Hỏi lại cho rõ", "Chưa trả lời được", "Cộng"),
                tuple(rows),
            ),
            Table(
                "Mười nội dung được hỏi nhiều nhất",
                ("Nội dung", "Lượt"),
                tuple((titles.get(entry, entry), count) for entry, count in entries.most_common(10)),
            ),
            Table("Câu hỏi gửi cán bộ", ("Chỉ tiêu", "Số lượng"), officials if this.questions else ()),
            Table(
                "Đánh giá của người dân",
                ("Đánh giá", "Lượt"),
                ratings if this.ratings.helped + this.ratings.failed else (),
            ),
        ),
    )


_SESSION = ("Đăng ký", "Chờ chỗ", "Hủy", "Đã đến", "Được nhận", "Được hẹn", "Chưa được nhận", "Không đi")


def _sessions_and_needs(this: Figures, library: Library) -> Section:
    by_kind = collections.defaultdict(list)
    for one in this.sessions:
        by_kind[one.kind].append(one)
    kinds = [(_kind(kind), len(some), *_session_cells(some)) for kind, some in sorted(by_kind.items())]
    communes = _communes(library)
    each = [
        (f"{parse_iso(one.starts_at).astimezone(HANOI):%d/%m/%Y}", one.title, _kind(one.kind), *_session_cells([one]))
        for one in this.sessions
    ]
    wishes = collections.Counter[tuple[str, str]]()
    trades, places = collections.Counter[str](), collections.Counter[tuple[str, str]]()
    for need in this.needs:
        wishes[WISH_LABELS.get(need.kind, need.kind), LEVEL_LABELS.get(need.level, need.level)] += need.people
        places[communes.get(need.commune, need.commune), WISH_LABELS.get(need.kind, need.kind)] += need.people
        if need.trade:
            trades[need.trade] += need.people
    return Section(
        "Phiên giao dịch việc làm và nhu cầu của người lao động",
        (),
        (
            Table("Phiên giao dịch việc làm theo loại", ("Loại phiên", "Số phiên", *_SESSION), tuple(kinds)),
            Table("Từng phiên giao dịch việc làm", ("Ngày", "Phiên", "Loại", *_SESSION), tuple(each), wide=True),
            Table(
                "Nhu cầu theo loại và trình độ",
                ("Nhu cầu", "Trình độ", "Người"),
                tuple((wish, level or "–", count) for (wish, level), count in wishes.most_common()),
            ),
            Table("Nhu cầu theo nghề", ("Nghề", "Người"), tuple(trades.most_common()), long=True),
            Table(
                "Nhu cầu theo xã, phường",
                ("Xã, phường", "Nhu cầu", "Người"),
                tuple((place, wish, count) for (place, wish), count in sorted(places.items())),
                long=True,
            ),
        ),
    )


def _session_cells(some: Sequence[SessionCount]) -> tuple[Cell, ...]:
    attended = total(one.attended for one in some)
    told = any(one.answers for one in some)
    ends = (
        sum(one.hired for one in some),
        sum(one.promised for one in some),
        sum(one.not_hired for one in some),
        sum(one.absent for one in some),
    )
    return (
        sum(one.registered for one in some),
        sum(one.waiting for one in some),
        sum(one.cancelled for one in some),
        attended,
        *(ends if told else (None,) * 4),
    )


def _news(this: Figures) -> Section:
    reminded = collections.Counter[tuple[str, str]]()
    for count in this.reminders:
        name = "Lịch phiên giao dịch việc làm" if count.kind in _SESSION_NEWS else "Hạn phải làm và việc khác"
        reminded[name, count.status] += count.reminders
    statuses = ("queued", "planned", "skipped", "cancelled")
    names = sorted({name for name, _ in reminded})
    return Section(
        "Thông báo và nhắc việc",
        (),
        (
            Table(
                "Các đợt thông báo",
                ("Bắt đầu gửi", "Thông báo", "Đã tới", "Không tới", "Đang gửi"),
                tuple(
                    (
                        f"{parse_iso(one.started_at).astimezone(HANOI):%d/%m/%Y}",
                        one.title,
                        one.sent,
                        one.failed,
                        one.underway,
                    )
                    for one in this.broadcasts
                ),
                long=True,
            ),
            Table(
                "Lời nhắc đến hạn trong kỳ",
                ("Nhắc về", "Đã gửi", "Chưa gửi", "Bỏ qua", "Đã thôi"),
                tuple((name, *(reminded[name, status] for status in statuses)) for name in names),
            ),
        ),
    )


def _communes(library: Library) -> dict[str, str]:
    return {"": NO_COMMUNE, **{place.slug: f"{place.kind} {place.name}" for place in library.places}}


def _kind(slug: str) -> str:
    return KINDS[slug][0].capitalize() if slug in KINDS else slug


def _largest(counts: Mapping[str, int], names: Mapping[str, str]) -> tuple[tuple[Cell, ...], ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((names.get(slug, slug), count) for slug, count in ordered)


def _told(number: int | None) -> str:
    return NO_DATA if number is None else f"{number:,}".replace(",", ".")
