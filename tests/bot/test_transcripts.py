"""Conversations as a non-programmer reads and writes them: `tests/transcripts/*.yaml`, explained in its README.

Between every two turns the state is written to JSON and read again, so nothing may hide in memory.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.terminal import show
from bot.conversation import respond
from bot.messages import AskOfficial, Inbound, SetLanguage, SetPushes, State, Turn, parse_state
from bot.voice import Voice
from tests.bot.conftest import NOW

FOLDER = Path(__file__).parents[1] / "transcripts"


SAID = {"dân", "bấm", "gửi"}
SETTING = {"nhóm", "gọi_bot", "chuyển_tiếp", "chú_thích"}
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
    assert set(document) == {"tên", "hội_thoại"}, path.name
    steps = []
    for number, said in enumerate(document["hội_thoại"], 1):
        unknown = set(said) - SAID - SETTING - EXPECTED
        assert not unknown, f"{path.name}, lượt {number}: không hiểu {sorted(unknown)}"
        assert len(SAID & set(said)) == 1, f"{path.name}, lượt {number}: cần đúng một trong dân/bấm/gửi"
        assert EXPECTED & set(said), f"{path.name}, lượt {number}: chưa ghi chờ đợi điều gì"
        steps.append(
            Step(said, f"{path.name}, lượt {number} ({said.get('dân') or said.get('bấm') or said.get('gửi')})")
        )
    return steps


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path: Path, voice: Voice) -> None:
    state = State()
    for number, step in enumerate(steps_of(path), 1):
        turn = respond(state, step.inbound(number, state), voice.library, voice.companion, NOW)
        compare(step, turn)
        state = parse_state(turn.state.to_json())
        assert state == turn.state


def compare(step: Step, turn: Turn) -> None:
    expected = step.said
    text = "\n\n".join(show(reply) for reply in turn.replies)
    where = f"{step.line}\n--- bot: {turn.because}\n{text}\n---"
    labels = [choice.label for reply in turn.replies for choice in reply.choices]
    for words in listed(expected.get("bot_nói")):
        assert words in text, f"{where}\nthiếu: {words}"
    for words in listed(expected.get("bot_không_nói")):
        assert words not in text, f"{where}\nkhông được có: {words}"
    for label in listed(expected.get("nút")):
        assert label in labels, f"{where}\nthiếu nút: {label}"
    for label in listed(expected.get("không_nút")):
        assert label not in labels, f"{where}\nkhông được có nút: {label}"
    if "kiểu" in expected:
        assert turn.because.kind == expected["kiểu"], where
    if "mục" in expected:
        assert turn.because.id == expected["mục"], where
    if "im_lặng" in expected:
        assert (not turn.replies) == expected["im_lặng"], where
    asked = [effect.text for effect in turn.effects if isinstance(effect, AskOfficial)]
    assert asked == listed(expected.get("cán_bộ_nhận")), where
    pushes = [effect.allowed for effect in turn.effects if isinstance(effect, SetPushes)]
    assert pushes == listed(expected.get("nhận_tin")), where
    languages = [effect.language for effect in turn.effects if isinstance(effect, SetLanguage)]
    assert languages == listed(expected.get("ngôn_ngữ")), where


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
