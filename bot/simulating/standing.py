"""What holds at a moment of a simulated year, as its judge knows it: promises, sessions and people. No rules."""

from __future__ import annotations

import dataclasses
import datetime

from bot.simulating.script import Fair


@dataclasses.dataclass(slots=True)
class Promise:
    """Something a person was promised to be told; `state` is planned, off, told (it must be), free (it need not)."""

    kind: str
    who: int
    about: int
    due: datetime.datetime
    until: datetime.datetime
    state: str = "planned"
    told: datetime.datetime | None = None
    off: datetime.datetime | None = None  # when it was called off on its way: from then on it must not arrive
    starts: datetime.datetime | None = None


@dataclasses.dataclass(slots=True)
class FairNow:
    starts: datetime.datetime
    ends: datetime.datetime
    commune: str
    capacity: int
    status: str = "mo"
    places: dict[int, tuple[str, str]] = dataclasses.field(default_factory=dict)  # who -> (seat, minutes), in order

    @property
    def full(self) -> bool:
        return 0 < self.capacity <= sum(seat == "registered" for seat, _ in self.places.values())


@dataclasses.dataclass(slots=True)
class PersonNow:
    here: bool = False
    pushes: bool = True
    away: bool = False
    agreed: set[str] = dataclasses.field(default_factory=set)
    outcomes: set[int] = dataclasses.field(default_factory=set)
    kept: dict[str, tuple[datetime.date, int]] = dataclasses.field(default_factory=dict)  # kind -> (base, number)
    commune: str = ""

    @property
    def reachable(self) -> bool:
        return self.here and self.pushes and not self.away


def as_announced(fair: Fair) -> FairNow:
    return FairNow(fair.starts, fair.ends, fair.commune, fair.capacity)
