"""The simulated year: nothing promised is lost, said twice, said at night, or to whom or about what it must not be.

One process killed a hundred times on SQLite; two on PostgreSQL, killed by the system. Run with -s to read the figures.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.simulating.command import list_days_off, temporary_folder
from bot.simulating.oracle import Verdict, judge
from bot.simulating.script import Script, write_script
from bot.simulating.telling import tell
from bot.simulating.year import Lived, live
from bot.voice import Voice, load_voice
from content.load import load_library
from tests.simulation.two import live_twice

ROOT = Path(__file__).parents[2]
SEED = 2027
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture(scope="module")
def voice(learned: Path) -> Voice:
    return load_voice(ROOT / "content", learned)


@pytest.fixture
def schema(postgresql_server: str) -> Iterator[str]:
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA simulated")
        yield f"{postgresql_server}&options=-csearch_path%3Dsimulated"
        admin.execute("DROP SCHEMA simulated CASCADE")


def judged(script: Script, lived: Lived) -> Verdict:
    verdict = judge(script, lived.journal, lived.ledger, list_days_off(script.starts, script.days))
    print("\n" + tell(script, lived, verdict))  # noqa: T201 — the figures, for whoever runs it with -s
    return verdict


def communes(voice: Voice) -> tuple[str, ...]:
    return tuple(place.slug for place in voice.library.places)


def assert_kept(verdict: Verdict) -> None:
    assert verdict.faults == {name: [] for name in verdict.faults}


@pytest.mark.process
@pytest.mark.timeout(900)
def test_a_year_with_a_hundred_deaths(voice: Voice) -> None:
    script = write_script(20_000, 365, SEED, communes(voice))
    with temporary_folder() as folder:
        lived = live(script, f"sqlite:///{folder}/year.db", voice)
    verdict = judged(script, lived)
    assert_kept(verdict)
    assert (len(script.fairs), lived.deaths, lived.unfinished) == (255, 100, 0)
    for kind in ("session_before", "session_after", "session_moved", "session_cancelled", "session_seat", "digest"):
        assert verdict.read[kind] > 0, kind
    assert {act.what for act in lived.journal if act.kind == "keep"} == {
        "nop-bhtn",
        "bao-tim-viec",
        "lay-quyet-dinh",
        "tra-no",
    }


@pytest.mark.process
@pytest.mark.timeout(600)
def test_two_replicas_killed_on_postgresql(tmp_path: Path, schema: str) -> None:
    library = load_library(ROOT / "content")
    slugs = tuple(place.slug for place in library.places)
    script = write_script(1_500, 21, SEED, slugs, typing=0, every=60)
    lived = live_twice(script, schema, library, tmp_path, kills=100)
    assert_kept(judged(script, lived))
    assert lived.deaths == 100
    assert "Traceback" not in (tmp_path / "errors").read_text()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, voice: Voice) -> tuple[Script, Lived]:
    script = write_script(300, 60, SEED, communes(voice), typing=0, every=120)
    return script, live(script, f"sqlite:///{tmp_path_factory.mktemp('small') / 'year.db'}", voice, kills=0)


def test_the_judge_sees_what_is_lost_doubled_early_and_wrong(small: tuple[Script, Lived]) -> None:
    """A judge who never finds anything proves nothing: the ledger is spoilt in every way it must notice."""
    script, lived = small
    n = next(n for n, one in enumerate(lived.ledger) if one.kind == "session_before" and one.result == "read")
    one, rest = lived.ledger[n], lived.ledger[:n] + lived.ledger[n + 1 :]
    night = dataclasses.replace(one, at=one.at.replace(hour=18, minute=0))  # one in the morning in Hanoi
    stranger = dataclasses.replace(one, address=script.people[-1].address, delivery=10**9)
    old = dataclasses.replace(one, text=one.text.replace(":", "h"))
    later = dataclasses.replace(one, delivery=10**9, at=one.at + datetime.timedelta(minutes=1))
    for spoilt, fault in (
        (rest, "lost"),
        ([*lived.ledger, one], "twice"),
        ([*lived.ledger, later], "twice"),
        ([*rest, night], "at_night"),
        ([*lived.ledger, stranger], "uncalled"),
        ([*rest, old], "old_time"),
    ):
        found = judge(script, lived.journal, spoilt, frozenset()).faults
        assert found[fault], fault


def test_the_judge_sees_who_had_stopped_and_what_was_called_off(small: tuple[Script, Lived]) -> None:
    script, lived = small
    one = next(one for one in lived.ledger if one.kind == "session_before" and one.result == "read")
    who = next(citizen.number for citizen in script.people if citizen.address == one.address)
    before = one.at - datetime.timedelta(minutes=30)
    stopped = dataclasses.replace(lived.journal[0], at=before, kind="stop", who=who)
    fair = int(one.text.split("Phiên mô phỏng ")[1].split()[0])
    cancelled = dataclasses.replace(lived.journal[0], at=before, kind="cancel", who=0, fair=fair)
    assert judge(script, [*lived.journal, stopped], lived.ledger, frozenset()).unwanted
    assert judge(script, [*lived.journal, cancelled], lived.ledger, frozenset()).called_off


def test_the_judge_wants_nothing_to_arrive_that_was_called_off_on_its_way(small: tuple[Script, Lived]) -> None:
    script, lived = small
    n = next(n for n, one in enumerate(lived.ledger) if one.kind == "session_before" and one.result == "read")
    one, rest = lived.ledger[n], lived.ledger[:n] + lived.ledger[n + 1 :]
    who = next(citizen.number for citizen in script.people if citizen.address == one.address)
    fair = int(one.text.split("Phiên mô phỏng ")[1].split()[0])
    left = dataclasses.replace(lived.journal[0], kind="leave", who=who, fair=fair, at=one.at + SECOND)
    late = dataclasses.replace(one, at=one.at + 2 * SECOND)
    off = list_days_off(script.starts, script.days)
    usual = judge(script, [*lived.journal, left], lived.ledger, off).faults
    kept_back = judge(script, [*lived.journal, left], rest, off).faults
    assert kept_back["lost"] == usual["lost"]
    assert len(judge(script, [*lived.journal, left], [*rest, late], off).called_off) == len(usual["called_off"]) + 1
