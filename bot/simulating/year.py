"""Runs a script from its first to its last tick in this process, and kills the process as often as asked."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import random
import time
from collections.abc import Callable, Iterator

from bot.clock import iso
from bot.simulating.dying import Fate, Killed, MortalDatabase
from bot.simulating.phones import Arrival, Phones
from bot.simulating.replica import Clock, Replica, next_sending
from bot.simulating.script import CHANNELS, Act, Script, list_absences
from bot.simulating.talking import Talker
from bot.simulating.town import AT_ONCE, Town
from bot.voice import Voice
from storage import channels, outbox
from storage.database import Database, open_database
from storage.migrations import migrate

BEFORE_NEXT = datetime.timedelta(minutes=2)  # what a tick began is given until so long before the next


@dataclasses.dataclass(slots=True)
class Lived:
    """What a run left: who did what (`journal`), what the platform saw (`ledger`), and how it went."""

    journal: list[Act] = dataclasses.field(default_factory=list)
    ledger: list[Arrival] = dataclasses.field(default_factory=list)
    deaths: int = 0
    turns: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    unfinished: int = 0  # people erased who were still known a minute later


def live(
    script: Script, url: str, voice: Voice, kills: int = 100, told: Callable[[str], None] = lambda _: None
) -> Lived:
    """Live through the script on an empty database at `url`; `told` hears of every month that has passed."""
    return _Year(script, url, voice, kills).run(told)


class _Year:
    def __init__(self, script: Script, url: str, voice: Voice, kills: int) -> None:
        self._script = script
        self._url = url
        self._library = voice.library
        self._fate = Fate()
        self._clock = Clock(script.ticks[0])
        self._lived = Lived()
        self._town = Town(script, voice.library)
        self._talker = Talker(voice, self._town.fair_of)
        self._phones = make_phones(script, self._clock, self._lived.ledger.append)
        self._doomed = _choose_deaths(script, kills)
        plain = open_database(url)
        migrate(plain, iso(script.ticks[0]))
        self._town.announce(plain, script.fairs, script.ticks[0])
        plain.close()
        self._replica = self._start()

    def _start(self) -> Replica:
        """The process begins: what the last one had in hand is taken back, as `serve` does on SQLite."""
        database = open_database(self._url)
        if database.dialect == "sqlite":
            with database.transaction() as c:
                channels.release_all_leases(c)
                outbox.release_all(c)
        self._watched = database  # what the simulation itself looks at does not die
        mortal = MortalDatabase(database, self._fate)
        return Replica(mortal, self._library, self._phones, "một", self._clock, self._fate.step)

    def _survive(self, work: Callable[[Replica], None]) -> None:
        """Do it, in as many lives as it takes."""
        while True:
            try:
                work(self._replica)
            except Killed:
                self._replica.database.close()
                self._replica = self._start()
            else:
                return

    def run(self, told: Callable[[str], None]) -> Lived:
        began, cpu = time.monotonic(), time.process_time()
        month = 0
        for acts, tick, following in walk(self._script):
            if tick.month != month:
                month = tick.month
                told(f"{tick:%m/%Y}: {len(self._lived.ledger):,} tin, {time.monotonic() - began:.0f} giây")
            for steps in self._doomed.get(tick, ()):
                self._fate.set(steps)
            for page in pages(acts):
                self._clock.set(page[-1].at)
                if page[0].kind == "typed":
                    citizen = self._town.citizen(page[0].who)
                    self._lived.journal += self._talker.talk(self._watched, citizen, page[0])
                else:
                    self._survive(_on_database(self._town.act(page)))
                    self._lived.journal += page
            if acts:
                self._survive(lambda replica: replica.send())
            self._clock.set(tick)
            self._survive(lambda replica: replica.tick())
            self._survive(lambda replica: replica.send())
            self._send_on(following - BEFORE_NEXT)
            if any(act.kind in {"erase", "typed"} for act in acts):
                self._count_unfinished()
        self._lived.deaths = self._fate.deaths
        self._lived.turns = self._talker.turns
        self._lived.seconds = time.monotonic() - began
        self._lived.cpu_seconds = time.process_time() - cpu
        self._replica.database.close()
        return self._lived

    def _send_on(self, until: datetime.datetime) -> None:
        """Retries, pauses and lapsed leases, as they come up before the next tick."""
        while True:
            at = next_sending(self._watched, self._phones, self._clock())
            if at is None or at >= until:
                return
            self._clock.set(max(at, self._clock()) + datetime.timedelta(seconds=1))
            self._survive(lambda replica: replica.send())

    def _count_unfinished(self) -> None:
        with self._watched.reading() as c:
            row = c.row("SELECT COUNT(*) AS n FROM people WHERE erased_at <> ''")
        self._lived.unfinished += int(row["n"]) if row else 0


def _on_database(work: Callable[[Database], None]) -> Callable[[Replica], None]:
    return lambda replica: work(replica.database)


def make_phones(
    script: Script, clock: Callable[[], datetime.datetime], write: Callable[[Arrival], None]
) -> dict[str, Phones]:
    absences = list_absences(script)

    def away(address: str) -> bool:
        return any(since <= clock() < until for since, until in absences.get(address, ()))

    return {name: Phones(name, script.seed, clock, write, away) for name in CHANNELS}


def walk(script: Script) -> Iterator[tuple[list[Act], datetime.datetime, datetime.datetime]]:
    """Tick by tick: the acts before it, its moment, and the moment of the next."""
    acts = iter(script.acts)
    waiting = next(acts, None)
    for tick, following in itertools.pairwise(script.ticks):
        some = []
        while waiting and waiting.at <= tick:
            some.append(waiting)
            waiting = next(acts, None)
        yield some, tick, following


def pages(acts: list[Act]) -> Iterator[list[Act]]:
    """Acts that may share a transaction; a conversation stands alone."""
    page: list[Act] = []
    for act in acts:
        if page and (act.kind == "typed" or page[0].kind == "typed" or len(page) == AT_ONCE):
            yield page
            page = []
        page.append(act)
    if page:
        yield page


def _choose_deaths(script: Script, kills: int) -> dict[datetime.datetime, list[int]]:
    """At which ticks a death is set, and after how many steps from there."""
    dice = random.Random(f"{script.seed} deaths")  # noqa: S311 — not a secret
    chosen: dict[datetime.datetime, list[int]] = {}
    busy = [tick for tick in script.ticks if tick.hour in {8, 18} and tick.minute == 1]
    for number in range(kills):
        among = busy if number % 2 and busy else script.ticks
        tick = among[dice.randrange(len(among) * 95 // 100)]
        chosen.setdefault(tick, []).append(dice.randint(1, dice.choice((12, 60, 400))))
    return chosen
