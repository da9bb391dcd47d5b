"""Carries out a script's acts as the conversation would: the same effects, performed by the same code.

Acts of one minute share a transaction that is marked as done, so that a killed process does it again or not at all.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Sequence

from bot.clock import in_hanoi, iso
from bot.messages import (
    CloseDeadline,
    Effect,
    EraseMe,
    GiveConsent,
    GiveUpPlace,
    KeepDeadline,
    NoteInterest,
    Register,
    SetGroup,
    SetProfile,
    SetPushes,
    TellOutcome,
    WithdrawConsent,
)
from bot.outreach.due import REPAY, find_next, list_moments, list_windows
from bot.performing import perform
from bot.rescheduling import as_new, change
from bot.simulating.script import Act, Citizen, Fair, Script
from content.model import Library
from storage import deadlines, people, seen, sessions
from storage.database import Connection, Database
from storage.people import Person
from storage.sessions import NewSession

AT_ONCE = 100  # acts in one transaction
TITLE = "Phiên mô phỏng"


class Town:
    """The people of a script, acting on a database that may die under them and be opened anew."""

    def __init__(self, script: Script, library: Library) -> None:
        self._library = library
        self._people = {citizen.number: citizen for citizen in script.people}
        self._fairs: dict[int, int] = {}
        self._pages = itertools.count()
        self._do: dict[str, Callable[[Connection, Act, Person], None]] = {
            "register": self._register,
            "leave": lambda c, act, person: self._perform(c, act, person, GiveUpPlace(self._fairs[act.fair])),
            "outcome": lambda c, act, person: self._perform(
                c, act, person, TellOutcome(self._fairs[act.fair], "not-hired")
            ),
            "keep": self._keep,
            "done": self._done,
            "stop": lambda c, act, person: self._perform(c, act, person, SetPushes(allowed=False)),
            "resume": lambda c, act, person: self._perform(c, act, person, SetPushes(allowed=True)),
            "erase": lambda c, act, person: self._perform(c, act, person, EraseMe()),
            "withdraw": lambda c, act, person: self._perform(c, act, person, WithdrawConsent(act.what)),
            "block": _block,
            "vanish": lambda _c, _act, _person: None,  # the platform knows, we do not
        }

    def announce(self, database: Database, fairs: Sequence[Fair], now: datetime.datetime) -> None:
        """Enter the sessions as an official does in the console."""
        with database.transaction() as c:
            for fair in fairs:
                self._fairs[fair.number] = sessions.add_session(c, _as_session(fair), "console", "", iso(now))

    def act(self, acts: Sequence[Act]) -> Callable[[Database], None]:
        """What carries these acts out; call it until it returns. Done twice it is done once."""
        page = f"trang {next(self._pages)}"

        def carry_out(database: Database) -> None:
            with database.transaction() as c:
                if seen.mark_seen(c, "mô phỏng", page, iso(acts[0].at)):
                    for act in acts:
                        self._carry_out(c, act)

        return carry_out

    def citizen(self, number: int) -> Citizen:
        return self._people[number]

    def _carry_out(self, c: Connection, act: Act) -> None:
        if act.kind in {"move", "cancel", "postpone"}:
            self._change(c, act)
            return
        citizen = self._people[act.who]
        if act.kind in {"arrive", "return"}:
            person = people.get_or_create_person(c, citizen.channel, citizen.address, "", iso(act.at))
            if act.kind == "arrive":
                self._introduce(c, act, citizen, person)
            return
        found = people.find_person(c, citizen.channel, citizen.address)
        if found and not found.erased_at:
            self._do[act.kind](c, act, found)

    def _introduce(self, c: Connection, act: Act, citizen: Citizen, person: Person) -> None:
        effects: list[Effect] = [SetProfile("commune", citizen.commune)]
        if citizen.news:
            effects.append(GiveConsent("nhan-tin", "mô phỏng", "mô phỏng"))
        if citizen.reminding:
            effects.append(GiveConsent("nhac-viec", "mô phỏng", "mô phỏng"))
        if citizen.group:
            effects.append(SetGroup(citizen.group))
        if citizen.topic:
            effects.append(NoteInterest(citizen.topic))
        for effect in effects:
            perform(c, person, effect, iso(act.at))

    def _perform(self, c: Connection, act: Act, person: Person, effect: Effect) -> None:
        perform(c, person, effect, iso(act.at))

    def _register(self, c: Connection, act: Act, person: Person) -> None:
        session = sessions.get_session(c, self._fairs[act.fair])
        if session.open and session.ends_at > iso(act.at):
            place = Register(session.id, "waiting" if session.full else "registered", "", "", act.what)
            perform(c, person, place, iso(act.at))

    def _keep(self, c: Connection, act: Act, person: Person) -> None:
        assert act.day
        today = in_hanoi(act.at).date()
        note = str(act.day.day) if act.what == REPAY else ""
        windows = list_windows(act.what, act.day, act.times, note, self._library, today)
        following = find_next(windows, today)
        if following:
            moments = list_moments(act.what, act.day, windows, self._library.office_years, iso(act.at))
            kept = KeepDeadline(act.what, str(act.day), str(following.due), act.times, note, moments)
            perform(c, person, kept, iso(act.at))

    def _done(self, c: Connection, act: Act, person: Person) -> None:
        for one in deadlines.list_of_person(c, person.id):
            if one.kind == act.what and one.status == "open":
                perform(c, person, CloseDeadline(one.id, "done"), iso(act.at))

    def _change(self, c: Connection, act: Act) -> None:
        session = sessions.get_session(c, self._fairs[act.fair])
        if act.kind == "move":
            assert act.moment
            lasts = datetime.timedelta(hours=3)
            new = as_new(session, starts_at=iso(act.moment), ends_at=iso(act.moment + lasts), status="mo")
        else:
            new = as_new(session, status="huy" if act.kind == "cancel" else "hoan")
        change(c, session.id, new, "console", "", iso(act.at))

    def fair_of(self, session_id: int) -> int:
        """The script's number of a stored session."""
        return next(number for number, id_ in self._fairs.items() if id_ == session_id)


def _block(c: Connection, act: Act, person: Person) -> None:
    people.mark_gone(c, person.channel, person.address, "người dùng chặn bot", iso(act.at))


def _as_session(fair: Fair) -> NewSession:
    return NewSession(
        slug=f"mo-phong-{fair.number}",
        kind=fair.kind,
        title=f"{TITLE} {fair.number}",
        starts_at=iso(fair.starts),
        ends_at=iso(fair.ends),
        place="Sàn giao dịch việc làm",
        commune=fair.commune,
        capacity=fair.capacity,
        openings=100,
    )
