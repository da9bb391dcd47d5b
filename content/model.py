"""The nouns of what we say: entries, groups, figures, the library that holds them, and a rendered answer.

Everything here is frozen and plain data. Nothing here reads a file, a clock or a template.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

Level = Literal["error", "warning"]


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing an admin should put right, in Vietnamese.

    `file` is relative to the folder that holds `content/`, `line` counts from 1, `field` names the key
    ("next", "body", "" for the file as a whole). An error keeps the tree from going live, a warning does not.
    """

    file: str
    line: int
    field: str
    message: str
    hint: str = ""
    level: Level = "error"


class ContentErrors(Exception):
    """The tree cannot go live. `problems` holds everything found, warnings too, sorted by file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        errors = [problem for problem in problems if problem.level == "error"]
        first = f": {errors[0].file}:{errors[0].line}: {errors[0].message}" if errors else ""
        super().__init__(f"Nội dung có {len(errors)} lỗi{first}")
        self.problems = problems


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """A document and the place in it: ("Luật Việc làm 74/2025/QH15", "Điều 39.1"). `at` may be empty."""

    doc: str
    at: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One question we can answer. `short` and `body` are Markdown with `{{ namespace.name }}` still in it."""

    id: str  # "<group>.<slug>"
    group: str
    slug: str
    title: str
    menu: str
    ask: tuple[str, ...]
    short: str
    body: str
    sources: tuple[Source, ...]
    facts: tuple[str, ...]
    reviewed: date
    review_by: date
    groups: tuple[str, ...]
    next: tuple[str, ...]
    action: str  # "" or one of ACTIONS
    path: str


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """A topic of the menu. `first` are the entry ids its menu shows, in order."""

    slug: str
    title: str
    menu: str
    first: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class FigureValue:
    """What a figure is from `start` to `end`, both inclusive; `end` None means until further notice."""

    value: Decimal | str
    start: date
    end: date | None
    doc: str
    at: str
    fact: str


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """An amount, rate, limit or address of policy.

    It has either dated `values` or a `product` of other figures' ids and plain numbers, computed for the day
    asked about.
    """

    id: str  # "<namespace>.<name>"
    name: str
    unit: str
    values: tuple[FigureValue, ...]
    product: tuple[str | Decimal, ...]
    fact: str


@dataclasses.dataclass(frozen=True, slots=True)
class FigureUse:
    """A place in a text where a figure stands: its id and the filter ("", "so", "trieu", "ty")."""

    figure: str
    filter: str


Segment = str | FigureUse


@dataclasses.dataclass(frozen=True, slots=True)
class Texts:
    """An entry's `short` and `body`, read once into literal pieces and figures."""

    short: tuple[Segment, ...]
    body: tuple[Segment, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class OldUnit:
    """A commune, ward or town as it was until 30/6/2025, and how it went into the place that lists it.

    `district` is written only where kind and name are not enough ("Ứng Hòa" for the xã Hòa Phú of that district).
    `share`: "whole"; "people" when all who lived there went with a part of the land; "part" otherwise.
    """

    kind: str  # "xã", "phường", "thị trấn"
    name: str
    district: str
    share: Literal["whole", "people", "part"]


@dataclasses.dataclass(frozen=True, slots=True)
class Contact:
    """An office that serves a place. `does` says for what; `groups` are those whose answers name it."""

    office: str
    does: str
    groups: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One of the city's communes and wards. `districts` are the former ones with their kind, the main one first."""

    slug: str
    name: str
    kind: str  # "xã" or "phường"
    region: str  # of the minimum wage: "I" to "IV"
    old: tuple[OldUnit, ...]
    districts: tuple[str, ...]  # "huyện Ứng Hòa"
    exchange: str  # the job exchange that serves it, empty when not known
    contacts: tuple[Contact, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """A policy and whom it is for: one of the alternatives of `who` must hold, each maps answers to accepted values.

    `row` is its place in appendix 2 of the City's plan ("A.I.1"), empty when it is not there; `wish` the wish it
    serves; `entry` the id of the answer that explains it; `why` one sentence with figures still in it.
    """

    id: str
    name: str
    menu: str
    row: str
    wish: str
    entry: str
    who: tuple[Mapping[str, tuple[str, ...]], ...]
    why: tuple[Segment, ...]
    facts: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Outside:
    """What is said to a kind of question that no entry answers: its name, where to ask, and entries that may help."""

    name: str
    text: tuple[Segment, ...]
    near: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class PlannedSession:
    """A job-fair session as content/sessions or an official's list states it; times are UTC ISO text.

    `kind`, `status` and `asks` are slugs of content/sessions.py; `commune` is a slug or "" for the whole city;
    `audience` names priority groups, comma separated, or "" for all. `openings` and `capacity` 0 mean none stated.
    """

    slug: str
    kind: str
    title: str
    starts_at: str
    ends_at: str
    place: str = ""
    link: str = ""
    commune: str = ""
    exchange: str = ""
    organiser: str = ""
    employers: str = ""
    openings: int = 0
    capacity: int = 0
    audience: str = ""
    asks: str = ""
    status: str = "mo"
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class CampaignStep:
    """One message of a series: `day` days after joining, at `hour` o'clock in Hanoi.

    `text` is its own words; `entry` the id of the answer it leads to, and whose summary it tells when it has no words.
    """

    id: str
    day: int
    hour: int
    text: tuple[Segment, ...]
    entry: str


@dataclasses.dataclass(frozen=True, slots=True)
class Campaign:
    """A series of messages for those who say they belong to one of `groups`, have one of `needs`, or asked about one
    of `topics` (an entry's group, or its id).

    `about` tells in one sentence what it brings. Nobody joins and nothing is sent before `start`, after `end` (None:
    no end) or while it is `paused`.
    """

    slug: str
    title: str
    menu: str
    about: str
    groups: tuple[str, ...]
    needs: tuple[str, ...]
    topics: tuple[str, ...]
    start: date
    end: date | None
    paused: bool
    steps: tuple[CampaignStep, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Schedule:
    """What is told to many by the calendar. `cron` is in Hanoi's time; `use_by_hours` after it, it is of no use.

    `communes` and `groups` narrow whom it is for; empty means everybody.
    """

    slug: str
    title: str
    what: str
    cron: str
    use_by_hours: int
    communes: tuple[str, ...]
    groups: tuple[str, ...]
    start: date
    end: date | None
    paused: bool


@dataclasses.dataclass(frozen=True, slots=True)
class OfficeYear:
    """What was announced about one year's working days beyond the law: days `off`, and days worked all the same."""

    year: int
    source: str
    off: frozenset[date]
    working: frozenset[date]


@dataclasses.dataclass(frozen=True, eq=False)
class Library:
    """Everything we can say in one language, checked. `digest` changes whenever any file does.

    Two libraries are equal only when they are one: what is built from a library can be kept beside it.
    """

    language: str
    entries: Mapping[str, Entry]
    groups: tuple[Group, ...]
    figures: Mapping[str, Figure]
    texts: Mapping[str, Texts]
    digest: str
    places: tuple[Place, ...] = ()
    policies: tuple[Policy, ...] = ()
    outside: Mapping[str, Outside] = dataclasses.field(default_factory=dict)
    office_years: Mapping[int, OfficeYear] = dataclasses.field(default_factory=dict)
    sessions: tuple[PlannedSession, ...] = ()
    campaigns: Mapping[str, Campaign] = dataclasses.field(default_factory=dict)
    schedules: tuple[Schedule, ...] = ()

    def find_entry(self, entry_id: str) -> Entry | None:
        return self.entries.get(entry_id)

    def get_entry(self, entry_id: str) -> Entry:
        """The entry; KeyError when there is none."""
        return self.entries[entry_id]

    def list_entries(self, group: str) -> tuple[Entry, ...]:
        """The group's entries: those its menu shows first, in that order, then the others by id."""
        first = next((each.first for each in self.groups if each.slug == group), ())
        own = (entry for entry in self.entries.values() if entry.group == group and entry.id not in first)
        return (*(self.entries[each] for each in first), *sorted(own, key=lambda entry: entry.id))


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An entry as a worker reads it on one day.

    `text` is `short`, a blank line and the body, as Markdown without templates. `sources_line` is "Nguồn: …"
    or empty. `reviewed` is dd/mm/yyyy. `footer` is what stands under the text: the source line, the review
    date and, when `overdue`, the note that the answer is past its review or waits for a new figure.
    """

    id: str
    title: str
    short: str
    text: str
    sources_line: str
    reviewed: str
    overdue: bool
    footer: str


# What an entry may do besides being read. The last ones open a form of questions (bot/forms/registry.py).
ACTIONS = (
    "menu",
    "handover",
    "stop_pushes",
    "resume_pushes",
    "benefit_calculator",
    "loan_calculator",
    "eligibility",
    "registration",
    "sessions",
    "my_sessions",
    "remind_filing",
    "remind_reporting",
    "remind_collecting",
    "remind_repaying",
    "deadlines",
    "needs_survey",
    "news",
    "my_data",
)

# Priority groups of the city's plan, as `groups` in an entry names them.
PRIORITY_GROUPS = (
    "ho-ngheo",
    "dan-toc",
    "khuyet-tat",
    "cao-tuoi",
    "man-han-tu",
    "sau-cai-nghien",
    "nong-thon",
    "dat-thu-hoi",
    "bhtn",
    "thanh-nien",
)
