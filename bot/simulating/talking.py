"""People of a simulated year who type: a few words, then the numbers or answers the bot asks for.

They go through the whole way in. What the bot then does for them is written down as acts, for the judge.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable

from bot.messages import (
    CloseDeadline,
    Effect,
    EraseMe,
    GiveConsent,
    GiveUpPlace,
    Inbound,
    KeepDeadline,
    Register,
    SetPushes,
    Turn,
    WithdrawConsent,
)
from bot.receiving import receive
from bot.simulating.script import HANOI, Act, Citizen
from bot.voice import Voice
from storage.database import Database

OPENINGS = {
    "register": "sắp tới có phiên nào",
    "keep": "nhắc tôi hạn nộp hồ sơ thất nghiệp",
    "stop": "dừng",
    "resume": "nhận tin",
    "erase": "xóa dữ liệu của tôi",
}
# Which choice they take, by how its action begins: the first that is there.
WANTED = {"register": ("ph:d:", "ph:x:"), "keep": (), "erase": ("tt:xoa:co",)}
MOST_TURNS = 12


class Talker:
    """Types for people. `fair_of` says which fair a stored session is."""

    def __init__(self, voice: Voice, fair_of: Callable[[int], int]) -> None:
        self._voice = voice
        self._fair_of = fair_of
        self._number = itertools.count()
        self.turns = 0

    def talk(self, database: Database, citizen: Citizen, act: Act) -> list[Act]:
        """One conversation; what it did, as acts."""
        done = [Act(act.at, "write", citizen.number)]
        text = OPENINGS[act.what]
        for _ in range(MOST_TURNS):
            turn = self._say(database, citizen, text, act.at)
            done += [one for effect in turn.effects for one in self._as_act(effect, act.at, citizen.number)]
            answer = _answer(turn, act)
            if answer is None:
                break
            text = answer
        return done

    def _say(self, database: Database, citizen: Citizen, text: str, at: datetime.datetime) -> Turn:
        inbound = Inbound(citizen.channel, citizen.address, f"t{next(self._number)}", "text", text)
        receipt = receive(database, self._voice, inbound, at)
        assert receipt.turn
        assert not receipt.turn.because.reason.startswith("lỗi"), receipt.turn.because.reason
        assert receive(database, self._voice, inbound, at).repeated  # the platform says it twice
        self.turns += 1
        return receipt.turn

    def _as_act(self, effect: Effect, at: datetime.datetime, who: int) -> list[Act]:
        match effect:
            case SetPushes(allowed):
                return [Act(at, "resume" if allowed else "stop", who)]
            case GiveConsent(purpose=purpose):
                return [Act(at, "consent", who, what=purpose)]
            case WithdrawConsent(purpose):
                return [Act(at, "withdraw", who, what=purpose)]
            case Register(session_id=id_, remind_minutes=minutes):
                return [Act(at, "register", who, self._fair_of(id_), minutes)]
            case GiveUpPlace(id_):
                return [Act(at, "leave", who, self._fair_of(id_))]
            case KeepDeadline(kind=kind, base_on=base, times=times):
                return [Act(at, "keep", who, what=kind, day=datetime.date.fromisoformat(base), times=times)]
            case EraseMe():
                return [Act(at, "erase", who)]
            case CloseDeadline():
                raise AssertionError("nobody in the script asks for this")
        return []


def _answer(turn: Turn, act: Act) -> str | None:
    """What they type next, None when they are content."""
    offered = turn.state.offered
    for wanted in WANTED.get(act.what, ()):
        for number, choice in enumerate(offered, 1):
            if choice.action.startswith(wanted):
                return str(number)
    if not turn.state.form.name:
        return None
    last = turn.replies[-1].text if turn.replies else ""
    if offered:
        return "1"
    if "điện thoại" in last:
        return "0912345678"
    if "ngày" in last:
        left = act.at.astimezone(HANOI).date() - datetime.timedelta(days=20)
        return f"{left:%d/%m/%Y}"
    return "Nguyễn Thị Lan"
