"""What happens in a simulated year: who lives in it, which sessions are held, who does what when. Pure, from a seed.

It knows no table and no code of the bot: the judge reasons from this script alone.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Iterator
from typing import Literal

HANOI = datetime.timezone(datetime.timedelta(hours=7))
CHANNELS = ("telegram", "zalo")
GROUPS = ("cao-tuoi", "bhtn", "ho-ngheo", "thanh-nien")
TOPICS = ("bhtn.dieu-kien", "vl.khoi-nghiep", "nn.ve-nuoc", "dtn.ho-ngheo", "vay.lai-suat")
MINUTES = ("1440,120", "1440,120", "1440,120", "1440", "120", "4320,120", "")
# Plan GD-04: how many sessions a quarter holds, by kind.
QUARTERS: tuple[dict[str, int], ...] = (
    {"hang-ngay": 47, "online": 3, "chuyen-de": 1, "luu-dong": 2},
    {"hang-ngay": 56, "online": 3, "chuyen-de": 3, "luu-dong": 5},
    {"hang-ngay": 62, "online": 2, "luu-dong": 3},
    {"hang-ngay": 62, "online": 2, "chuyen-de": 3, "luu-dong": 1},
)
START_CLOCKS = {"hang-ngay": (8, 8.5, 9, 14), "online": (19, 19.5), "chuyen-de": (8, 9), "luu-dong": (7.5, 8)}
# The chance that somebody does it in the year, and from which to which day of their time with us.
DEADLINES = {"nop-bhtn": 0.15, "bao-tim-viec": 0.04, "lay-quyet-dinh": 0.04, "tra-no": 0.03}
NIGHT_TICKS = (22, 0, 2, 4, 6)

ActKind = Literal[
    "arrive",
    "write",
    "register",
    "leave",
    "outcome",
    "keep",
    "done",
    "stop",
    "resume",
    "consent",
    "withdraw",
    "block",
    "vanish",
    "return",
    "erase",
    "typed",
    "move",
    "postpone",
    "cancel",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Citizen:
    """One person. `news` and `reminding` say what they agree to when they first write."""

    number: int
    channel: str
    address: str
    commune: str
    group: str
    topic: str
    news: bool
    reminding: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Fair:
    """One session as first announced, without those who come. `capacity` 0 is no limit."""

    number: int
    kind: str
    starts: datetime.datetime
    ends: datetime.datetime
    commune: str
    capacity: int


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """Something done at a moment by a person (`who`), to a fair or of a kind of deadline (`what`), about a day."""

    at: datetime.datetime
    kind: ActKind
    who: int = 0
    fair: int = 0
    what: str = ""
    day: datetime.date | None = None
    times: int = 1
    moment: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Script:
    """All of it. `ticks` are the moments at which the clock comes round; acts lie in the minute before one."""

    seed: int
    starts: datetime.date
    days: int
    every: int
    people: tuple[Citizen, ...]
    fairs: tuple[Fair, ...]
    acts: tuple[Act, ...]
    ticks: tuple[datetime.datetime, ...]


def write_script(
    people: int,
    days: int,
    seed: int,
    communes: tuple[str, ...],
    typing: int = 550,
    every: int = 30,
    starts: datetime.date = datetime.date(2027, 1, 1),
) -> Script:
    """A town of so many people over so many days; the clock comes round `every` so many minutes of the day.

    `typing` of them talk to the bot by typed text instead of acting in the script.
    """
    dice = random.Random(seed)  # noqa: S311 — not a secret
    ticks = tuple(_list_ticks(starts, days, every))
    fairs = _hold_fairs(dice, starts, days, communes)
    citizens = tuple(_settle(dice, number, communes) for number in range(1, people + 1))
    acts = list(_change_fairs(dice, fairs, ticks))
    for citizen in citizens:
        acts += _make_sense(_live(dice, citizen, fairs, ticks, talks=citizen.number <= typing))
    acts = [act for act in acts if ticks[0] < act.at < ticks[-1]]
    return Script(seed, starts, days, every, citizens, fairs, tuple(sorted(acts, key=lambda act: act.at)), ticks)


def _list_ticks(starts: datetime.date, days: int, every: int) -> Iterator[datetime.datetime]:
    for number in range(days):
        midnight = datetime.datetime.combine(starts + datetime.timedelta(days=number), datetime.time(), HANOI)
        minutes = {hour * 60 for hour in NIGHT_TICKS} | set(range(7 * 60 + 1, 20 * 60 + 50, every)) | {20 * 60 + 46}
        yield from (midnight + datetime.timedelta(minutes=minute) for minute in sorted(minutes))


def _hold_fairs(dice: random.Random, starts: datetime.date, days: int, communes: tuple[str, ...]) -> tuple[Fair, ...]:
    drawn = []
    for quarter, kinds in enumerate(QUARTERS):
        first = datetime.date(starts.year, quarter * 3 + 1, 1)
        for kind, count in kinds.items():
            for _ in range(count):
                day = first + datetime.timedelta(days=dice.randrange(90))
                while kind == "hang-ngay" and day.weekday() > 4:
                    day += datetime.timedelta(days=1)
                clock = datetime.timedelta(hours=dice.choice(START_CLOCKS[kind]))
                drawn.append((datetime.datetime.combine(day, datetime.time(), HANOI) + clock, kind))
    ends = starts + datetime.timedelta(days=days)
    fairs = []
    for number, (moment, kind) in enumerate(sorted(drawn), 1):
        near = kind == "luu-dong" or dice.random() < 0.3
        capacity = dice.choice((0, 0, 30, 50))
        fair = Fair(
            number, kind, moment, moment + datetime.timedelta(hours=3), dice.choice(communes) if near else "", capacity
        )
        if moment.date() < ends:
            fairs.append(fair)
    return tuple(fairs)


def _settle(dice: random.Random, number: int, communes: tuple[str, ...]) -> Citizen:
    return Citizen(
        number=number,
        channel=dice.choice(CHANNELS),
        address=f"n{number}",
        commune=dice.choice(communes),
        group=dice.choice(GROUPS) if dice.random() < 0.4 else "",
        topic=dice.choice(TOPICS) if dice.random() < 0.5 else "",
        news=dice.random() < 0.08,
        reminding=dice.random() < 0.95,
    )


def _moment(dice: random.Random, ticks: tuple[datetime.datetime, ...], index: int) -> datetime.datetime:
    """A moment in the minute before a tick, so that what the last one began is finished."""
    return ticks[min(max(index, 1), len(ticks) - 1)] - datetime.timedelta(seconds=dice.randint(5, 50))


def _tick_at(ticks: tuple[datetime.datetime, ...], wanted: datetime.datetime) -> int:
    per_day = len(ticks) / max(1, (ticks[-1] - ticks[0]).total_seconds() / 86400)
    return int((wanted - ticks[0]).total_seconds() / 86400 * per_day)


def _change_fairs(dice: random.Random, fairs: tuple[Fair, ...], ticks: tuple[datetime.datetime, ...]) -> Iterator[Act]:
    for fair in fairs:
        fate = dice.random()
        if fate > 0.25:
            continue
        ahead = datetime.timedelta(days=dice.choice((1, 1, 2, 3, 10)), hours=dice.randrange(4, 20))
        at = _moment(dice, ticks, _tick_at(ticks, fair.starts - ahead))
        later = datetime.timedelta(days=dice.choice((-1, 0, 1, 7)), minutes=dice.choice((30, 60, 150)))
        new = fair.starts + later
        if at >= min(fair.starts, new) - datetime.timedelta(hours=1):
            continue
        if fate < 0.08:
            yield Act(at, "cancel", fair=fair.number)
        elif fate < 0.11:
            yield Act(at, "postpone", fair=fair.number)
            if dice.random() < 0.6:
                again = _moment(dice, ticks, _tick_at(ticks, at + datetime.timedelta(days=2)))
                yield Act(again, "move", fair=fair.number, moment=fair.starts + datetime.timedelta(days=14))
        else:
            yield Act(at, "move", fair=fair.number, moment=new)


def _live(
    dice: random.Random, citizen: Citizen, fairs: tuple[Fair, ...], ticks: tuple[datetime.datetime, ...], *, talks: bool
) -> Iterator[Act]:
    who, last = citizen.number, len(ticks)
    came = dice.randrange(1, max(2, last // 50)) if dice.random() < 0.6 else dice.randrange(1, max(2, last - 10))
    yield Act(_moment(dice, ticks, came), "arrive", who)

    def some_time() -> int:
        return dice.randrange(came + 1, max(came + 2, last))

    if talks:
        for what in ("register", "keep", "stop", "resume", "register", "erase"):
            if dice.random() < {"erase": 0.15, "stop": 0.25}.get(what, 0.4):
                yield Act(_moment(dice, ticks, some_time()), "typed", who, what=what)
    else:
        yield from _visit(dice, who, fairs, ticks, came)
        for kind, chance in DEADLINES.items():
            if dice.random() < chance:
                yield from _keep(dice, who, kind, ticks, some_time())
    yield from _drift(dice, who, ticks, came)


def _drift(dice: random.Random, who: int, ticks: tuple[datetime.datetime, ...], came: int) -> Iterator[Act]:
    """Those who stop, leave, are forgotten or take back what they agreed to, and some of them come back."""
    last = len(ticks)

    def some_time() -> int:
        return dice.randrange(came + 1, max(came + 2, last))

    if dice.random() < 0.05:
        stopped = some_time()
        yield Act(_moment(dice, ticks, stopped), "stop", who)
        if dice.random() < 0.5:
            yield Act(_moment(dice, ticks, stopped + dice.randrange(1, max(2, last // 4))), "resume", who)
    if dice.random() < 0.06:
        gone = some_time()
        yield Act(_moment(dice, ticks, gone), dice.choice(("block", "vanish")), who)
        if dice.random() < 0.4:
            yield Act(_moment(dice, ticks, gone + dice.randrange(1, max(2, last // 4))), "return", who)
    if dice.random() < 0.03:
        erased = some_time()
        yield Act(_moment(dice, ticks, erased), "erase", who)
        if dice.random() < 0.3:
            yield Act(_moment(dice, ticks, erased + dice.randrange(3, max(4, last // 4))), "arrive", who)
    if dice.random() < 0.03:
        yield Act(_moment(dice, ticks, some_time()), "withdraw", who, what=dice.choice(("nhac-viec", "nhan-tin")))


def _make_sense(acts: Iterator[Act]) -> Iterator[Act]:
    """One person's acts in order, without those of a stranger, of somebody who is away or of who was forgotten."""
    state = "stranger"
    for act in sorted(acts, key=lambda act: act.at):
        if (act.kind == "arrive") != (state == "stranger") or (act.kind == "return") != (state == "away"):
            continue
        state = {"erase": "stranger", "block": "away", "vanish": "away"}.get(act.kind, "here")
        yield act


def list_absences(script: Script) -> dict[str, list[tuple[datetime.datetime, datetime.datetime]]]:
    """When nobody is at an address: from a person's leaving the platform or blocking us until they write again."""
    addresses = {citizen.number: citizen.address for citizen in script.people}
    absences: dict[str, list[tuple[datetime.datetime, datetime.datetime]]] = {}
    for act in script.acts:
        if act.kind in {"block", "vanish"}:
            absences.setdefault(addresses[act.who], []).append((act.at, datetime.datetime.max.replace(tzinfo=HANOI)))
        elif act.kind == "return":
            left, _ = absences[addresses[act.who]].pop()
            absences[addresses[act.who]].append((left, act.at))
    return absences


def _visit(
    dice: random.Random, who: int, fairs: tuple[Fair, ...], ticks: tuple[datetime.datetime, ...], came: int
) -> Iterator[Act]:
    if not fairs or dice.random() > 0.35:
        return
    popular = dice.random() < 0.3  # some sessions are full
    for fair in dice.sample(fairs[::9] if popular else fairs, min(len(fairs[::9]), dice.randint(1, 3))):
        index = _tick_at(ticks, fair.starts - datetime.timedelta(hours=dice.choice((3, 20, 30, 72, 200, 400))))
        if index <= came or index >= len(ticks):
            continue
        yield Act(_moment(dice, ticks, index), "register", who, fair.number, dice.choice(MINUTES))
        if dice.random() < 0.15:
            after = index + dice.randrange(1, 60)
            yield Act(_moment(dice, ticks, after), "leave", who, fair.number)
            if dice.random() < 0.3:
                yield Act(_moment(dice, ticks, after + dice.randrange(1, 30)), "register", who, fair.number, "1440,120")
        if dice.random() < 0.1:
            index = _tick_at(ticks, fair.ends + datetime.timedelta(hours=dice.choice((1, 4))))
            yield Act(_moment(dice, ticks, index), "outcome", who, fair.number)


def _keep(dice: random.Random, who: int, kind: str, ticks: tuple[datetime.datetime, ...], index: int) -> Iterator[Act]:
    at = _moment(dice, ticks, index)
    today = at.astimezone(HANOI).date()
    base = today + datetime.timedelta(days=dice.randrange(-40, 5) if kind == "nop-bhtn" else dice.randrange(1, 25))
    times = dice.randint(3, 6) if kind in {"bao-tim-viec", "tra-no"} else 1
    yield Act(at, "keep", who, what=kind, day=base, times=times)
    per_day = max(1, len(ticks) // max(1, (ticks[-1] - ticks[0]).days + 1))
    if dice.random() < 0.2:  # said wrong at first
        changed = base + datetime.timedelta(days=dice.randrange(1, 9))
        yield Act(
            _moment(dice, ticks, index + dice.randrange(1, 10 * per_day)),
            "keep",
            who,
            what=kind,
            day=changed,
            times=times,
        )
    if dice.random() < 0.3:
        yield Act(_moment(dice, ticks, index + dice.randrange(11, 90) * per_day), "done", who, what=kind)
