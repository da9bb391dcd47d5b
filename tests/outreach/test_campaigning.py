"""Series of messages: who joins, what they get and when, and that no edit, pause or second replica repeats a step."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.campaigning import LEAVE, TOO_LATE, Advanced, advance, compose, find_place
from bot.clock import HANOI, in_hanoi, iso
from bot.messages import parse_choices
from bot.quiet import quiet
from content.campaigns import APART
from content.load import load_library
from content.model import Campaign, CampaignStep, Library
from storage import campaigns, consents, needs, outbox, people
from storage.campaigns import DUE, REPLANNED, Member, due_text
from storage.database import Connection, Database
from storage.people import Person
from storage.sql import Params

MONDAY = datetime.date(2026, 12, 7)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime.datetime:
    """So many days after the Monday on which everybody joins, at that time in Hanoi."""
    return datetime.datetime.combine(MONDAY + datetime.timedelta(days=day), datetime.time(hour, minute), HANOI)


def steps(*days: int) -> tuple[CampaignStep, ...]:
    return tuple(CampaignStep(f"ngay-{day}", day, 9, (f"Tin ngày {day}.",), "") for day in days)


NEWS = Campaign(
    "nghi-viec", "Người vừa nghỉ việc", "Vừa nghỉ việc", "…", ("bhtn",), ("tim-viec",), ("bhtn.tu-nghi",),
    datetime.date(2026, 12, 1), None, paused=False, steps=steps(1, 5, 12),
)  # fmt: skip


def library_of(*series: Campaign) -> Library:
    return Library("vi", {}, (), {}, {}, "", campaigns={one.slug: one for one in series})


def add_person(c: Connection, address: str, *, group: str = "bhtn", agreed: bool = True) -> int:
    person = people.get_or_create_person(c, "telegram", address, "", iso(at(-1)))
    if agreed:
        consents.give_consent(c, person.id, "nhan-tin", "1", "…", iso(at(-1)))
    if group:
        people.add_group(c, person.id, group, iso(at(-1)))
    return person.id


@pytest.fixture
def lan(database: Database) -> int:
    """A person who agreed to news and belongs to the group the series is for."""
    with database.transaction() as c:
        return add_person(c, "lan")


def run(database: Database, days: Sequence[int], *series: Campaign, hour: int = 9) -> Advanced:
    done = Advanced()
    for day in days:
        done += advance(database, library_of(*series), at(day, hour, 1))
    return done


def had(database: Database, person_id: int) -> list[str]:
    """The first lines of the messages a person was sent, in order."""
    with database.reading() as c:
        rows = c.rows("SELECT text FROM outbox WHERE person_id = :id ORDER BY id", {"id": person_id})
    return [str(row["text"]).split("\n", 1)[0] for row in rows]


def skipped(database: Database, person_id: int) -> dict[str, str]:
    with database.reading() as c:
        rows = c.rows(
            "SELECT step, reason FROM campaign_steps WHERE person_id = :id AND outcome = 'skipped'", {"id": person_id}
        )
    return {str(row["step"]): str(row["reason"]) for row in rows}


def memberships(database: Database, person_id: int) -> dict[str, str]:
    with database.reading() as c:
        return {one.campaign: one.status for one in campaigns.list_of_person(c, person_id)}


# Joining


def test_who_belongs_joins_and_gets_each_step_on_its_day(database: Database, lan: int) -> None:
    run(database, [0], NEWS)
    assert memberships(database, lan) == {"nghi-viec": "on"}
    assert had(database, lan) == []
    run(database, [1, 2, 3], NEWS)
    assert had(database, lan) == ["Tin ngày 1."]
    run(database, range(4, 20), NEWS)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 5.", "Tin ngày 12."]
    assert memberships(database, lan) == {"nghi-viec": "done"}


def test_a_step_waits_for_its_hour(database: Database, lan: int) -> None:
    run(database, [0], NEWS)
    run(database, [1], NEWS, hour=8)
    assert had(database, lan) == []
    run(database, [1], NEWS, hour=9)
    assert had(database, lan) == ["Tin ngày 1."]


def test_a_need_or_a_question_about_the_topic_is_enough_and_consent_is_never_dispensable(database: Database) -> None:
    with database.transaction() as c:
        asks, wants, silent, other, stopped = (
            add_person(c, name, group="", agreed=name != "silent")
            for name in ("asks", "wants", "silent", "other", "stopped")
        )
        people.note_interest(c, asks, "bhtn.tu-nghi", iso(at(0)))
        needs.keep_need(c, wants, "tim-viec", "", "", "", "", 2026, iso(at(0)))
        people.add_group(c, silent, "bhtn", iso(at(0)))
        people.add_group(c, stopped, "bhtn", iso(at(0)))
        people.set_pushes(c, stopped, allowed=False)
        people.note_interest(c, other, "vay", iso(at(0)))
    assert run(database, [0], NEWS).joined == 2
    assert [bool(memberships(database, id_)) for id_ in (asks, wants, silent, other, stopped)] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_who_says_it_later_joins_the_next_morning_and_counts_from_then(database: Database, lan: int) -> None:
    run(database, [0], NEWS)
    with database.transaction() as c:
        ba = add_person(c, "ba")
    run(database, [0], NEWS, hour=15)
    assert memberships(database, ba) == {}
    run(database, range(1, 3), NEWS)
    assert had(database, ba) == ["Tin ngày 1."]
    assert had(database, lan) == ["Tin ngày 1."]


def test_nobody_joins_before_the_series_begins_or_after_it_ends(database: Database, lan: int) -> None:
    later = dataclasses.replace(NEWS, start=MONDAY + datetime.timedelta(days=3))
    over = dataclasses.replace(NEWS, slug="cu", end=MONDAY)
    run(database, [1, 2], later, over)
    assert memberships(database, lan) == {}
    run(database, [3], later, over)
    assert memberships(database, lan) == {"nghi-viec": "on"}


def test_everybody_is_looked_at_page_by_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.campaigning.JOINING_PAGE", 3)
    with database.transaction() as c:
        for number in range(10):
            add_person(c, f"p{number}", group="bhtn" if number % 2 else "")
    assert run(database, [0], NEWS).joined == 5
    assert run(database, [0], NEWS).joined == 0


# What ends it


@pytest.mark.parametrize("how", ["stop", "withdraw", "gone", "erased", "leave"])
def test_who_does_not_want_it_any_more_gets_nothing_more(database: Database, lan: int, how: str) -> None:
    run(database, [0, 1], NEWS)
    with database.transaction() as c:
        if how == "stop":
            people.set_pushes(c, lan, allowed=False)
        elif how == "withdraw":
            consents.withdraw_consent(c, lan, "nhan-tin", iso(at(2)))
        elif how == "gone":
            people.mark_gone(c, "telegram", "lan", "chặn", iso(at(2)))
        elif how == "erased":
            c.execute("UPDATE people SET erased_at = :now", {"now": iso(at(2))})
        else:
            assert campaigns.leave(c, "nghi-viec", lan)
    run(database, range(2, 30), NEWS)
    assert had(database, lan) == ["Tin ngày 1."]
    assert memberships(database, lan) == {"nghi-viec": "stopped"}


def test_who_left_is_not_taken_in_again_but_may_come_back_and_has_nothing_twice(database: Database, lan: int) -> None:
    run(database, [0, 1], NEWS)
    with database.transaction() as c:
        campaigns.leave(c, "nghi-viec", lan)
    run(database, [2, 3], NEWS)
    assert memberships(database, lan) == {"nghi-viec": "stopped"}
    with database.transaction() as c:
        campaigns.join(c, "nghi-viec", lan, iso(at(4)))
    run(database, range(4, 30), NEWS)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 5.", "Tin ngày 12."]


# Editing, pausing, being away


def test_a_step_put_in_before_where_somebody_is_is_not_sent_to_them(database: Database, lan: int) -> None:
    run(database, range(6), NEWS)
    with database.transaction() as c:
        ba = add_person(c, "ba")
    changed = dataclasses.replace(NEWS, steps=(*steps(1), CampaignStep("moi", 3, 9, ("Mới.",), ""), *NEWS.steps[1:]))
    run(database, range(6, 30), changed)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 5.", "Tin ngày 12."]
    assert skipped(database, lan) == {"moi": "thêm vào sau khi người nhận đã qua bước này"}
    assert "Mới." in had(database, ba)


def test_an_edit_that_moves_a_step_is_followed_at_once_and_repeats_nothing(database: Database, lan: int) -> None:
    run(database, [0, 1], NEWS)
    sooner = dataclasses.replace(NEWS, steps=(NEWS.steps[0], dataclasses.replace(NEWS.steps[1], day=4), NEWS.steps[2]))
    run(database, [2, 3, 4], sooner)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 5."]
    run(database, range(5, 30), NEWS)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 5.", "Tin ngày 12."]


def test_a_paused_series_sends_nothing_and_does_not_burst_when_it_goes_on(database: Database, lan: int) -> None:
    run(database, [0, 1], NEWS)
    run(database, range(2, 14), dataclasses.replace(NEWS, paused=True))
    assert had(database, lan) == ["Tin ngày 1."]
    run(database, range(14, 30), NEWS)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 12."]
    assert skipped(database, lan) == {"ngay-5": "quá hạn hơn 7 ngày"}


def test_after_three_days_down_what_is_still_useful_goes_out_and_the_next_keeps_its_distance(
    database: Database, lan: int
) -> None:
    close = dataclasses.replace(NEWS, steps=steps(1, 4, 7))
    run(database, [0, 5], close)
    assert had(database, lan) == ["Tin ngày 1."]
    run(database, [6, 7], close)
    assert had(database, lan) == ["Tin ngày 1."]
    run(database, [8, 9, 10, 11], close)
    assert had(database, lan) == ["Tin ngày 1.", "Tin ngày 4.", "Tin ngày 7."]


def test_two_series_never_send_to_a_person_on_the_same_day(database: Database, lan: int) -> None:
    other = dataclasses.replace(NEWS, slug="khac", title="Khác", steps=steps(1, 5))
    run(database, range(20), NEWS, other)
    assert len(had(database, lan)) == 5
    with database.reading() as c:
        days = [row["sent_on"] for row in c.rows("SELECT sent_on FROM campaign_steps")]
    assert len(set(days)) == 5


def test_nothing_happens_at_night(database: Database, lan: int) -> None:
    run(database, [0], NEWS)
    assert advance(database, library_of(NEWS), at(1, 23)) == Advanced()
    assert had(database, lan) == []


# More than one, and many


def test_two_replicas_at_once_send_each_step_once(database: Database) -> None:
    with database.transaction() as c:
        ids = [add_person(c, f"p{number}") for number in range(60)]
    other = dataclasses.replace(NEWS, slug="khac", title="Khác")
    library = library_of(NEWS, other)

    def replica(series: Library) -> None:
        for day in range(8):
            advance(database, series, at(day, 10), page=7)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(replica, (library, library_of(other, NEWS), library)))
    advance(database, library, at(9, 10))
    with database.reading() as c:
        rows = c.rows("SELECT person_id, dedupe_key FROM outbox")
        days = Counter((row["person_id"], row["sent_on"]) for row in c.rows("SELECT * FROM campaign_steps"))
    assert Counter(row["person_id"] for row in rows) == dict.fromkeys(ids, 4)
    assert max(days.values()) == 1


def test_a_million_members_are_not_read_to_find_the_few_that_are_due(database: Database) -> None:
    with database.transaction() as c:
        for number in range(300):
            campaigns.join(c, "nghi-viec", add_person(c, f"p{number}"), iso(at(0)))
        campaigns.reckon(c, "nghi-viec", "p", {number: iso(at(9)) for number in range(1, 300)})
    explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
    with database.transaction() as c:
        if database.dialect == "postgresql":
            c.execute("SET LOCAL enable_seqscan = off")  # so small a table is read whole otherwise
        for condition, index in ((DUE, "campaign_members_due"), *((one, "campaign_members_plan") for one in REPLANNED)):
            params: Params = {"campaign": "nghi-viec", "limit": 500, ("now" if condition == DUE else "plan"): "p"}
            plan = " ".join(
                str(value) for row in c.rows(explain + due_text(condition), params) for value in row.values()
            )
            assert index in plan
            assert "SCAN m" not in plan


# What is said


def test_a_message_says_what_it_is_and_how_to_have_no_more(database: Database, lan: int) -> None:
    run(database, [0, 1], NEWS)
    with database.reading() as c:
        [delivery] = outbox.list_for_person(c, lan, 0, 10)
    assert "Tin 1/3" in delivery.text
    assert "Người vừa nghỉ việc" in delivery.text
    assert delivery.priority == outbox.PRIORITY_BULK
    assert [choice.action for choice in parse_choices(delivery.choices_json)] == [LEAVE + "nghi-viec"]


def test_every_step_of_the_real_series_reads_well_on_every_phone(library: Library) -> None:
    for series in library.campaigns.values():
        for step in series.steps:
            text, choices = compose(library, series, step, "vi", MONDAY)
            assert "{{" not in text
            assert len(text) < 900
            assert [choice.action for choice in choices][-1] == LEAVE + series.slug
            assert all(len(choice.action.encode()) <= 64 and len(choice.label) <= 24 for choice in choices)
            assert not quiet(datetime.datetime.combine(MONDAY, datetime.time(step.hour), HANOI))


# In general


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def library() -> Library:
    """What is really sent."""
    return load_library(ROOT / "content", on=MONDAY)


LAN = Person(1, "telegram", "lan", "", "vi", "", True, "", "", "")


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(APART, 20), min_size=1, max_size=5),
    st.sets(st.integers(0, 60)),
    st.integers(0, 60),
)
def test_whenever_it_runs_every_step_is_had_once_or_missed_with_a_reason_and_none_too_close(
    gaps: list[int], away: set[int], edit_on: int
) -> None:
    days = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    series = dataclasses.replace(NEWS, steps=steps(*days))
    longer = dataclasses.replace(series, steps=(CampaignStep("dau", 0, 9, ("Đầu.",), ""), *series.steps))
    done: dict[str, str] = {}
    sent: list[datetime.datetime] = []
    for day in range(160):
        if day in away:
            continue
        now = at(day, 10)
        place = find_place(longer if day >= edit_on else series, Member(LAN, iso(at(0)), True, done), now)
        assert not {step for step, _ in place.missed} & set(done)
        done |= dict.fromkeys((step for step, _ in place.missed), "")
        if place.step:
            assert place.step.id not in done
            done[place.step.id] = in_hanoi(now).date().isoformat()
            sent.append(now)
    assert set(done) == {step.id for step in longer.steps}
    assert all((later - sooner).days >= APART for sooner, later in itertools.pairwise(sent))
    assert TOO_LATE.days == 7
