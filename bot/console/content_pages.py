"""What the bot says, as an admin watches over it: every entry with its state, its use and how it looks on a phone.

Editing is in files; what is wrong with them was found by the check.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot import announcing
from bot.clock import in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.frame import audit, console_of, database_of, page, redirect
from bot.console.paging import PageOf, offset, page_number
from bot.previewing import answer_of
from content.model import Entry, Problem
from storage import ratings, statistics
from storage.scope import WHOLE_CITY
from storage.statistics import Span

HOME = "/console/content"
PER_PAGE = 25  # fifty cards would be fifteen screens of a phone
SOON_DAYS = 30
MONTHS = 6
MOST_ENTRIES = 5_000  # far more than there will be
PROBLEMS_SHOWN = 100
STATES = {"broken": "Có vấn đề", "overdue": "Quá hạn rà soát", "soon": "Sắp đến hạn", "good": "Tốt"}
STATE_TAGS = {"broken": "bad", "overdue": "bad", "soon": "wait", "good": "good"}


@dataclasses.dataclass(frozen=True, slots=True)
class EntryState:
    """One line of the list: `days` are left to the review (negative: overdue); `uses` answers of the last 30 days."""

    entry: Entry
    state: str
    days: int
    problems: tuple[Problem, ...]
    uses: int
    helped: int
    failed: int


def show_content(request: Request, official: Official) -> Response:
    """`?state=soon&group=bhtn&order=uses` sift and sort the entries."""
    query = request.query_params
    live = console_of(request).live
    now = utc_now()
    rows = _states(request, now)
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    state = query.get("state", "") if query.get("state", "") in STATES else ""
    group = query.get("group", "")
    order = query.get("order", "")
    kept = [row for row in rows if state in {"", row.state} and group in {"", row.entry.group}]
    kept.sort(key=_ORDERS.get(order, _ORDERS[""])[1])
    number = page_number(query)
    skip = offset(number, PER_PAGE)
    return page(
        request,
        official,
        "content.html",
        paged=PageOf(kept[skip : skip + PER_PAGE], number, len(kept), PER_PAGE),
        counts=counts,
        states=STATES,
        state_tags=STATE_TAGS,
        state=state,
        groups=[(one.slug, one.title) for one in live.current.groups],
        group=group,
        orders=[(key, label) for key, (label, _) in _ORDERS.items()],
        order=order,
        problems=live.problems[:PROBLEMS_SHOWN],
        problem_count=len(live.problems),
        rejected=live.rejected,
        checked_at=live.checked_at,
    )


def show_entry(request: Request, official: Official) -> Response:
    """One entry: what is wrong with it, who asked for it, and how each channel shows it to someone of `?commune=`."""
    console = console_of(request)
    library = console.live.current
    entry = library.find_entry(request.path_params["entry_id"])
    if entry is None:
        raise LookupError(request.path_params["entry_id"])
    now = utc_now()
    commune = request.query_params.get("commune", "")
    commune = commune if commune in console.commune_names else ""
    row = next(row for row in _states(request, now) if row.entry.id == entry.id)
    return page(
        request,
        official,
        "content_entry.html",
        row=row,
        entry=entry,
        topic=next((group.title for group in library.groups if group.slug == entry.group), entry.group),
        states=STATES,
        state_tags=STATE_TAGS,
        months=_uses_by_month(request, entry.id, now),
        following=[found for found in map(library.find_entry, entry.next) if found],
        commune=commune,
        previews=[announcing.show(reply) for reply in answer_of(library, entry.id, in_hanoi(now).date(), commune)],
    )


def reload(request: Request, official: Official) -> Response:
    """Read the files now. What has errors does not go live, and the page says so."""
    live = console_of(request).live
    live.reload()
    with database_of(request).transaction() as c:
        audit(c, official, "content.reload", "", accepted="không" if live.rejected else "có")
    if live.rejected:
        said = "Tệp trên máy chủ có lỗi nên trợ lý vẫn nói theo bản cũ. Xem các lỗi dưới đây."
        return redirect(request, HOME, said, "error")
    return redirect(request, HOME, f"Đã đọc lại: {len(live.current.entries)} mục đang chạy.")


_ORDERS: dict[str, tuple[str, Callable[[EntryState], tuple[Any, ...]]]] = {
    "": ("Cần xử lý trước", lambda row: (list(STATES).index(row.state), row.days, row.entry.id)),
    "uses": ("Dùng nhiều trước", lambda row: (-row.uses, row.entry.id)),
    "failed": ("Bị chê nhiều trước", lambda row: (-row.failed, row.entry.id)),
    "id": ("Theo tên mục", lambda row: (row.entry.id,)),
}


def _states(request: Request, now: datetime.datetime) -> list[EntryState]:
    live = console_of(request).live
    library, today = live.current, in_hanoi(now).date()
    problems: dict[str, list[Problem]] = defaultdict(list)
    for problem in live.problems:
        problems[problem.file].append(problem)
    since = iso(now - datetime.timedelta(days=30))
    with database_of(request).reading() as c:
        answers = statistics.count_answers(c, WHOLE_CITY, Span(since, iso(now)), MOST_ENTRIES)
        rated = {row.entry_id: row for row in ratings.count_by_entry(c, since, MOST_ENTRIES)}
    uses = {row.entry_id: row.turns for row in answers}
    rows = []
    for entry in library.entries.values():
        days = (entry.review_by - today).days
        found = tuple(problems.get(entry.path, ()))
        others = [problem for problem in found if problem.field != "review_by"]
        state = "overdue" if days < 0 else "broken" if others else "soon" if days <= SOON_DAYS else "good"
        rating = rated.get(entry.id)
        rows.append(
            EntryState(
                entry,
                state,
                days,
                found,
                uses.get(entry.id, 0),
                rating.helped if rating else 0,
                rating.failed if rating else 0,
            )
        )
    return rows


def _uses_by_month(request: Request, entry_id: str, now: datetime.datetime) -> list[tuple[str, int]]:
    """(month as "11/2026", answers) of the last months, newest first."""
    first = in_hanoi(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found, until = [], iso(now)
    with database_of(request).reading() as c:
        for _ in range(MONTHS):
            counts = statistics.count_answers(c, WHOLE_CITY, Span(iso(first), until), MOST_ENTRIES)
            found.append((f"{first:%m/%Y}", next((row.turns for row in counts if row.entry_id == entry_id), 0)))
            until = iso(first)
            first = (first - datetime.timedelta(days=1)).replace(day=1)
    return found
