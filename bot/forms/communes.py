"""The two steps that learn a person's commune: its new or old name, and which is meant where a name means several.

It does not say what became of an old unit; `placing` does.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.atlas import look_up
from bot.forms.form import SKIPPED, Answers, Option, Setting, Step, always
from bot.forms.readers import plain
from bot.placing import find_home
from content.model import Library, Place

KEY, WHICH = "commune", "commune_which"
_MANY = "?"  # begins a value that is still several communes: "?hoa-xa+hoa-phu"
_MOST = 10
_SKIP = Option(SKIPPED, "Bỏ qua", alone=("bo qua", "khong noi", "khong muon noi", "khong biet", "khong", "ko", "k"))

Needed = Callable[[Answers, Setting], bool]


def commune_steps(question: str, needed: Needed = always) -> tuple[Step, Step]:
    """The steps of a form that asks for the commune; `chosen_commune` reads their answers."""
    which = Step(
        key=WHICH,
        question="Tên này có thể là nhiều nơi. Anh/chị ở **nơi nào**?",
        expected="Anh/chị chọn một nơi bằng số, hoặc gõ “bỏ qua”.",
        options=(_SKIP,),
        offer=_offer_which,
        needed=lambda answers, setting: needed(answers, setting) and answers.get(KEY, "").startswith(_MANY),
    )
    commune = Step(
        key=KEY,
        question=question,
        expected=(
            "Tôi chưa tìm ra nơi này ở Hà Nội. Anh/chị gõ tên xã, phường mới hoặc cũ, ví dụ “xã Hòa Xá”, "
            "“phường Láng Hạ cũ”; hoặc gõ “bỏ qua”."
        ),
        options=(_SKIP,),
        offer=_offer_known,
        seek=seek_commune,
        tell_in=tell_commune,
        needed=needed,
    )
    return commune, which


def chosen_commune(answers: Answers) -> str:
    """The slug of the commune a person lives in; "" when they did not say."""
    value = answers.get(KEY, "")
    value = answers.get(WHICH, "") if value.startswith(_MANY) else value
    return "" if value == SKIPPED else value


def seek_commune(text: str, setting: Setting) -> str:
    """The commune a sentence says somebody lives in; of a message that is only a name, all the places it may be."""
    home = find_home(setting.library, text)
    if home:
        return home
    lookup = look_up(setting.library, text, expected=True)
    if not lookup.alone or len(lookup.spots) != 1:
        return ""
    [spot] = lookup.spots
    sure = spot.home()
    if sure:
        return sure.slug
    slugs = [place.slug for place in spot.places()][:_MOST]
    return _MANY + "+".join(slugs) if slugs else ""


def tell_commune(value: str, setting: Setting) -> str:
    """ "xã Hòa Xá"; nothing while it is open which place is meant."""
    place = find_place(setting.library, value)
    return title(place) if place else ""


def find_place(library: Library, slug: str) -> Place | None:
    return next((place for place in library.places if place.slug == slug), None)


def title(place: Place) -> str:
    """ "xã Hòa Xá"."""
    return f"{place.kind} {place.name}"


def _offer_known(_answers: Answers, setting: Setting) -> tuple[Option, ...]:
    place = find_place(setting.library, setting.commune)
    return (_option(place),) if place else ()


def _offer_which(answers: Answers, setting: Setting) -> tuple[Option, ...]:
    slugs = answers.get(KEY, "").removeprefix(_MANY).split("+")
    places = (find_place(setting.library, slug) for slug in slugs)
    return tuple(_option(place) for place in places if place)


def _option(place: Place) -> Option:
    label = title(place)[:1].upper() + title(place)[1:]
    words = plain(title(place)).strip()
    return Option(place.slug, label if len(label) <= 24 else place.name[:24], alone=(words, plain(place.name).strip()))
