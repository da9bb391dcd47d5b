"""The first page: what waits for this official, and charts of a period for the people in scope. Changes nothing."""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import HANOI, parse_iso, utc_now
from bot.console.access import Official
from bot.console.charts import Chart, bars, columns, shares
from bot.console.frame import Console, console_of, database_of, page
from bot.forms.groups import LABELS as GROUP_NAMES
from bot.reporting.periods import span_of
from bot.reporting.report import NO_COMMUNE
from storage import overview, statistics
from storage.database import Connection
from storage.scope import Scope
from storage.statistics import Span

DAYS = 30
MOST_DAYS = 732
MOST_COLUMNS = 62  # more days than these are shown by the month
TOP = 10
BROADCASTS = 6
NO_TRADE = "Chưa nói nghề"
ONE_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """What the filter says: days in Hanoi, both included, and one commune of the official's or "" for all."""

    first: datetime.date
    last: datetime.date
    commune: str

    @property
    def span(self) -> Span:
        return span_of(self.first, self.last)


def show_dashboard(request: Request, official: Official) -> Response:
    console = console_of(request)
    today = utc_now().astimezone(HANOI).date()
    mine = {slug: name for slug, name in console.commune_names.items() if official.scope.covers(slug)}
    choice, error = read_choice(request.query_params, today, mine)
    scope = official.scope.narrowed(frozenset({choice.commune})) if choice.commune else official.scope
    with database_of(request).reading() as c:
        numbers = overview.count_overview(c, scope)
        oldest = overview.oldest_open_question_at(c, scope)
        charts = draw_charts(c, console, scope, choice)
    return page(
        request,
        official,
        "dashboard.html",
        422 if error else 200,
        numbers=numbers,
        oldest=oldest,
        charts=charts,
        choice=choice,
        communes=mine,
        error=error,
    )


def read_choice(query: Mapping[str, str], today: datetime.date, communes: Mapping[str, str]) -> tuple[Choice, str]:
    """The filter of an address and what is wrong with it: then it is the last thirty days."""
    usual = Choice(today - (DAYS - 1) * ONE_DAY, today, "")
    commune = query.get("commune", "")
    if commune and commune not in communes:
        return usual, "Xã, phường này không có hoặc không thuộc phạm vi anh/chị phụ trách."
    try:
        first = datetime.date.fromisoformat(query.get("from") or usual.first.isoformat())
        last = datetime.date.fromisoformat(query.get("until") or usual.last.isoformat())
    except ValueError:
        return dataclasses.replace(usual, commune=commune), "Ngày chưa đúng; anh/chị chọn lại giúp."
    if not datetime.date(2020, 1, 1) <= first <= last <= today or (last - first).days >= MOST_DAYS:
        sentence = "Khoảng ngày phải nằm trong quá khứ, ngày đầu không sau ngày cuối, dài nhất hai năm."
        return dataclasses.replace(usual, commune=commune), sentence
    return Choice(first, last, commune), ""


def draw_charts(c: Connection, console: Console, scope: Scope, choice: Choice) -> list[Chart]:
    """All panels in the order shown."""
    return [*_asked(c, console, scope, choice), *_people(c, console, scope), *_outreach(c, scope, choice)]


def _asked(c: Connection, console: Console, scope: Scope, choice: Choice) -> list[Chart]:
    named = steps_of(choice)
    asked = statistics.count_asked(c, scope, [span for _, span in named])
    each = [
        (name, count.answered, count.asked_back, count.unanswered)
        for (name, _), count in zip(named, asked, strict=True)
    ]
    entries = console.live.current.entries
    answers = statistics.count_answers(c, scope, choice.span, TOP)
    tops = [(entries[one.entry_id].title if one.entry_id in entries else one.entry_id, one.turns) for one in answers]
    unanswered = statistics.list_unanswered(c, scope, choice.span, TOP)
    by_day = len(named) > 1 and named[0][1] == span_of(choice.first, choice.first)
    return [
        columns(
            "asked",
            "Lượt hỏi theo ngày" if by_day else "Lượt hỏi theo thời gian",
            "Trả lời được ngay, hỏi lại cho rõ, và chưa trả lời được",
            ("Ngày" if by_day else "Thời gian", "Trả lời được", "Hỏi lại", "Chưa trả lời được"),
            each,
        ),
        bars("entries", "Nội dung được hỏi nhiều nhất", "Mục đã trả lời", ("Nội dung", "Lượt"), tops),
        bars(
            "unanswered",
            "Câu chưa trả lời được nhiều nhất",
            "Nguyên văn lời người dân; có thể chứa thông tin cá nhân",
            ("Câu hỏi", "Lượt"),
            [(" ".join(one.text.split())[:200], one.times) for one in unanswered],
        ),
    ]


def _people(c: Connection, console: Console, scope: Scope) -> list[Chart]:
    communes = collections.Counter[str]()
    for count in statistics.count_people(c, scope, Span("", "~")):
        communes[count.commune] += count.people
    names = {"": NO_COMMUNE, **console.commune_names}
    return [
        bars(
            "communes",
            "Người theo xã, phường",
            "Tất cả đến nay",
            ("Xã, phường", "Người"),
            shares(communes, names, TOP),
        ),
        bars(
            "groups",
            "Người theo nhóm ưu tiên",
            "Tất cả đến nay, do người dân tự nói; một người có thể thuộc vài nhóm",
            ("Nhóm", "Người"),
            shares(statistics.count_groups(c, scope), GROUP_NAMES, TOP),
        ),
    ]


def _outreach(c: Connection, scope: Scope, choice: Choice) -> list[Chart]:
    sessions = [one for one in statistics.count_sessions(c, scope, choice.span) if one.registered or one.attended]
    broadcasts = statistics.count_broadcasts(c, scope, choice.span, BROADCASTS)
    trades = collections.Counter[str]()
    for need in statistics.count_needs(c, scope, choice.span):
        if need.kind in {"hoc-nghe", "tim-viec"}:
            trades[need.trade or NO_TRADE] += need.people
    return [
        bars(
            "sessions",
            "Đăng ký và đến phiên việc làm",
            "Những phiên gần nhất trong khoảng ngày; chưa điểm danh thì chưa biết ai đã đến",
            ("Phiên", "Đã đến", "Đăng ký, chưa điểm danh"),
            [
                (f"{_day(one.starts_at)} {one.title}", one.attended, max(one.registered - one.attended, 0))
                for one in reversed(sessions[-TOP:])
            ],
        ),
        bars(
            "broadcasts",
            "Thông báo đã tới bao nhiêu người",
            "Những đợt gần nhất trong khoảng ngày",
            ("Thông báo", "Đã tới", "Không tới", "Đang gửi"),
            [(f"{_day(one.started_at)} {one.title}", one.sent, one.failed, one.underway) for one in broadcasts],
        ),
        bars(
            "trades",
            "Nhu cầu theo nghề",
            "Học nghề và tìm việc, khai trong khoảng ngày",
            ("Nghề", "Người"),
            shares(trades, {}, TOP),
        ),
    ]


def steps_of(choice: Choice) -> list[tuple[str, Span]]:
    """The days of a choice, or its months when these are too many, each with its name."""
    if (choice.last - choice.first).days < MOST_COLUMNS:
        days = [choice.first + n * ONE_DAY for n in range((choice.last - choice.first).days + 1)]
        return [(f"{day.day}/{day.month}", span_of(day, day)) for day in days]
    found = []
    first = choice.first
    while first <= choice.last:
        following = (first.replace(day=1) + 32 * ONE_DAY).replace(day=1)
        found.append((f"{first.month}/{first.year}", span_of(first, min(following - ONE_DAY, choice.last))))
        first = following
    return found


def _day(at: str) -> str:
    day = parse_iso(at).astimezone(HANOI)
    return f"{day.day}/{day.month}"
