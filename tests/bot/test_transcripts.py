"""Conversations as a non-programmer reads and writes them: `tests/transcripts/**/*.yaml`, explained in its README.

Between every two turns the state is written to JSON and read again, so nothing may hide in memory. A transcript with a
`biết:` block (they stand in `viec/`) is lived on a real database: what a turn does is really done before the next one.
"""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.terminal import show
from bot.clock import iso
from bot.conversation import respond
from bot.messages import AskOfficial, Inbound, Reply, SetLanguage, SetPushes, State, Turn, parse_choices, parse_state
from bot.receiving import receive
from bot.reminding import remind_due
from bot.voice import Voice
from storage import dialogues, outbox, people
from storage.database import Database
from tests.bot.conftest import NOW
from tests.bot.world import moment, prepare

FOLDER = Path(__file__).parents[1] / "transcripts"


WORLDLY = FOLDER / "viec"
SAID = {"dân", "bấm", "gửi", "chờ_đến"}
SETTING = {"nhóm", "gọi_bot", "chuyển_tiếp", "chú_thích", "lúc"}
EXPECTED = {
    "bot_nói",
    "bot_không_nói",
    "nút",
    "không_nút",
    "kiểu",
    "mục",
    "im_lặng",
    "cán_bộ_nhận",
    "nhận_tin",
    "ngôn_ngữ",
    "làm",
}


@dataclasses.dataclass(frozen=True)
class Step:
    said: dict[str, Any]
    line: str

    def inbound(self, number: int, state: State) -> Inbound:
        base = Inbound(
            "terminal",
            "test",
            str(number),
            "text",
            in_group=bool(self.said.get("nhóm")),
            addressed=bool(self.said.get("gọi_bot", not self.said.get("nhóm"))),
            forwarded=bool(self.said.get("chuyển_tiếp")),
        )
        if "bấm" in self.said:
            label = self.said["bấm"]
            action = next((choice.action for choice in state.offered if choice.label == label), None)
            assert action, f"{self.line}: không có nút “{label}”, chỉ có {[choice.label for choice in state.offered]}"
            return dataclasses.replace(base, kind="choice", choice=action, text=label)
        if "gửi" in self.said:
            return dataclasses.replace(base, kind=self.said["gửi"], text=self.said.get("chú_thích", ""))
        return dataclasses.replace(base, text=str(self.said["dân"]))


def steps_of(path: Path) -> list[Step]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(document) - {"biết"} == {"tên", "hội_thoại"}, path.name
    assert ("biết" in document) == (path.parent == WORLDLY), f"{path.name}: có `biết:` thì đặt trong viec/"
    steps = []
    for number, said in enumerate(document["hội_thoại"], 1):
        unknown = set(said) - SAID - SETTING - EXPECTED
        assert not unknown, f"{path.name}, lượt {number}: không hiểu {sorted(unknown)}"
        assert len(SAID & set(said)) == 1, f"{path.name}, lượt {number}: cần đúng một trong {sorted(SAID)}"
        assert EXPECTED & set(said), f"{path.name}, lượt {number}: chưa ghi chờ đợi điều gì"
        steps.append(Step(said, f"{path.name}, lượt {number} ({next(said[key] for key in said if key in SAID)})"))
    return steps


def world_of(path: Path) -> dict[str, Any]:
    """The `biết:` block: what holds before the conversation begins."""
    world: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["biết"] or {}
    return world


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path: Path, voice: Voice) -> None:
    state = State()
    for number, step in enumerate(steps_of(path), 1):
        turn = respond(state, step.inbound(number, state), voice.library, voice.companion, NOW)
        compare(step, turn)
        state = parse_state(turn.state.to_json())
        assert state == turn.state


@pytest.mark.parametrize("path", sorted(WORLDLY.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_done_in_the_conversation_is_done(path: Path, voice: Voice, sqlite_database: Database) -> None:
    now = prepare(sqlite_database, world_of(path), voice.library.places, NOW, "terminal", "test")
    for number, step in enumerate(steps_of(path), 1):
        now = max(now, moment(step.said["lúc"])) if "lúc" in step.said else now
        if "chờ_đến" in step.said:
            now = moment(step.said["chờ_đến"])
            compare_replies(step, wait(sqlite_database, voice, now))
            continue
        inbound = step.inbound(number, remembered(sqlite_database))
        turn = receive(sqlite_database, voice, inbound, now).turn
        assert turn
        compare(step, turn)
        assert remembered(sqlite_database) == turn.state


def remembered(database: Database) -> State:
    with database.reading() as c:
        person = people.find_person(c, "terminal", "test")
        return parse_state(dialogues.load_dialogue(c, person.id)) if person else State()


def wait(database: Database, voice: Voice, until: datetime.datetime) -> tuple[Reply, ...]:
    """What the bot says by itself up to this moment."""
    with database.reading() as c:
        person = people.find_person(c, "terminal", "test")
        assert person
        before = outbox.list_for_person(c, person.id, 0, 10_000)
    remind_due(database, voice.library, until)
    with database.reading() as c:
        new = outbox.list_for_person(c, person.id, max((one.id for one in before), default=0), 100)
    assert all(one.due_at <= iso(until) for one in new)
    return tuple(Reply(one.text, parse_choices(one.choices_json)) for one in new)


def compare(step: Step, turn: Turn) -> None:
    expected = step.said
    where = f"{step.line}\n--- bot: {turn.because}\n{shown(turn.replies)}\n---"
    compare_replies(step, turn.replies, where)
    compare_effects(step, turn, where)
    if "kiểu" in expected:
        assert turn.because.kind == expected["kiểu"], where
    if "mục" in expected:
        assert turn.because.id == expected["mục"], where


def shown(replies: tuple[Reply, ...]) -> str:
    return "\n\n".join(show(reply) for reply in replies)


def compare_replies(step: Step, replies: tuple[Reply, ...], where: str = "") -> None:
    expected, text = step.said, shown(replies)
    where = where or f"{step.line}\n---\n{text}\n---"
    labels = [choice.label for reply in replies for choice in reply.choices]
    for words in listed(expected.get("bot_nói")):
        assert words in text, f"{where}\nthiếu: {words}"
    for words in listed(expected.get("bot_không_nói")):
        assert words not in text, f"{where}\nkhông được có: {words}"
    for label in listed(expected.get("nút")):
        assert label in labels, f"{where}\nthiếu nút: {label}"
    for label in listed(expected.get("không_nút")):
        assert label not in labels, f"{where}\nkhông được có nút: {label}"
    if "im_lặng" in expected:
        assert (not replies) == expected["im_lặng"], where


def compare_effects(step: Step, turn: Turn, where: str) -> None:
    expected = step.said
    asked = [effect.text for effect in turn.effects if isinstance(effect, AskOfficial)]
    assert asked == listed(expected.get("cán_bộ_nhận")), where
    pushes = [effect.allowed for effect in turn.effects if isinstance(effect, SetPushes)]
    assert pushes == listed(expected.get("nhận_tin")), where
    languages = [effect.language for effect in turn.effects if isinstance(effect, SetLanguage)]
    assert languages == listed(expected.get("ngôn_ngữ")), where
    if "làm" in expected:
        assert [type(effect).__name__ for effect in turn.effects] == listed(expected["làm"]), where


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
