"""People as officials look them up: how many there are, a search, and one person with all that is kept about them.

Looking at a person leaves a row in the audit log. Nobody outside the official's communes can be found, counted or told
from somebody who does not exist.
"""

from __future__ import annotations

import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import HANOI, in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.exports import Cell, download
from bot.console.frame import audit, console_of, database_of, page
from bot.console.paging import PER_PAGE
from bot.console.people_telling import CHANNEL_NAMES, tell_history
from bot.forms.groups import LABELS
from bot.listing_names import words_of
from bot.outreach.profile import mask
from intents.entities import find_phone
from storage import directory, people, statistics
from storage.directory import Wanted
from storage.people import Person
from storage.scope import Scope
from storage.statistics import Span

HOME = "/console/people"
MOST_EXPORTED = 50_000
MONTHS = 12
_NEVER, _ALWAYS = "", "9999"


def show_people(request: Request, official: Official) -> Response:
    """The counts, and who fits the search, the newest first."""
    scope, wanted = read_search(request, official)
    with database_of(request).reading() as c:
        found = directory.find_people(c, scope, wanted, PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return page(
        request,
        official,
        "people.html",
        rows=[(person, mask(person.phone) if person.phone else "") for person in shown],
        older=shown[-1].id if len(found) > PER_PAGE else None,
        first="before" not in request.query_params,
        communes=own_communes(request, official),
        groups=LABELS,
        channel_names=CHANNEL_NAMES,
        asked={name: request.query_params.get(name, "")[:80] for name in ("q", "commune", "group", "channel")},
    )


def show_counts(request: Request, official: Official) -> Response:
    """How many people there are, by commune, group, channel and the month of their first message."""
    scope, _ = read_search(request, official)
    months = _month_starts()
    with database_of(request).reading() as c:
        counted = statistics.count_people(c, scope, Span(_NEVER, _ALWAYS))
        groups = statistics.count_groups(c, scope)
        by_month = directory.count_by_month(c, scope, [iso(start) for start in months])
    communes: dict[str, int] = {}
    channels: dict[str, int] = {}
    for count in counted:
        communes[count.commune] = communes.get(count.commune, 0) + count.people
        channels[count.channel] = channels.get(count.channel, 0) + count.people
    names = console_of(request).commune_names
    return page(
        request,
        official,
        "people_counts.html",
        total=sum(communes.values()),
        by_commune=[(names.get(slug, slug) or "Chưa rõ", n) for slug, n in _most_first(communes)],
        by_channel=_most_first(channels),
        by_group=[(name, groups.get(slug, 0)) for slug, name in LABELS.items()],
        by_month=[(f"{start.month}/{start.year}", people) for start, people in zip(months, by_month, strict=True)],
        channel_names=CHANNEL_NAMES,
        communes=own_communes(request, official),
        commune=request.query_params.get("commune", ""),
    )


def show_person(request: Request, official: Official) -> Response:
    """All that is kept about a person, the phone hidden in part; that somebody looked is written down."""
    return _person_page(request, official, "person.view")


def show_phone(request: Request, official: Official) -> Response:
    """The same with the whole phone, written down as such."""
    return _person_page(request, official, "person.phone")


def _person_page(request: Request, official: Official, action: str) -> Response:
    library = console_of(request).live.current
    titles = {id_: entry.title for id_, entry in library.entries.items()}
    with database_of(request).transaction() as c:
        person = directory.get_in_scope(c, id_of(request), official.scope)
        audit(c, official, action, f"person:{person.id}")
        groups = people.list_groups(c, person.id)
        history = tell_history(c, person.id, titles)
    return page(
        request,
        official,
        "person.html",
        person=person,
        phone=person.phone if action == "person.phone" else mask(person.phone) if person.phone else "",
        revealed=action == "person.phone",
        groups=[LABELS.get(group, group) for group in groups],
        history=history,
        channel_names=CHANNEL_NAMES,
    )


def export_people(request: Request, official: Official) -> Response:
    """Whoever fits the same search, as XLSX with whole phones: for calling, inside the official's scope."""
    scope, wanted = read_search(request, official)
    with database_of(request).reading() as c:
        found = directory.find_people(c, scope, wanted, MOST_EXPORTED)
    names = console_of(request).commune_names
    rows = [_row(person, names) for person in found]
    titles = (
        "Họ tên",
        "Tên trên kênh",
        "Điện thoại",
        "Xã, phường",
        "Kênh",
        "Nhắn lần đầu",
        "Nhắn gần nhất",
        "Nhận tin",
    )
    query = request.query_params
    filters = {name: query.get(name, "")[:40] for name in ("commune", "group", "channel")}
    return download(request, official, "nguoi-dan", "xlsx", titles, rows, searched=bool(query.get("q")), **filters)


def id_of(request: Request) -> int:
    return int(request.path_params["person_id"])


def own_communes(request: Request, official: Official) -> dict[str, str]:
    """The communes this official may choose from: slug to name."""
    return {slug: name for slug, name in console_of(request).commune_names.items() if official.scope.covers(slug)}


def read_scope(request: Request, official: Official) -> Scope:
    """The official's scope, narrowed to `?commune=` when one is named."""
    commune = request.query_params.get("commune", "")
    return official.scope.narrowed(frozenset({commune[:80]})) if commune else official.scope


def read_search(request: Request, official: Official) -> tuple[Scope, Wanted]:
    """Whom an address asks for: `?q=` is a phone number or words of a name."""
    query = request.query_params
    text = query.get("q", "")[:80]
    phone = find_phone(text)
    words = () if phone else tuple(words_of(text))
    before = query.get("before", "")
    wanted = Wanted(
        words=words,
        phone=phone.number if phone else "",
        group=query.get("group", "") if query.get("group", "") in LABELS else "",
        channel=query.get("channel", "") if query.get("channel", "") in CHANNEL_NAMES else "",
    )
    if before.isascii() and before.isdigit() and len(before) < 16:
        wanted = Wanted(wanted.words, wanted.phone, wanted.group, wanted.channel, int(before))
    return read_scope(request, official), wanted


def _row(person: Person, names: dict[str, str]) -> list[Cell]:
    first, last = (in_hanoi(at).strftime("%d/%m/%Y") for at in (person.created_at, person.last_seen_at))
    told = "Có" if person.pushes_allowed and not person.gone_at else "Không"
    commune = names.get(person.commune, person.commune)
    channel = CHANNEL_NAMES.get(person.channel, person.channel)
    return [person.full_name, person.name, person.phone, commune, channel, first, last, told]


def _most_first(counted: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _month_starts() -> list[datetime.datetime]:
    """The first moments of the last twelve months, the earliest first."""
    today = in_hanoi(utc_now())
    counted = range(today.year * 12 + today.month - MONTHS, today.year * 12 + today.month)
    return [datetime.datetime(at // 12, at % 12 + 1, 1, tzinfo=HANOI) for at in counted]
