"""Some thousands of hostile calls through the real receive path. `python -m tests.bench hostile` sends a million."""

from __future__ import annotations

import dataclasses
import json

import pytest

from bot import receiving
from storage import people, turns
from storage.database import Database
from tests.hostile.calls import Call, calls
from tests.hostile.doors import Doors, knock_all

COUNT = 1_200


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_that_comes_in_is_an_error_of_ours(doors: Doors, seed: int) -> None:
    knock_all(doors, calls(seed, COUNT, doors.actions))
    assert doors.faults == []
    # Were most of them thrown away at the door, nothing would be shown.
    talked = sum(doors.outcomes[kind] for kind in ("answer", "clarify", "fallback", "action"))
    assert talked > COUNT / 2, doors.outcomes
    assert len(doors.actions) > 100


def test_the_doors_tell_a_fault_from_a_fine_call(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = Call("web", json.dumps({"id": f"{7:08x}-0000-4000-8000-{7:012x}", "text": "chào"}).encode(), "7" * 32)
    again = dataclasses.replace(fine, address="8" * 32)
    knock_all(doors, [fine])
    assert doors.faults == []
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "respond", lambda *_: 1 / 0)
        knock_all(doors, [again])
    assert len(doors.faults) == 1
    assert "ZeroDivisionError" in doors.faults[0]


def test_the_same_seed_is_the_same_calls() -> None:
    assert list(calls(3, 200, [])) == list(calls(3, 200, []))
    assert list(calls(3, 200, [])) != list(calls(4, 200, []))


def test_a_repeated_call_costs_one_look(doors: Doors, sqlite_database: Database) -> None:
    body = {"id": f"{7:08x}-0000-4000-8000-{7:012x}", "text": "nộp hồ sơ ở đâu"}
    call = Call("web", json.dumps(body).encode(), "7" * 32)
    knock_all(doors, [call] * 50)
    assert doors.outcomes["nhận lần nữa"] == 49
    with sqlite_database.reading() as c:
        person = people.find_person(c, "web", "7" * 32)
        assert person
        assert len(turns.list_turns(c, person.id, 0, 10)) == 1
