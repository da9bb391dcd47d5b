"""What we say about places: which commune or ward an old name is now, and the minimum wage's region there.

Pure. It must not guess: a name that can mean several places is asked back, a unit that was cut up is listed with where
to look. What a name means is `atlas`'s; the source line under an answer is the entry's.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Sequence

from bot.atlas import Lookup, Sense, Spot, build_atlas, look_up, place_sense
from bot.messages import Choice, Reply
from content.model import FigureUse, Library, OldUnit, Place
from content.places import REGIONS
from content.render import render_segments
from intents.normalise import fold, lower

PLACE = "p:"  # begins an action: "p:hoa-xa", "p:cu.xa.hoa-phu.ung-hoa"; never renamed, like all actions
PLACES_ENTRY = "chung.xa-phuong"
WAGE_ENTRY = "vl.luong-toi-thieu"
_LABEL = 24  # characters a button holds
_WORK = re.compile(r"\b(cong ty|cty|ct|xuong|nha may|co quan|doanh nghiep|chu|lam|di lam|lam viec|truc)\b")


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """An answer about places: the entry it belongs under, the words, and whether they only ask back.

    `commune` is the slug of the one place meant, empty when it is open or is where somebody works.
    """

    entry: str
    reply: Reply
    asks: bool
    commune: str


def answer_about(
    library: Library, text: str, entry: str, topic: str, today: datetime.date, *, sure: bool
) -> Placed | None:
    """The answer when a message asks about places; None when it does not.

    `entry` is the one the message was understood as, or comes nearest to; `sure` when it was understood; `topic` the
    entry answered last. A message that is only a place is about places whatever it resembles.
    """
    if not {PLACES_ENTRY, WAGE_ENTRY} <= library.entries.keys():
        return None
    about = entry if entry in {PLACES_ENTRY, WAGE_ENTRY} else ""
    lookup = look_up(library, text, expected=bool(about))
    if not lookup.spots:
        return None
    named = any(spot.named for spot in lookup.spots)
    if lookup.alone and (about or named or not sure or topic == WAGE_ENTRY):
        about = WAGE_ENTRY if topic == WAGE_ENTRY else PLACES_ENTRY
    if not about:
        return None
    return _placed(library, lookup, about, today)


def answer_key(library: Library, key: str, today: datetime.date) -> Placed | None:
    """The answer to a tap on a place, whose action is PLACE and this key; None when it is no more."""
    sense = build_atlas(library).senses.get(key)
    if sense is None or PLACES_ENTRY not in library.entries:
        return None
    return _placed(library, Lookup((Spot((sense,), named=True, start=0),), alone=True), PLACES_ENTRY, today)


def find_home(library: Library, text: str) -> str:
    """The slug of the commune a person says to live in, "" when none is sure or it is where they work."""
    lookup = look_up(library, text)
    homes = [place.slug for spot in lookup.spots if (place := spot.home()) and not _is_work(text, spot.start)]
    return homes[0] if len(homes) == 1 else ""


def tells_home(library: Library, text: str) -> bool:
    """Whether a message says where somebody lives and nothing else."""
    return look_up(library, text).alone and bool(find_home(library, text))


def local_line(library: Library, commune: str, group: str) -> str:
    """ "Ở xã anh/chị: …", the office there for this group of questions; "" when none is known."""
    place = next((place for place in library.places if place.slug == commune), None)
    offices = [contact for contact in place.contacts if group in contact.groups] if place else []
    if place is None or not offices:
        return ""
    named = "; ".join(f"**{contact.office}** ({contact.does})" for contact in offices)
    return f"Ở {place.kind} {place.name} của anh/chị: {named}."


def answer_place(lookup: Lookup, library: Library) -> Reply:
    """What each place named is now. Asks back, with choices, where a name means several."""
    pieces = [_describe(spot, library) for spot in lookup.spots]
    choices = tuple(dict.fromkeys(choice for piece in pieces for choice in piece.choices))
    return Reply("\n\n".join(piece.text for piece in pieces), choices)


def wage_region(place: Place) -> str:
    """The id of the figure that is the monthly minimum wage of an employer at this place."""
    return REGIONS[place.region]


def answer_wage(lookup: Lookup, library: Library, today: datetime.date) -> Reply:
    """The minimum wage at each place named, by region where a name covers more than one."""
    pieces = [_wage_of(spot, library, today) for spot in lookup.spots]
    note = "Vùng tính theo nơi công ty, cơ sở đang hoạt động, không theo nơi ở của anh/chị."
    return Reply("\n\n".join((*pieces, note)))


def _placed(library: Library, lookup: Lookup, entry: str, today: datetime.date) -> Placed:
    if entry == WAGE_ENTRY:
        return Placed(entry, answer_wage(lookup, library, today), asks=False, commune="")
    asks = any(_is_open(spot) for spot in lookup.spots)
    home = lookup.spots[0].home() if len(lookup.spots) == 1 else None
    return Placed(entry, answer_place(lookup, library), asks, home.slug if home else "")


def _is_work(text: str, start: int) -> bool:
    """Whether the words just before a place say that somebody works there."""
    return bool(_WORK.search(" ".join(fold(lower(text))[:start].split()[-4:])))


def _is_open(spot: Spot) -> bool:
    """Whether the name means several things that end in different places."""
    return len(spot.senses) > 1 and spot.home() is None


def _describe(spot: Spot, library: Library) -> Reply:
    if _is_open(spot):
        name = " hoặc ".join(dict.fromkeys(sense.name for sense in spot.senses))
        choices = _choices(spot.senses, new=" mới")
        return Reply(f"Tên **{name}** có thể là nhiều nơi. Anh/chị muốn hỏi nơi nào?", choices)
    sense = spot.senses[0]
    if sense.what == "place":
        return Reply(_describe_place(sense.places[0]))
    if sense.what == "district":
        return _describe_district(sense)
    return _describe_old(sense, library)


def _describe_place(place: Place) -> str:
    title = f"{place.kind} {place.name}"
    whole = _list_old(unit for unit in place.old if unit.share == "whole")
    people = _list_old(unit for unit in place.old if unit.share == "people")
    part = _list_old(unit for unit in place.old if unit.share == "part")
    pieces = [
        f"toàn bộ {whole}" if whole else "",
        f"toàn bộ dân số {people}" if people else "",
        f"một phần {part}" if part else "",
    ]
    made = "; ".join(piece for piece in pieces if piece)
    lines = [
        f"**{_capital(title)}**, thành phố Hà Nội, được lập từ: {made}.",
        f"Trước đây là đất của {_and(place.districts)}. Nay không còn cấp huyện.",
        f"Sàn giao dịch việc làm: {place.exchange}." if place.exchange else "",
        _list_contacts(place, all_of_them=True),
    ]
    return "\n\n".join(line for line in lines if line)


def _describe_old(sense: Sense, library: Library) -> Reply:
    district = f" ({_district_title(library, sense.within[0])} cũ)" if len(sense.within) == 1 else ""
    title = f"**{_capital(sense.kind)} {sense.name} cũ**{district}"
    if not sense.split:
        place = sense.places[0]
        address = f"**{place.kind} {place.name}**, thành phố Hà Nội"
        if not sense.others:
            return Reply(_joined(f"{title} nay thuộc {address}.", _list_contacts(place, all_of_them=False)))
        lands = f"Một phần đất về {_list_places(sense.others)}. Nhà ở chỗ giáp ranh thì anh/chị xem lại trên VNeID."
        return Reply(
            _joined(f"{title}: toàn bộ người dân nay thuộc {address}.", lands, _list_contacts(place, all_of_them=False))
        )
    divided = f"{title} đã chia về {len(sense.places)} nơi: {_list_places(sense.places)}."
    where, who = ("thôn", "trưởng thôn") if sense.kind == "xã" else ("tổ dân phố", "tổ trưởng tổ dân phố")
    how = f"Nhà mình ở nơi nào phải tra theo {where}: anh/chị xem mục cư trú trên VNeID, hoặc hỏi {who}."
    return Reply(_joined(divided, how), _choices(map(place_sense, sense.places)))


def _describe_district(sense: Sense) -> Reply:
    title = f"**{_capital(sense.kind)} {sense.name} cũ**"
    lines = [
        f"{title} nay không còn, đã chia thành {_count(sense.places)}: {_list_names(sense.places)}.",
        f"Một phần đất còn thuộc {_list_places(sense.others)}." if sense.others else "",
        "Muốn biết đúng nơi mình, anh/chị gõ tên xã, phường cũ.",
    ]
    return Reply(_joined(*lines), _choices(map(place_sense, sense.places)))


def _wage_of(spot: Spot, library: Library, today: datetime.date) -> str:
    by_region: dict[str, list[Place]] = {}
    for place in spot.places():
        by_region.setdefault(place.region, []).append(place)
    first = spot.senses[0]
    title = first.name if len(spot.senses) > 1 else f"{first.kind} {first.name}"
    amounts = {
        region: render_segments((FigureUse(wage_region(places[0]), ""),), library.figures, today)
        for region, places in by_region.items()
    }
    if len(by_region) == 1:
        region = next(iter(by_region))
        return f"Công ty, cơ sở ở **{title}: vùng {region}**, lương tối thiểu {amounts[region]}."
    lines = [f"- Vùng {region}, {amounts[region]}: {_list_places(by_region[region])}." for region in sorted(by_region)]
    return f"**{_capital(title)}** nay có cả vùng {' và vùng '.join(sorted(by_region))}:\n" + "\n".join(lines)


def _choices(senses: Iterable[Sense], *, new: str = "") -> tuple[Choice, ...]:
    """A choice for each; `new` is added to a place of today where an old one of its name stands beside it."""
    return tuple(Choice(_label(sense, new), PLACE + sense.key) for sense in senses)


def _label(sense: Sense, new: str) -> str:
    """A button's words, with as much as fits: "Xã Hòa Phú (Ứng Hòa)", "Quận Ba Đình cũ", "Xã Hòa Xá mới"."""
    title = f"{_capital(sense.kind)} {sense.name}"
    after = new if sense.what == "place" else " cũ"
    ways = [title + after, sense.name + after, f"{sense.kind[0].upper()}. {sense.name.split(' - ')[0]}{after}"]
    if sense.district:
        ways = [f"{title} ({sense.district})", f"{sense.name} ({sense.district})", *ways]
    return next((way for way in ways if len(way) <= _LABEL), ways[-1][:_LABEL])


def _list_old(units: Iterable[OldUnit]) -> str:
    """ "thị trấn Vân Đình; xã Phương Tú, Hòa Phú (Ứng Hòa)": each kind said once."""
    by_kind: dict[str, list[str]] = {}
    for unit in units:
        by_kind.setdefault(unit.kind, []).append(unit.name + (f" ({unit.district})" if unit.district else ""))
    return ", ".join(f"{kind} {', '.join(names)}" for kind, names in by_kind.items())


def _list_places(places: Sequence[Place]) -> str:
    by_kind: dict[str, list[str]] = {}
    for place in places:
        by_kind.setdefault(place.kind, []).append(place.name)
    return "; ".join(f"{kind} {', '.join(names)}" for kind, names in by_kind.items())


def _count(places: Sequence[Place]) -> str:
    """ "4 xã", "3 phường", "7 xã, phường"."""
    kinds = sorted({place.kind for place in places}, reverse=True)
    return f"{len(places)} {', '.join(kinds)}"


def _list_names(places: Sequence[Place]) -> str:
    """Names alone where one kind has been said, each kind before its names otherwise."""
    one_kind = len({place.kind for place in places}) == 1
    return ", ".join(place.name for place in places) if one_kind else _list_places(places)


def _list_contacts(place: Place, *, all_of_them: bool) -> str:
    """The offices at a place: all, or those that some answer sends people to."""
    lines = [f"- {each.office}: {each.does}." for each in place.contacts if each.groups or all_of_them]
    if not lines:
        return ""
    return f"**Nơi liên hệ ở {place.kind} {place.name}:**\n" + "\n".join(lines)


def _district_title(library: Library, name: str) -> str:
    titles = (title for place in library.places for title in place.districts)
    return next((title for title in titles if title.endswith(f" {name}")), name)


def _and(words: Sequence[str]) -> str:
    return " và ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
