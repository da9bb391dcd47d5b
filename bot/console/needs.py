"""What people wish for, as officials plan by it: counts of a year's survey, the list behind them, a wish met.

Only people of the official's communes are counted, listed and changed.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.exports import Cell, download
from bot.console.frame import audit, console_of, database_of, page, redirect
from bot.console.paging import PER_PAGE
from bot.console.people import own_communes, read_scope
from bot.console.people_telling import CHANNEL_NAMES, NEED_STATUSES, tell_need
from bot.console.telling import day
from bot.forms.groups import LABELS
from bot.forms.needs_survey import LEVEL_LABELS, WISH_LABELS
from bot.outreach.profile import mask
from storage import needs
from storage.needs import NeedCount, Searched

HOME = "/console/needs"
FIRST_YEAR = 2025
MOST_EXPORTED = 50_000
TRADES_SHOWN = 15
_FILTERS = ("year", "commune", "kind", "level", "trade", "group", "status")


def show_counts(request: Request, official: Official) -> Response:
    """A year's survey by kind and level, trade, commune and group."""
    scope, year = read_scope(request, official), _year(request)
    with database_of(request).reading() as c:
        counts = needs.count_by_commune(c, scope, year)
        groups = needs.count_by_group(c, scope, year)
    trades = _summed(counts, lambda one: one.trade)
    trades.pop("", None)
    by_trade = sorted(trades.items(), key=lambda pair: (-pair[1], pair[0]))
    return page(
        request,
        official,
        "needs.html",
        year=year,
        years_shown=[(str(one), str(one)) for one in _years()],
        total=sum(one.people for one in counts),
        by_kind=_ranked(_summed(counts, lambda one: one.kind), WISH_LABELS),
        by_level=[(label, n) for _, label, n in _ranked(_summed(counts, lambda one: one.level), LEVEL_LABELS)],
        by_trade=by_trade[:TRADES_SHOWN],
        other_trades=len(by_trade) - TRADES_SHOWN,
        by_commune=_by_commune(counts),
        by_group=[(LABELS.get(slug, slug), people) for slug, people in groups.items()],
        kinds=WISH_LABELS,
        communes=own_communes(request, official),
        commune=request.query_params.get("commune", ""),
    )


def show_list(request: Request, official: Official) -> Response:
    """The wishes themselves, the newest first."""
    scope, searched = read_scope(request, official), _searched(request)
    with database_of(request).reading() as c:
        found = needs.search_needs(c, scope, searched, PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return page(
        request,
        official,
        "needs_list.html",
        rows=[(one, tell_need(one.need.kind, one.need.level, one.need.trade), _masked(one.phone)) for one in shown],
        older=shown[-1].need.id if len(found) > PER_PAGE else None,
        first="before" not in request.query_params,
        asked=_asked(request),
        years_shown=[(str(one), str(one)) for one in _years()],
        kinds=WISH_LABELS,
        levels=LEVEL_LABELS,
        groups=LABELS,
        group_text=_groups_text,
        statuses=NEED_STATUSES,
        communes=own_communes(request, official),
        channel_names=CHANNEL_NAMES,
        may_write=official.may("author"),
    )


def close(request: Request, official: Official) -> Response:
    """The wish was met: a course began, work was found, a loan paid out."""
    with database_of(request).transaction() as c:
        need = needs.get_in_scope(c, int(request.path_params["need_id"]), official.scope)
        done = need.status == "open" and needs.close_need(c, need.person_id, need.kind, "met", iso(utc_now()))
        if done:
            audit(c, official, "need.met", f"need:{need.id}")
    asked = {name: value for name, value in request.query_params.items() if name in _FILTERS and value}
    flash = "Đã ghi là đáp ứng." if done else "Nhu cầu này không còn mở."
    return redirect(request, f"{HOME}/list", flash, "ok" if done else "warning", **asked)


def export_needs(request: Request, official: Official) -> Response:
    """The list of the same filters as XLSX, with whole phones, inside the official's scope."""
    scope, searched = read_scope(request, official), _searched(request)
    with database_of(request).reading() as c:
        found = needs.search_needs(c, scope, searched, MOST_EXPORTED)
    names = console_of(request).commune_names
    rows: list[list[Cell]] = [
        [
            one.called,
            one.phone,
            names.get(one.need.commune, one.need.commune),
            WISH_LABELS.get(one.need.kind, one.need.kind),
            one.need.trade,
            LEVEL_LABELS.get(one.need.level, ""),
            _groups_text(one.need.group_slug),
            one.need.year,
            NEED_STATUSES[one.need.status],
            day(one.need.created_at),
        ]
        for one in found
    ]
    titles = (
        *("Họ tên", "Điện thoại", "Xã, phường", "Nhu cầu", "Nghề", "Trình độ"),
        *("Nhóm ưu tiên", "Năm", "Tình trạng", "Khai ngày"),
    )
    filters = {name: value for name, value in _asked(request).items() if value and name != "trade"}
    return download(request, official, f"nhu-cau-{searched.year}", "xlsx", titles, rows, **filters)


def _asked(request: Request) -> dict[str, str]:
    return {**{name: request.query_params.get(name, "")[:80] for name in _FILTERS}, "year": str(_year(request))}


def _searched(request: Request) -> Searched:
    asked = _asked(request)
    before = request.query_params.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 16
    return Searched(
        year=_year(request),
        kind=asked["kind"] if asked["kind"] in WISH_LABELS else "",
        level=asked["level"] if asked["level"] in LEVEL_LABELS else "",
        trade=asked["trade"],
        group=asked["group"] if asked["group"] in LABELS else "",
        status=asked["status"] if asked["status"] in NEED_STATUSES else "",
        before=int(before) if known else Searched(0).before,
    )


def _year(request: Request) -> int:
    text = request.query_params.get("year", "")
    return int(text) if text in {str(year) for year in _years()} else _years()[0]


def _years() -> list[int]:
    """The years to choose from, this one first."""
    return list(range(in_hanoi(utc_now()).year, FIRST_YEAR - 1, -1))


def _summed(counts: Iterable[NeedCount], key: Callable[[NeedCount], str]) -> dict[str, int]:
    summed: collections.Counter[str] = collections.Counter()
    for one in counts:
        summed[key(one)] += one.people
    return dict(summed)


def _ranked(counted: Mapping[str, int], labels: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """(slug, label, people) in the order of the labels, those nobody wished for left out."""
    return [(slug, label, counted[slug]) for slug, label in labels.items() if counted.get(slug)]


def _by_commune(counts: Iterable[NeedCount]) -> list[tuple[str, dict[str, int], int]]:
    """(commune, people by kind, in all), most first."""
    found: dict[str, dict[str, int]] = {}
    for one in counts:
        kinds = found.setdefault(one.commune, {})
        kinds[one.kind] = kinds.get(one.kind, 0) + one.people
    lines = [(commune, kinds, sum(kinds.values())) for commune, kinds in found.items()]
    return sorted(lines, key=lambda line: (-line[2], line[0]))


def _groups_text(slugs: str) -> str:
    return ", ".join(LABELS[slug] for slug in slugs.split("+") if slug in LABELS)


def _masked(phone: str) -> str:
    return mask(phone) if phone else ""
