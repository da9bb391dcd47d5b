"""Names of places in a message, as people type them: without diacritics, shortened, run together, misspelt.

It is given plain names and says which of them stand where. It must not know what a place has become, and must not fire
on the everyday words that many names also are: a name counts after "xã", "phường", "quận" …, after "ở", "thuộc", "quê"
when it is no everyday word, beside another name, or when it is the whole message.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from intents.lexicon import load_rows
from intents.normalise import fold, place_tone, shorten_runs, undo_keystrokes, unify_i
from intents.syllable import is_syllable

EXACT, BARE, SLIP, TYPO = range(4)  # as written; diacritics left out; others put there; another letter

LONGEST = 6  # tokens of the longest name
READ_AT_MOST = 200  # tokens of one message: where a person lives is said early or in few words


def _words(text: str) -> frozenset[str]:
    """The words as written and without any diacritics."""
    return frozenset((*text.split(), *fold(text).split()))


_COMMUNE_LEVEL = ("xã", "phường", "thị trấn")
_KINDS = {
    "xã": "xã", "x": "xã", "phường": "phường", "p": "phường", "f": "phường", "ph": "phường",
    "thị trấn": "thị trấn", "tt": "thị trấn", "quận": "quận", "q": "quận", "huyện": "huyện", "h": "huyện",
    "thị xã": "thị xã", "tx": "thị xã",
}  # fmt: skip
_BARE_KINDS = {fold(word): kind for word, kind in _KINDS.items()}
_GLUED = ("thitran", "thixa", "phuong", "huyen", "quan", "xa", "tt", "tx", "p", "q", "h", "x")
_BEFORE = _words("ở thuộc quê tại về")
_OWN = _words("tôi em mình cháu con chị anh bác cô chú ở")  # "quê em Thạch Thất"
_STREET = _words("đường phố ngõ ngách hẻm số chợ trường bến viện ty tỉnh tên")
_BETWEEN = _words("thuộc ở của cũ trước")  # what may stand between a commune and its district
# No name holds these: a misspelt name is not looked for across them.
_QUESTION_WORDS = _words(
    "nao gi dau may nay kia do ay moi cu va hay co khong thi la o gio toi em minh hoi con chau bao se da bi"
)
_ALONE_WITH = _words(
    "dạ vâng ạ à ơi nhé nha thưa em tôi mình cháu con anh chị bác cô chú nhà quê ở thuộc tại người thành phố tp hà"
    " nội hn cũ mới thì là còn thế vậy bạn ad ừ của"
)
_TOKEN = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[,;!?()\n]")
_ONSETS = (("ngh", "ng"), ("gh", "g"), ("gi", "d"), ("tr", "ch"), ("r", "d"), ("x", "s"), ("n", "l"), ("k", "c"))


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """A name to be found. `kind` is one of "xã", "phường", "thị trấn", "quận", "huyện", "thị xã"."""

    key: str
    name: str
    kind: str


@dataclasses.dataclass(frozen=True, slots=True)
class Mention:
    """A name in a message. `keys` are all names it fits equally well, in the order they were given.

    `kind` is the kind typed before it, "" when none; `likeness` one of EXACT, BARE, SLIP, TYPO. `start` and `end` are
    the span in the NFC text, the kind included. `joined`: at most "thuộc", "ở" or a sign parts it from the one before.
    """

    keys: tuple[str, ...]
    kind: str
    likeness: int
    start: int
    end: int
    joined: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """The mentions in order. `alone`: apart from them the message holds only courtesies and words like "ở", "nhà"."""

    mentions: tuple[Mention, ...]
    alone: bool


@dataclasses.dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    word: str  # one spelling: tone where it belongs, raw keystrokes undone
    folded: str
    start: int
    end: int
    breaks: bool  # a comma or stop stands before it: no name runs across


@dataclasses.dataclass(frozen=True, slots=True)
class _Form:
    """One way a name is said: its tokens and their letters without diacritics."""

    key: str
    kind: str
    words: tuple[str, ...]
    folded: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Match:
    forms: tuple[_Form, ...]
    likeness: int
    length: int  # tokens


class Gazetteer:
    """The names, indexed. Immutable once built."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._squashed: dict[str, list[_Form]] = collections.defaultdict(list)
        self._sounds: dict[tuple[str, ...], list[_Form]] = collections.defaultdict(list)
        for name in names:
            for words in _ways(name.name):
                form = _Form(name.key, name.kind, words, tuple(map(fold, words)))
                self._squashed["".join(form.folded)].append(form)
                self._sounds[tuple(map(_sound, form.folded))].append(form)
        self._beginnings = {letters[:end] for letters in self._squashed for end in range(1, len(letters) + 1)}
        self._letters = [letters for letters in self._squashed if len(letters) >= 6]
        provinces = [row[0] for row in load_rows("tinh.tsv")]
        self._provinces = frozenset((*provinces, *map(fold, provinces)))
        rows = load_rows("dia-danh-thuong.tsv")
        self._everyday = frozenset(row[0] for row in rows if len(row) == 1)
        self._everyday_bare = frozenset(row[0] for row in rows)

    def runs_together(self, folded: str) -> bool:
        """Whether one token holds a whole name of several syllables ("hoaphu", "xahoaphu")."""
        return any(
            len(form.folded) > 1 for letters in (folded, *_unglued(folded)) for form in self._squashed.get(letters, ())
        )

    def match(self, tokens: Sequence[_Token], reach: int) -> _Match | None:
        """The longest name these tokens begin with, up to the likeness `reach`."""
        reach_out = next((at for at, token in enumerate(tokens[:LONGEST]) if at and token.breaks), LONGEST)
        longest = min(reach_out, len(tokens))
        for length in range(longest if tokens and tokens[0].folded in self._beginnings else 0, 0, -1):
            match = self._spelt(tokens[:length])
            if match and match.likeness <= reach:
                return match
        if reach < SLIP:
            return None
        for length in range(longest, 1, -1):
            window = tokens[:length]
            if any(token.folded in _QUESTION_WORDS for token in window):
                continue
            forms = self._sounds.get(tuple(_sound(token.folded) for token in window), ())
            if forms:
                return _Match(tuple(forms), SLIP, length)
            match = self._mistyped(window) if reach >= TYPO else None
            if match:
                return match
        return None

    def match_glued(self, token: _Token) -> tuple[str, _Match] | None:
        """A kind and a name in one token: "phuonglangha"."""
        for rest in _unglued(token.folded):
            forms = tuple(form for form in self._squashed.get(rest, ()) if len(form.folded) > 1)
            if forms:
                glued = token.folded.removesuffix(rest)
                kind = next(kind for word, kind in _KINDS.items() if fold(word).replace(" ", "") == glued)
                return kind, _Match(forms, BARE, 1)
        return None

    def is_everyday(self, match: _Match) -> bool:
        words = self._everyday if match.likeness == EXACT else self._everyday_bare
        return any(" ".join(form.words) in words for form in match.forms)

    def begins_with_district(self, tokens: Sequence[_Token]) -> bool:
        """Whether these tokens begin with "quận …", "huyện …" or a district's name."""
        kind, width = _kind_at(tokens, 0, plain=True)
        match = self.match(tokens[width:], BARE)
        named = match and any(form.kind not in _COMMUNE_LEVEL for form in match.forms)
        return bool(named) and (not kind or kind not in _COMMUNE_LEVEL)

    def is_province(self, tokens: Sequence[_Token]) -> bool:
        """Whether these tokens begin with a province's name, diacritics or not."""
        return any(" ".join(token.word for token in tokens[:length]) in self._provinces for length in (1, 2, 3))

    def _spelt(self, window: Sequence[_Token]) -> _Match | None:
        forms = self._squashed.get("".join([token.folded for token in window]))
        if forms is None:
            return None
        ends = set(itertools.accumulate(len(token.folded) for token in window))
        fitting: dict[int, list[_Form]] = {}
        for form in forms:
            if ends <= set(itertools.accumulate(map(len, form.folded))):
                fitting.setdefault(_compare(window, form), []).append(form)
        best = min(fitting, default=None)
        return None if best is None else _Match(tuple(fitting[best]), best, len(window))

    def _mistyped(self, window: Sequence[_Token]) -> _Match | None:
        """Names one letter off, two when long; where diacritics were typed they must not say otherwise."""
        letters = "".join(token.folded for token in window)
        if len(letters) < 6:
            return None
        reach = 1 if len(letters) < 10 else 2
        typed = "".join(token.word for token in window)
        near: dict[float, list[_Form]] = {}
        for name, off, _ in process.extract(letters, self._letters, scorer=OSA.distance, score_cutoff=reach, limit=6):
            for form in self._squashed[name]:
                far = typed != letters and OSA.distance(typed, "".join(form.words)) > reach + 1
                if len(form.folded) == len(window) and not far:
                    near.setdefault(off, []).append(form)
        best = near[min(near)] if near else []
        return _Match(tuple(best), TYPO, len(window)) if 1 <= len({form.words for form in best}) <= 3 else None


def build_gazetteer(names: Iterable[Name]) -> Gazetteer:
    return Gazetteer(names)


def find_places(gazetteer: Gazetteer, text: str, *, expected: bool = False) -> Found:
    """The places a message names. `expected`: the talk is of places, so a name counts without a word before it."""
    tokens = _tokens(gazetteer, text)
    mentions, covered = _scan(gazetteer, tokens, expected=expected)
    if not mentions:
        for read in (_scan(gazetteer, tokens, expected=True), _whole(gazetteer, tokens)):
            if read[0] and _covers(tokens, read[1]):
                mentions, covered = read
    return Found(tuple(mentions), bool(mentions) and _covers(tokens, covered))


def _covers(tokens: Sequence[_Token], covered: set[int]) -> bool:
    """Whether the rest is only courtesies and words like "ở", "nhà"."""
    return all(token.word in _ALONE_WITH for at, token in enumerate(tokens) if at not in covered)


def _scan(gazetteer: Gazetteer, tokens: Sequence[_Token], *, expected: bool) -> tuple[list[Mention], set[int]]:
    mentions: list[Mention] = []
    covered: set[int] = set()
    plain = all(token.raw.isascii() for token in tokens)
    at = 0
    while at < len(tokens):
        joined = bool(mentions) and _is_joined(tokens, covered, at)
        hit = _read_at(gazetteer, tokens, at, plain=plain, trusted=expected, joined=joined)
        if hit is None:
            at += 1
            continue
        kind, begin, match = hit
        end = begin + match.length
        if not _is_elsewhere(gazetteer, tokens[end:]):
            keys = _fitting(match.forms, kind)
            mentions.append(Mention(keys, kind, match.likeness, tokens[at].start, tokens[end - 1].end, joined=joined))
            covered.update(range(at, end))
        at = end
    return mentions, covered


def _read_at(
    gazetteer: Gazetteer, tokens: Sequence[_Token], at: int, *, plain: bool, trusted: bool, joined: bool
) -> tuple[str, int, _Match] | None:
    """The mention that begins at this token: the kind, where the name begins, the match."""
    glued = None if is_syllable(tokens[at].word) else gazetteer.match_glued(tokens[at])
    if glued:
        return glued[0], at, glued[1]
    kind, width = _kind_at(tokens, at, plain=plain)
    named = None
    if kind:
        width += at + width < len(tokens) and tokens[at + width].word == "cũ"
        named = _named(gazetteer, tokens[at + width :], kind, BARE if len(tokens[at].folded) == 1 else TYPO)
    bare = gazetteer.match(tokens[at:], BARE)
    if bare and not _is_trusted(gazetteer, tokens, at, bare, trusted=trusted, joined=joined):
        bare = None
    if named and (bare is None or width + named.length >= bare.length):
        return kind, at + width, named
    return ("", at, bare) if bare else None


def _named(gazetteer: Gazetteer, tokens: Sequence[_Token], kind: str, reach: int) -> _Match | None:
    """The name after a kind. What is not written as the name goes must at least be of the kind's level."""
    match = None if not tokens or tokens[0].breaks else gazetteer.match(tokens, reach)
    commune = kind in _COMMUNE_LEVEL
    if match and match.likeness > BARE and not any((form.kind in _COMMUNE_LEVEL) == commune for form in match.forms):
        return None
    return match


def _is_trusted(
    gazetteer: Gazetteer, tokens: Sequence[_Token], at: int, match: _Match, *, trusted: bool, joined: bool
) -> bool:
    """Whether a name without a kind before it is meant as a place."""
    window = tokens[at : at + match.length]
    if at and (tokens[at - 1].word in _STREET or tokens[at - 1].raw.isdigit()):
        return False
    if gazetteer.is_province(window):
        return False
    capital = match.likeness == EXACT and all(token.raw[0].isupper() for token in window)
    followed = gazetteer.begins_with_district(tokens[at + match.length :])
    if gazetteer.is_everyday(match) and not (capital or followed):
        return False
    syllables = max(len(form.folded) for form in match.forms)
    if syllables == 1 and match.likeness != EXACT:
        return False
    if trusted and syllables == 1:
        trusted = capital
    return trusted or followed or (joined and syllables > 1) or _preceded(tokens, at)


def _preceded(tokens: Sequence[_Token], at: int) -> bool:
    """ "ở", "thuộc" … right before; "quê" also with one word between ("quê em")."""
    if at and tokens[at - 1].word in _BEFORE:
        return True
    return at > 1 and tokens[at - 1].word in _OWN and tokens[at - 2].word in {"quê", "que"}


def _kind_at(tokens: Sequence[_Token], at: int, *, plain: bool) -> tuple[str, int]:
    """The kind written here and its tokens. "xa" is "xã", "quan" is "quận" only where nothing has diacritics."""
    for width in (2, 1):
        window = tokens[at : at + width]
        if len(window) < width:
            continue
        word, folded = " ".join(token.word for token in window), " ".join(token.folded for token in window)
        if word in _KINDS:
            return _KINDS[word], width
        if word == folded and folded in _BARE_KINDS and (plain or width == 2 or folded in {"phuong", "huyen"}):
            return _BARE_KINDS[folded], width
    return "", 0


def _whole(gazetteer: Gazetteer, tokens: Sequence[_Token]) -> tuple[list[Mention], set[int]]:
    """A message that is one name and nothing else, even misspelt; never an everyday word."""
    begin, end = 0, len(tokens)
    while begin < end and tokens[begin].word in _ALONE_WITH:
        begin += 1
    while end > begin and tokens[end - 1].word in _ALONE_WITH:
        end -= 1
    window = tokens[begin:end]
    match = gazetteer.match(window, TYPO) if 0 < len(window) <= LONGEST else None
    if match is None or match.length != len(window) or gazetteer.is_everyday(match) or gazetteer.is_province(window):
        return [], set()
    if max(len(form.folded) for form in match.forms) == 1 and match.likeness != EXACT:
        return [], set()
    mention = Mention(_fitting(match.forms, ""), "", match.likeness, window[0].start, window[-1].end)
    return [mention], set(range(begin, end))


def _is_joined(tokens: Sequence[_Token], covered: set[int], at: int) -> bool:
    back = at - 1
    while back >= 0 and back not in covered and tokens[back].word in _BETWEEN:
        back -= 1
    return back in covered


def _is_elsewhere(gazetteer: Gazetteer, after: Sequence[_Token]) -> bool:
    """Whether a province other than Hà Nội follows at once: that commune is not ours."""
    words = [token.word for token in after[:2]]
    skip = 1 if words[:1] in (["tỉnh"], ["tp"]) else 2 if words == ["thành", "phố"] else 0
    return gazetteer.is_province(after[skip:])


def _fitting(forms: Iterable[_Form], kind: str) -> tuple[str, ...]:
    """Keys of the forms that have the kind typed; of its level when none has; of all when that fails too."""
    every = tuple(forms)
    commune = kind in _COMMUNE_LEVEL
    same = [form for form in every if form.kind == kind]
    level = [form for form in every if kind and (form.kind in _COMMUNE_LEVEL) == commune]
    return tuple(dict.fromkeys(form.key for form in same or level or every))


def _ways(name: str) -> Iterator[tuple[str, ...]]:
    """The tokens of a name; of its halves ("Phương Liên - Trung Tự"); without its number ("Mỹ Đình 1")."""
    halves = name.split(" - ")
    for text in dict.fromkeys([name, *halves, re.sub(r" \d$", "", name)]):
        yield tuple(unify_i(place_tone(word)) for word in _TOKEN.findall(text.lower()))


def _unglued(folded: str) -> Iterator[str]:
    return (folded.removeprefix(kind) for kind in _GLUED if folded.startswith(kind) and len(folded) - len(kind) > 3)


def _sound(folded: str) -> str:
    """The syllable as careless ears write it: l for n, s for x, ch for tr, d for gi and r."""
    for written, heard in _ONSETS:
        if folded.startswith(written):
            folded = heard + folded.removeprefix(written)
            break
    return folded.replace("y", "i")


def _compare(window: Sequence[_Token], form: _Form) -> int:
    if len(window) == len(form.words):
        return max(map(_likeness, (token.word for token in window), form.words))
    return _likeness("".join(token.raw.lower() for token in window), "".join(form.words))


def _likeness(typed: str, word: str) -> int:
    """EXACT, BARE when marks are only missing, SLIP when others stand there. Both have the same letters."""
    if typed == word:
        return EXACT
    return BARE if all(given <= wanted for given, wanted in zip(_marks(typed), _marks(word), strict=True)) else SLIP


def _marks(word: str) -> list[set[str]]:
    """For each letter its marks; the bar of "đ" is one."""
    letters: list[set[str]] = []
    for sign in unicodedata.normalize("NFD", word):
        if unicodedata.combining(sign):
            letters[-1].add(sign)
        else:
            letters.append({"-"} if sign == "đ" else set())
    return letters


def _tokens(gazetteer: Gazetteer, text: str) -> list[_Token]:
    tokens: list[_Token] = []
    text = unicodedata.normalize("NFC", text)
    for found in itertools.islice(_TOKEN.finditer(text), READ_AT_MOST):
        raw = found[0]
        word = shorten_runs(unicodedata.normalize("NFC", raw.lower()))
        if not gazetteer.runs_together(fold(word)):
            word = unify_i(place_tone(undo_keystrokes(word)))
        breaks = bool(_BREAK.search(text, tokens[-1].end if tokens else 0, found.start()))
        tokens.append(_Token(raw, word, fold(word), found.start(), found.end(), breaks))
    return tokens
