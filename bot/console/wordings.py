"""What people asked that the bot did not answer well, put together by likeness, and what an admin does about it.

A wording becomes a way of asking in an entry's file (`editing`), or is closed. Words never stand in an address: pages
name a message by its number.
"""

from __future__ import annotations

import datetime
import re

from starlette.requests import Request
from starlette.responses import Response

from bot import editing
from bot.clock import HANOI, in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.entry_choosing import entry_choices
from bot.console.forms import read_choice, read_text
from bot.console.frame import audit, console_of, database_of, form_of, page, redirect
from bot.console.paging import PageOf, offset, page_number
from bot.editing import ChangedMeanwhile, Edit, NotEdited
from bot.likeness import Group, digest_of, fold_wording, group_wordings
from storage import questions, wordings
from storage.database import Connection
from storage.scope import Scope

HOME = "/console/wordings"
WINDOW = 10_000  # messages of a month that are put together, the newest
PER_PAGE = 25
MONTHS_SHOWN = 12
SOURCES = ("fallback", "clarify", "rating", "question")
KIND_NAMES = {"fallback": "chưa trả lời được", "clarify": "hỏi lại, không chọn", "rating": "trả lời chưa đúng ý"}


def show_wordings(request: Request, official: Official) -> Response:
    """The groups of one month, the most frequent first; `?month=2026-11&commune=` narrow it."""
    query = request.query_params
    console = console_of(request)
    communes = {slug: name for slug, name in console.commune_names.items() if official.scope.covers(slug)}
    commune = query.get("commune", "") if query.get("commune", "") in communes else ""
    scope = official.scope.narrowed(frozenset({commune})) if commune else official.scope
    month = read_month(query.get("month", ""))
    with database_of(request).reading() as c:
        groups, looked_at = _groups(c, scope, month)
    number = page_number(query)
    skip = offset(number, PER_PAGE)
    return page(
        request,
        official,
        "wordings.html",
        paged=PageOf(groups[skip : skip + PER_PAGE], number, len(groups), PER_PAGE),
        looked_at=looked_at,
        window=WINDOW,
        month=month,
        months=[(one, f"Tháng {one[5:]}/{one[:4]}") for one in _months()],
        commune=commune,
        communes=list(communes.items()),
        kind_names=KIND_NAMES,
        titles={id_: entry.title for id_, entry in console.live.current.entries.items()},
        may_edit=official.may("admin") and official.communes is None,
        may_close=official.may("author") and official.communes is None,
    )


def close_group(request: Request, official: Official) -> Response:
    """These need no more work: they show again only when asked again."""
    month = read_month(read_text(form_of(request), "month", 7))
    key = read_text(form_of(request), "group", 64)
    digests = _digests(request, official, month, key)
    if not digests:
        return redirect(request, HOME, "Nhóm câu này không còn, có thể người khác vừa xử lý.", "warning", month=month)
    with database_of(request).transaction() as c:
        wordings.close_wordings(c, digests, official.login, iso(utc_now()))
        audit(c, official, "wording.close", f"wording:{key}", wordings=len(digests))
    return redirect(request, HOME, "Đã đóng nhóm câu. Có người hỏi lại thì câu hiện lại.", month=month)


def show_add(request: Request, official: Official) -> Response:
    """`?kind=fallback&id=12`: whose words become a way of asking; `group` and `month` are closed with it."""
    query = request.query_params
    kind, number = query.get("kind", ""), query.get("id", "")
    words = _words(request, official, kind, number)
    source = {"kind": kind, "id": number, "group": query.get("group", "")[:64], "month": query.get("month", "")[:7]}
    return _add_page(request, official, source, words, "")


def look(request: Request, official: Official) -> Response:
    """The change of the file and what the check says of it. Writes nothing."""
    words, entry_id = _typed(request)
    try:
        edit = _plan(request, entry_id, words)
    except NotEdited as refused:
        return _add_page(request, official, _source(request), words, entry_id, error=str(refused))
    return _add_page(request, official, _source(request), words, entry_id, edit=edit)


def add(request: Request, official: Official) -> Response:
    """Write the wording into the entry's file, unless somebody changed it since it was looked at."""
    words, entry_id = _typed(request)
    source = _source(request)
    try:
        edit = _plan(request, entry_id, words)
    except NotEdited as refused:
        return _add_page(request, official, source, words, entry_id, error=str(refused))
    group = _digests(request, official, read_month(source["month"]), source["group"])
    digests = sorted({*group, digest_of(fold_wording(words))})
    detail = {"source": f"{source['kind']}:{source['id']}", "phrasings": edit.phrasings}
    try:
        with database_of(request).transaction() as c:
            audit(c, official, "content.ask", f"entry:{entry_id}", **detail)
            wordings.close_wordings(c, digests, official.login, iso(utc_now()))
            editing.save(edit, read_text(form_of(request), "base", 64))
    except ChangedMeanwhile as refused:
        return _add_page(request, official, source, words, entry_id, error=str(refused), edit=edit)
    except NotEdited as refused:
        return _add_page(request, official, source, words, entry_id, error=str(refused))
    console_of(request).live.reload()
    title = console_of(request).live.current.get_entry(entry_id).title
    said = f"Đã thêm cách hỏi vào mục “{title}”. Trợ lý học cách hỏi mới trong khoảng nửa phút."
    return redirect(request, HOME, said, month=read_month(source["month"]))


def read_month(text: str) -> str:
    """ "2026-11" when it is one of the months shown, else the present one."""
    return text if text in _months() else _months()[0]


def _months() -> list[str]:
    today = in_hanoi(utc_now()).date()
    found = []
    for _ in range(MONTHS_SHOWN):
        found.append(f"{today:%Y-%m}")
        today = today.replace(day=1) - datetime.timedelta(days=1)
    return found


def _span(month: str) -> tuple[str, str]:
    """From the first moment of Hanoi's month to that of the next."""
    first = datetime.datetime(int(month[:4]), int(month[5:]), 1, tzinfo=HANOI)
    return iso(first), iso((first + datetime.timedelta(days=32)).replace(day=1))


def _groups(c: Connection, scope: Scope, month: str) -> tuple[list[Group], int]:
    """The groups of a month and how many messages they were made from."""
    from_at, until_at = _span(month)
    found = wordings.list_wordings(c, scope, from_at, until_at, WINDOW)
    return group_wordings(found, wordings.list_closed(c, from_at)), len(found)


def _digests(request: Request, official: Official, month: str, key: str) -> tuple[str, ...]:
    """All wordings of the group of this name; none when it is no longer there."""
    if not re.fullmatch(r"[0-9a-f]{16}", key):
        return ()
    with database_of(request).reading() as c:
        groups, _ = _groups(c, official.scope, month)
    return next((group.digests for group in groups if group.key == key), ())


def _words(request: Request, official: Official, kind: str, number: str) -> str:
    """The words of a message in scope; LookupError when there is none."""
    if kind not in SOURCES or not (number.isascii() and number.isdigit() and len(number) < 18):
        raise LookupError(kind)
    with database_of(request).reading() as c:
        if kind == "question":
            return questions.get_question(c, int(number), official.scope).text
        wanted: wordings.Kind = "rating" if kind == "rating" else "clarify" if kind == "clarify" else "fallback"
        found = wordings.find_wording(c, official.scope, wanted, int(number))
    if found is None:
        raise LookupError(number)
    return found.text


def _typed(request: Request) -> tuple[str, str]:
    form = form_of(request)
    return read_text(form, "words", editing.LONGEST_WORDING + 1), read_text(form, "entry", 80)


def _source(request: Request) -> dict[str, str]:
    form = form_of(request)
    return {
        "kind": read_choice(form, "kind", SOURCES),
        "id": read_text(form, "id", 17),
        "group": read_text(form, "group", 64),
        "month": read_text(form, "month", 7),
    }


def _plan(request: Request, entry_id: str, words: str) -> Edit:
    console = console_of(request)
    if not entry_id:
        raise NotEdited("Cần chọn mục sẽ nhận cách hỏi này.")
    today = in_hanoi(utc_now()).date()
    return editing.plan_wording(console.settings.content_dir, console.live.current, entry_id, words, today)


def _add_page(
    request: Request,
    official: Official,
    source: dict[str, str],
    words: str,
    entry_id: str,
    *,
    error: str = "",
    edit: Edit | None = None,
) -> Response:
    console = console_of(request)
    entry = console.live.current.find_entry(entry_id)
    return page(
        request,
        official,
        "wording_add.html",
        422 if error else 200,
        source=source,
        words=words,
        warnings=editing.personal_data(words),
        choices=entry_choices(console, words),
        chosen=entry_id,
        entry=entry,
        edit=edit,
        error=error,
        back=HOME if source["kind"] != "question" else f"/console/questions/{source['id']}",
    )
