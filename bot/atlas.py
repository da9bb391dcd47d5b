"""What a name of a place means: the new commune or ward, the old one and where it went, the former district.

Built once from the library's places. It must not write sentences (`placing` does) and reads no clock.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from content.model import Library, OldUnit, Place
from intents.normalise import fold, lower
from intents.places import Found, Gazetteer, Mention, Name, build_gazetteer, find_places

# A person who says one of these asks what an old name has become.
_ASKS_OF_OLD = re.compile(
    r"\b(cũ|sáp nhập|sát nhập|nhập vào|gộp|đổi|sap nhap|nhap vao|bây giờ|bay gio"
    r"|(nay|giờ|gio) (là|thuộc|thành|gồm|ở|về|chia|đổi|tên|la|thuoc|thanh|gom|o|ve|chia|doi|ten))\b"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a name can mean.

    `key` is stable and safe in an action: "hoa-xa", "cu.xa.hoa-phu.ung-hoa", "cu.huyen.ung-hoa". `places` are those it
    is or became: for an old unit merged whole or with all its people just that one, for a district the main ones.
    `others` got a part of its land. `within` are the former districts it may have belonged to.
    """

    key: str
    what: Literal["place", "old", "district"]
    kind: str
    name: str
    within: tuple[str, ...]
    places: tuple[Place, ...]
    others: tuple[Place, ...] = ()
    split: bool = False  # cut up, so that only the hamlet or street group decides
    district: str = ""  # of an old unit, when its kind and name are not enough


@dataclasses.dataclass(frozen=True, eq=False)
class Atlas:
    senses: Mapping[str, Sense]
    gazetteer: Gazetteer


@dataclasses.dataclass(frozen=True, slots=True)
class Spot:
    """A name in a message and all that it may mean there; `named` when its kind was typed ("xã", "huyện")."""

    senses: tuple[Sense, ...]
    named: bool
    start: int

    def places(self) -> tuple[Place, ...]:
        """Every place of today that the name may stand for, each once."""
        every = (place for sense in self.senses for place in (*sense.places, *sense.others))
        return tuple({place.slug: place for place in every}.values())

    def home(self) -> Place | None:
        """The one place meant; None while it is open which."""
        found = {place.slug: place for sense in self.senses for place in sense.places}
        sure = len(found) == 1 and not any(sense.split or sense.what == "district" for sense in self.senses)
        return next(iter(found.values())) if sure else None


@dataclasses.dataclass(frozen=True, slots=True)
class Lookup:
    """The places of a message; `alone` when it says nothing else."""

    spots: tuple[Spot, ...]
    alone: bool


@functools.lru_cache(maxsize=2)
def build_atlas(library: Library) -> Atlas:
    """The atlas of a library, built at its first use: the library never changes, a reload brings another."""
    senses = [
        *map(place_sense, library.places),
        *_old_senses(library.places),
        *_district_senses(library.places),
    ]
    names = [Name(sense.key, sense.name, sense.kind) for sense in senses]
    return Atlas({sense.key: sense for sense in senses}, build_gazetteer(names))


def place_sense(place: Place) -> Sense:
    return Sense(place.slug, "place", place.kind, place.name, _bare_names(place.districts[:1]), (place,))


def _old_senses(places: Sequence[Place]) -> list[Sense]:
    uses: dict[tuple[str, str, str], list[tuple[OldUnit, Place]]] = {}
    for place in places:
        for unit in place.old:
            uses.setdefault((unit.kind, unit.name, unit.district), []).append((unit, place))
    spelt = collections.Counter(_key(kind, name) for kind, name, _ in uses)
    senses = []
    for (kind, name, district), found in uses.items():
        sure = tuple(place for unit, place in found if unit.share != "part")
        parts = tuple(place for unit, place in found if unit.share == "part")
        shared = set.intersection(*({*place.districts} for _, place in found))
        within = (district,) if district else _bare_names(each for each in found[0][1].districts if each in shared)
        # "Sơn Đông" and "Sơn Đồng" would have one key: where they went tells them apart.
        key = _key("cu", kind, name, district or (found[0][1].slug if spelt[_key(kind, name)] > 1 else ""))
        others = parts if sure else ()
        senses.append(Sense(key, "old", kind, name, within, sure or parts, others, split=not sure, district=district))
    return senses


def _district_senses(places: Sequence[Place]) -> list[Sense]:
    senses = []
    for title in dict.fromkeys(district for place in places for district in place.districts):
        kind, name = _split_title(title)
        main = tuple(place for place in places if place.districts[0] == title)
        others = tuple(place for place in places if title in place.districts[1:])
        senses.append(Sense(_key("cu", kind, name), "district", kind, name, (), main, others))
    return senses


def _split_title(title: str) -> tuple[str, str]:
    """ "thị xã Sơn Tây" → ("thị xã", "Sơn Tây")."""
    kind = "thị xã" if title.startswith("thị xã ") else title.partition(" ")[0]
    return kind, title.removeprefix(kind + " ")


def _bare_names(titles: Iterable[str]) -> tuple[str, ...]:
    return tuple(_split_title(title)[1] for title in titles)


def _key(*parts: str) -> str:
    return ".".join("-".join(re.findall(r"[a-z0-9]+", fold(part.lower()))) for part in parts if part)


def look_up(library: Library, text: str, *, expected: bool = False) -> Lookup:
    """The places a message names, a district beside a commune used to tell which commune is meant."""
    atlas = build_atlas(library)
    found = find_places(atlas.gazetteer, text, expected=expected)
    return Lookup(tuple(_spots(atlas, found, lower(text))), found.alone)


def _spots(atlas: Atlas, found: Found, text: str) -> list[Spot]:
    read: list[tuple[Mention, tuple[Sense, ...]]] = []
    for mention in found.mentions:
        senses = tuple(atlas.senses[key] for key in mention.keys)
        if read and mention.joined:
            before = read[-1][1]
            if inside := _inside(before, senses):
                read[-1] = (read[-1][0], inside)
                continue
            if inside := _inside(senses, before):
                read[-1] = (mention, inside)
                continue
        read.append((mention, senses))
    of_old = bool(_ASKS_OF_OLD.search(text))
    spots = [Spot(_narrow(senses, of_old=of_old), bool(mention.kind), mention.start) for mention, senses in read]
    return list({tuple(sense.key for sense in spot.senses): spot for spot in spots}.values())


def _inside(units: Sequence[Sense], around: Sequence[Sense]) -> tuple[Sense, ...]:
    districts = {sense.name for sense in around if sense.what == "district"}
    return tuple(unit for unit in units if districts & {*unit.within})


def _narrow(senses: tuple[Sense, ...], *, of_old: bool) -> tuple[Sense, ...]:
    """Asked what an old name became: the old ones. Otherwise without those that went into the place of their name."""
    former = tuple(sense for sense in senses if sense.what != "place")
    if of_old and former:
        return former
    new = {sense.name: sense.places for sense in senses if sense.what == "place"}
    return tuple(s for s in senses if not (s.what == "old" and not s.split and new.get(s.name) == s.places))
