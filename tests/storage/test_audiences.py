"""Who a broadcast reaches: the SQL beside the same rules in plain Python; nobody outside a scope, whatever is asked."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import audiences, consents, needs, people, registrations, sessions
from storage.audiences import EVERYBODY, REASONS, Audience, count_audience, parse_audience
from storage.database import Connection, Database
from storage.scope import WHOLE_CITY, Scope
from storage.sessions import NewSession
from tests.conftest import NOW

COMMUNES = ("", "hoa-xa", "ung-hoa", "lang")
LONG_AGO, SINCE = "2026-01-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z"
SESSION = NewSession("phien-1", "luu-dong", "Phiên", "2026-12-01T01:00:00.000Z", "2026-12-01T04:00:00.000Z")


@dataclasses.dataclass(frozen=True)
class Somebody:
    """A person as the rules see them."""

    commune: str
    channel: str
    groups: tuple[str, ...]
    topics: tuple[str, ...]
    need: str
    registered: bool
    gone: bool
    stopped: bool
    agreed: bool
    silent: bool
    erased: bool


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


somebody = st.builds(
    Somebody,
    commune=st.sampled_from(COMMUNES),
    channel=st.sampled_from(("telegram", "zalo")),
    groups=some("ho-ngheo", "dan-toc"),
    topics=some("bhtn", "vay"),
    need=st.sampled_from(("", "hoc-nghe", "vay-von")),
    registered=st.booleans(),
    gone=st.booleans(),
    stopped=st.booleans(),
    agreed=st.sampled_from((True, True, False)),
    silent=st.booleans(),
    erased=st.sampled_from((False, False, False, True)),
)
audience = st.builds(
    Audience,
    groups=some("ho-ngheo", "dan-toc"),
    topics=some("bhtn", "vay"),
    needs=some("hoc-nghe", "vay-von"),
    session_id=st.sampled_from((0, 0, 1)),
    channels=some("telegram", "zalo"),
    seen_days=st.sampled_from((0, 30)),
)
scope = st.one_of(st.just(WHOLE_CITY), st.frozensets(st.sampled_from((*COMMUNES[1:], "khac")), max_size=3).map(Scope))


def store(c: Connection, number: int, one: Somebody, session_id: int) -> int:
    person = people.get_or_create_person(c, one.channel, f"a{number}", "", LONG_AGO if one.silent else NOW)
    people.set_profile(c, person.id, "commune", one.commune)
    for group in one.groups:
        people.add_group(c, person.id, group, NOW)
    for topic in one.topics:
        people.note_interest(c, person.id, topic, NOW)
    if one.need:
        needs.keep_need(c, person.id, one.need, "", "", "", "", 2026, NOW)
    if one.registered:
        registrations.register(c, session_id, person.id, "registered", "", "", "", NOW)
    if one.agreed:
        consents.give_consent(c, person.id, "nhan-tin", "1", "(lời)", NOW)
    c.execute(
        "UPDATE people SET pushes_allowed = :allowed, gone_at = :gone, erased_at = :erased WHERE id = :id",
        {
            "allowed": int(not one.stopped),
            "gone": NOW if one.gone else "",
            "erased": NOW if one.erased else "",
            "id": person.id,
        },
    )
    return person.id


def meant(one: Somebody, wanted: Audience, inside: Scope) -> bool:
    return (
        not one.erased
        and inside.covers(one.commune)
        and (not wanted.groups or bool({*wanted.groups} & {*one.groups}))
        and (not wanted.topics or bool({*wanted.topics} & {*one.topics}))
        and (not wanted.needs or one.need in wanted.needs)
        and (not wanted.session_id or one.registered)
    )


def judged(one: Somebody, wanted: Audience) -> str:
    if one.gone:
        return "gone"
    if one.stopped:
        return "stopped"
    if not one.agreed:
        return "no-consent"
    if wanted.channels and one.channel not in wanted.channels:
        return "other-channel"
    if wanted.seen_days and one.silent:
        return "long-silent"
    return "reached"


class Undo(Exception):
    """Ends an example without a trace."""


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(somebody, max_size=12), audience, scope)
def test_the_count_and_the_sending_agree_with_the_rules(
    database: Database, crowd: list[Somebody], wanted: Audience, inside: Scope
) -> None:
    with contextlib.suppress(Undo), database.transaction() as c:
        session_id = sessions.add_session(c, SESSION, "console", "", NOW)
        ids = [store(c, number, one, session_id) for number, one in enumerate(crowd)]
        asked = dataclasses.replace(wanted, session_id=session_id if wanted.session_id else 0)
        counted = count_audience(c, asked, inside, SINCE if wanted.seen_days else "")
        sql, params = audiences.reached_text(asked, inside, SINCE if wanted.seen_days else "")
        rows = c.rows(f"SELECT p.id AS id {sql}", {**params, "after": 0, "until": 2**62})
        raise Undo
    expected = Counter(
        (judged(one, wanted), one.channel if judged(one, wanted) == "reached" else "")
        for one in crowd
        if meant(one, wanted, inside)
    )
    found = Counter({("reached", channel): n for channel, n in counted.reached.items()})
    found += Counter({(reason, ""): n for reason, n in counted.left_out.items()})
    assert found == expected
    assert set(counted.left_out) <= set(REASONS)
    reached = {
        id_
        for id_, one in zip(ids, crowd, strict=True)
        if meant(one, wanted, inside) and judged(one, wanted) == "reached"
    }
    assert {int(row["id"]) for row in rows} == reached
    assert counted.total == len(reached)


def test_an_audience_survives_being_stored_and_other_versions() -> None:
    one = Audience(("ho-ngheo",), ("bhtn",), ("hoc-nghe",), 3, ("zalo",), 30)
    assert parse_audience(one.to_json()) == one
    assert parse_audience('{"groups": ["dan-toc"], "moon": 1}') == Audience(groups=("dan-toc",))
    assert parse_audience("{}") == EVERYBODY


def test_pages_cover_everybody_who_agreed(database: Database) -> None:
    with database.transaction() as c:
        agreed = []
        for number in range(7):
            person = people.get_or_create_person(c, "zalo", str(number), "", NOW)
            if number % 2 == 0:
                consents.give_consent(c, person.id, "nhan-tin", "1", "(lời)", NOW)
                agreed.append(person.id)
        ends = list(itertools.takewhile(bool, _pages(c)))
    assert ends == [agreed[1], agreed[3]]


def _pages(c: Connection) -> list[int | None]:
    first = audiences.find_page_end(c, 0, 2)
    second = audiences.find_page_end(c, first or 0, 2)
    return [first, second, audiences.find_page_end(c, second or 0, 2)]
