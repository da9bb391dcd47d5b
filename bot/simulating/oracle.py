"""Says what must have been said, and judges what was: from the script and the ledger alone.

It is written from the rules people were told, not from the code under test, and imports nothing of it. It may not look
at the database: what a person read, or should have, is all that counts.
"""

from __future__ import annotations

import dataclasses
import datetime
import heapq
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from bot.simulating.phones import Arrival
from bot.simulating.rules import DAY, WorkDays, at_hour, morning, quiet, rings_at
from bot.simulating.script import HANOI, Act, Citizen, Script
from bot.simulating.standing import PersonNow, Promise, as_announced

HOUR, MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
NEWS = ("campaign", "digest")  # what needs the agreement to news
READ = ("read", "unheard")
WITHIN = 90 * MINUTE  # a message leaves so soon after the tick that queued it, whatever dies in between
_FAIR = re.compile(r"Phiên mô phỏng (\d+)")


@dataclasses.dataclass(slots=True)
class Verdict:
    """What was promised, read and wrong. Each list of faults says who, what and when."""

    promised: Counter[str] = dataclasses.field(default_factory=Counter)
    read: Counter[str] = dataclasses.field(default_factory=Counter)
    results: Counter[str] = dataclasses.field(default_factory=Counter)
    repeats: int = 0
    lost: list[str] = dataclasses.field(default_factory=list)
    twice: list[str] = dataclasses.field(default_factory=list)
    uncalled: list[str] = dataclasses.field(default_factory=list)
    at_night: list[str] = dataclasses.field(default_factory=list)
    unwanted: list[str] = dataclasses.field(default_factory=list)
    called_off: list[str] = dataclasses.field(default_factory=list)
    old_time: list[str] = dataclasses.field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        names = ("lost", "twice", "uncalled", "at_night", "unwanted", "called_off", "old_time")
        return {name: getattr(self, name) for name in names}


def judge(
    script: Script,
    journal: Iterable[Act],
    ledger: Iterable[Arrival],
    days_off: frozenset[datetime.date],
    worked: frozenset[datetime.date] = frozenset(),
) -> Verdict:
    """Walk through the year: what was done (`journal`, in order), every tick, and every arrival of the ledger.

    `days_off` are holidays on weekdays, `worked` weekend days that are worked.
    """
    court = _Judge(script, days_off, worked)
    events: list[tuple[datetime.datetime, int, int, object]] = []
    number = itertools.count()
    events += [(act.at, 0, next(number), act) for act in journal]
    events += [(tick, 1, next(number), None) for tick in script.ticks]
    arrivals = sorted(ledger, key=lambda arrival: arrival.at)
    events += [(arrival.at, 2, next(number), arrival) for arrival in arrivals]
    for at, _, _, event in sorted(events, key=lambda event: event[:3]):
        if isinstance(event, Act):
            court.act(event)
        elif isinstance(event, Arrival):
            court.arrive(event)
        else:
            court.tick(at)
    return court.conclude()


def _call(promise: Promise | None, at: datetime.datetime) -> None:
    """Call a promise off: it is not to be told any more, or not to arrive when it is on its way."""
    if promise and promise.state == "planned":
        promise.state = "off"
    elif promise and promise.state == "told" and promise.off is None:
        promise.off = at


class _Judge:
    def __init__(self, script: Script, days_off: frozenset[datetime.date], worked: frozenset[datetime.date]) -> None:
        self.verdict = Verdict()
        self._days = WorkDays(days_off, worked)
        self._citizens: Mapping[int, Citizen] = {one.number: one for one in script.people}
        self._numbers = {one.address: one.number for one in script.people}
        self._people: defaultdict[int, PersonNow] = defaultdict(PersonNow)
        self._fairs = {one.number: as_announced(one) for one in script.fairs}
        self._promises: dict[tuple[object, ...], Promise] = {}
        self._of_fair: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
        self._of_kept: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
        self._of_person: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
        self._lives: Counter[int] = Counter()  # how often they were forgotten: who comes back is a stranger
        self._queue: list[tuple[datetime.datetime, int, Promise]] = []
        self._count = itertools.count()
        self._heard: defaultdict[tuple[str, int, int], list[Arrival]] = defaultdict(list)
        self._all: list[Promise] = []
        self._digests: set[str] = set()

    # What people and officials do.

    def act(self, act: Act) -> None:
        if act.kind in {"move", "cancel", "postpone"}:
            self._change(act)
            return
        person = self._people[act.who]
        if act.kind in {"arrive", "return", "write"}:
            person.away = False
            if not person.here:
                self._people[act.who] = person = PersonNow(here=True)
            if act.kind == "arrive":
                citizen = self._citizens[act.who]
                person.commune = citizen.commune
                person.agreed |= {"nhan-tin"} if citizen.news else set()
                person.agreed |= {"nhac-viec"} if citizen.reminding else set()
        elif person.here:
            self._act(act, person)

    def _act(self, act: Act, person: PersonNow) -> None:
        match act.kind:
            case "stop" | "resume":
                person.pushes = act.kind == "resume"
            case "block" | "vanish":
                person.away = True
            case "consent":
                person.agreed.add(act.what)
            case "withdraw":
                person.agreed.discard(act.what)
                if act.what == "nhac-viec":
                    for kind in list(person.kept):
                        self._end(person, kind, act.at)
            case "keep":
                self._keep(act, person)
            case "done":
                self._end(person, act.what, act.at)
            case "erase":
                self._erase(act)
            case _:
                self._visit(act, person)

    def _visit(self, act: Act, person: PersonNow) -> None:
        match act.kind:
            case "register":
                self._register(act)
            case "leave":
                self._leave(act.fair, act.who, act.at)
            case "outcome":
                if act.who in self._fairs[act.fair].places:
                    person.outcomes.add(act.fair)

    def _erase(self, act: Act) -> None:
        for number, fair in self._fairs.items():
            if act.who in fair.places:
                if fair.ends > act.at:
                    self._leave(number, act.who, act.at)
                fair.places.pop(act.who, None)
        for key in self._of_person.pop(act.who, []):
            _call(self._promises.pop(key, None), act.at)
        del self._people[act.who]
        self._lives[act.who] += 1

    def _register(self, act: Act) -> None:
        fair = self._fairs[act.fair]
        held = fair.places.get(act.who)
        if fair.status != "mo" or fair.ends <= act.at:
            return
        seat = "waiting" if fair.full else "registered"
        if held and held[0] in {"registered", seat}:
            minutes, seat = held[1], held[0]
        else:
            minutes = act.what
            fair.places.pop(act.who, None)
            fair.places[act.who] = (seat, minutes)
        if seat == "registered":
            self._promise_place(act.fair, act.who, minutes, act.at)

    def _leave(self, number: int, who: int, at: datetime.datetime) -> None:
        fair = self._fairs[number]
        if fair.places.pop(who, None):
            self._call_off(number, at, who)
            self._move_up(number, at)

    def _move_up(self, number: int, at: datetime.datetime) -> set[int]:
        fair, moved = self._fairs[number], set[int]()
        if fair.ends <= at:
            return moved  # a seat given up afterwards is nobody's
        for who, (seat, minutes) in list(fair.places.items()):
            if seat == "waiting" and not fair.full:
                fair.places[who] = ("registered", minutes)
                moved.add(who)
                self._tell("session_seat", number, who, at)
                self._promise_place(number, who, minutes, at)
        return moved

    def _change(self, act: Act) -> None:
        fair = self._fairs[act.fair]
        if act.kind == "cancel":
            fair.status = "huy"
            self._call_off(act.fair, act.at)
            for who in fair.places:
                self._tell("session_cancelled", act.fair, who, act.at)
            return
        if act.kind == "move":
            assert act.moment
            fair.starts, fair.ends, fair.status = act.moment, act.moment + 3 * HOUR, "mo"
        else:
            fair.status = "hoan"
        self._call_off(act.fair, act.at)
        moved = self._move_up(act.fair, act.at) if fair.status == "mo" else set()
        for who, (seat, minutes) in fair.places.items():
            if who not in moved:
                self._tell("session_moved", act.fair, who, act.at)
                if seat == "registered":
                    self._promise_place(act.fair, who, minutes, act.at)

    # What they are promised by it.

    def _plan(self, key: tuple[object, ...], promise: Promise) -> None:
        before = self._promises.get(key)
        if before and before.state != "off":
            return  # a promise is kept once
        self._promises[key] = promise
        self._all.append(promise)
        self._of_person[promise.who].append(key)
        heapq.heappush(self._queue, (promise.due, next(self._count), promise))

    def _promise_place(self, number: int, who: int, minutes: str, at: datetime.datetime) -> None:
        fair = self._fairs[number]
        if fair.status != "mo":
            return
        moments: dict[datetime.datetime, str] = {}
        for before in sorted((int(one) for one in minutes.split(",") if one), reverse=True):
            rings = rings_at(fair.starts - before * MINUTE, fair.starts - 50 * MINUTE)
            if at < rings < fair.starts and rings not in moments:
                moments[rings] = str(before)
        for rings, step in moments.items():
            key = ("session_before", who, number, step, fair.starts)
            self._of_fair[number].append(key)
            self._plan(key, Promise("session_before", who, number, rings, fair.starts, starts=fair.starts))
        after = ("session_after", who, number, fair.ends)
        self._of_fair[number].append(after)
        asks = morning(fair.ends + 3 * HOUR)
        self._plan(after, Promise("session_after", who, number, asks, fair.ends + 7 * DAY))

    def _tell(self, kind: str, number: int, who: int, at: datetime.datetime) -> None:
        fair = self._fairs[number]
        key = (kind, who, number, at)
        self._of_fair[number].append(key)
        until = max(fair.ends, at + 2 * DAY) if fair.status != "mo" else fair.ends
        self._plan(key, Promise(kind, who, number, morning(at), until))

    def _call_off(self, number: int, at: datetime.datetime, who: int = 0) -> None:
        for key in self._of_fair[number]:
            promise = self._promises.get(key)
            if promise and who in {0, promise.who}:
                _call(promise, at)

    def _keep(self, act: Act, person: PersonNow) -> None:
        assert act.day
        today = act.at.astimezone(HANOI).date()
        windows = self._days.list_windows(act)
        if all(due < today for _, due in windows):
            return
        held = person.kept.get(act.what)
        if held and held[0] != act.day:
            self._end(person, act.what, act.at)
        number = held[1] if held and held[0] == act.day else next(self._count)
        person.kept[act.what] = (act.day, number)
        for key in self._of_kept[number]:
            if self._promises[key].state == "planned":  # what is on its way is true still
                self._promises[key].state = "off"
        for opens, due in windows:
            speaking = self._days.list_moments(act.what, act.day, opens, due)
            ends = [moment for _, moment in speaking[1:]] + [at_hour(due, 17)]
            for (step, moment), end in zip(speaking, ends, strict=True):
                if moment > act.at:
                    key = (f"han-{act.what}", act.who, number, step, due, moment)
                    self._of_kept[number].append(key)
                    self._plan(key, Promise(f"han-{act.what}", act.who, 0, moment, end))

    def _end(self, person: PersonNow, kind: str, at: datetime.datetime) -> None:
        if kind in person.kept:
            for key in self._of_kept[person.kept.pop(kind)[1]]:
                _call(self._promises.get(key), at)

    # What the clock makes of it.

    def tick(self, now: datetime.datetime) -> None:
        if quiet(now):
            return
        self._digest(now)
        if quiet(now + 5 * MINUTE):
            return
        while self._queue and self._queue[0][0] <= now:
            promise = heapq.heappop(self._queue)[2]
            if promise.state == "planned":
                promise.state = "told" if self._must(promise, now) else "free"
                promise.told = now

    def _must(self, promise: Promise, now: datetime.datetime) -> bool:
        person = self._people.get(promise.who)
        if person is None or not person.reachable or promise.until <= now:
            return False
        if promise.kind.startswith("han-"):
            return "nhac-viec" in person.agreed
        fair = self._fairs[promise.about]
        seat = fair.places.get(promise.who, ("", ""))[0]
        match promise.kind:
            case "session_before":
                return seat == "registered" and fair.status == "mo" and fair.starts > now
            case "session_after":
                told = promise.about in person.outcomes
                return seat == "registered" and fair.status == "mo" and fair.ends <= now and not told
            case "session_seat":
                return seat == "registered" and fair.status == "mo"
            case "session_moved":
                return bool(seat) and fair.status != "huy" and (fair.ends > now or fair.status == "hoan")
        return bool(seat) and fair.status == "huy"

    def _digest(self, now: datetime.datetime) -> None:
        here = now.astimezone(HANOI)
        week = here.date().isoformat()
        if here.weekday() != 6 or here.hour < 18 or week in self._digests:
            return
        coming = {
            one.commune for one in self._fairs.values() if one.status == "mo" and now < one.starts < now + 14 * DAY
        }
        self._digests.add(week)
        told = [
            who
            for who, person in self._people.items()
            if person.reachable
            and "nhan-tin" in person.agreed
            and person.commune
            and (person.commune in coming or "" in coming)
        ]
        for who in told:
            self._all.append(Promise("digest", who, 0, now, now + 26 * HOUR, "told", now))

    # What arrived.

    def arrive(self, arrival: Arrival) -> None:
        self.verdict.results[arrival.result] += 1
        if arrival.kind == "reply" or arrival.result not in (*READ, "refused"):
            return
        who = self._numbers[arrival.address]
        person = self._people.get(who) or PersonNow()
        what = f"{arrival.at.astimezone(HANOI):%d/%m/%Y %H:%M} {arrival.kind} người {who}: {arrival.text[:90]!r}"
        if quiet(arrival.at):
            self.verdict.at_night.append(what)
        if not person.reachable or (arrival.kind in NEWS and "nhan-tin" not in person.agreed):
            self.verdict.unwanted.append(what)
        named = [int(number) for number in _FAIR.findall(arrival.text)]
        if arrival.kind not in {"session_cancelled", "session_moved"}:
            self.verdict.called_off += [what for number in named if self._fairs[number].status != "mo"]
        if arrival.kind in {"session_before", "session_seat", "session_moved"}:
            fair = self._fairs[named[0]]
            here = fair.starts.astimezone(HANOI)
            if fair.status == "mo" and f"{here.hour}:{here.minute:02}" not in arrival.text:
                self.verdict.old_time.append(what)
        about = named[0] if named and arrival.kind.startswith("session_") else 0
        about = self._lives[who] if arrival.kind == "campaign" else about
        self._heard[arrival.kind, who, about].append(arrival)

    def conclude(self) -> Verdict:
        """Lay what was promised beside what arrived."""
        wanted: defaultdict[tuple[str, int, int], list[Promise]] = defaultdict(list)
        for promise in self._all:
            self.verdict.promised[promise.kind] += 1
            if promise.state == "told":
                wanted[promise.kind, promise.who, promise.about].append(promise)
        for key in sorted({*wanted, *self._heard}):
            self._compare(key, wanted.get(key, []), self._heard.get(key, []))
        return self.verdict

    def _compare(self, key: tuple[str, int, int], promises: list[Promise], arrivals: list[Arrival]) -> None:
        kind, who, _ = key
        messages: dict[tuple[int, str], Arrival] = {}
        for arrival in arrivals:
            if (arrival.delivery, arrival.text) not in messages:
                messages[arrival.delivery, arrival.text] = arrival
            elif arrival.may_repeat:
                self.verdict.repeats += 1
            else:
                self.verdict.twice.append(_tell(arrival, who))
        self.verdict.read[kind] += len(messages)
        if kind == "campaign":
            self._compare_series(who, list(messages.values()))
            return
        left = sorted(messages.values(), key=lambda arrival: arrival.at)
        for promise in sorted(promises, key=lambda promise: promise.told or promise.due):
            assert promise.told
            end = promise.told + WITHIN
            found = next((one for one in left if promise.told <= one.at < end), None)
            if found:
                left.remove(found)
                if promise.off and found.at > promise.off:
                    self.verdict.called_off.append(_tell(found, who))
            elif promise.off is None or promise.off >= end:
                self.verdict.lost.append(
                    f"{promise.told.astimezone(HANOI):%d/%m/%Y %H:%M} {kind} người {who}: {promise}"
                )
        texts = Counter(arrival.text for arrival in messages.values())
        for arrival in left:
            (self.verdict.twice if texts[arrival.text] > 1 else self.verdict.uncalled).append(_tell(arrival, who))

    def _compare_series(self, who: int, messages: list[Arrival]) -> None:
        """No step twice, and never two a day."""
        days = Counter(arrival.at.astimezone(HANOI).date() for arrival in messages)
        texts = Counter(arrival.text for arrival in messages)
        for arrival in messages:
            if texts[arrival.text] > 1 or days[arrival.at.astimezone(HANOI).date()] > 1:
                self.verdict.twice.append(_tell(arrival, who))


def _tell(arrival: Arrival, who: int) -> str:
    return f"{arrival.at.astimezone(HANOI):%d/%m/%Y %H:%M} {arrival.kind} người {who}: {arrival.text[:90]!r}"
