"""Wordings that are alike, put together: what officials work through instead of thousands of single messages.

Pure and deterministic: the same wordings make the same groups in the same order. Letters are compared, not meaning; two
ways to ask for the same thing may stay two groups.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from content.phrasings import fold_phrasing
from storage.wordings import Wording

ALIKE = 80  # percent of letters in common, words in any order, from which two wordings are one group
EXAMPLES = 4
LONGEST = 64  # letters compared: of a long story its beginning
_BLOCK = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Wordings alike. `key` names the group; `digests` are of all its wordings; `examples` differ, the commonest first.

    `times` counts messages by kind; `entries` are the ids of answers that did not help, most often first.
    """

    key: str
    digests: tuple[str, ...]
    examples: tuple[Wording, ...]
    times: Mapping[str, int]
    entries: tuple[str, ...]
    latest_at: str

    @property
    def total(self) -> int:
        return sum(self.times.values())


def fold_wording(text: str) -> str:
    """A wording without case, marks and order of words: equal ones are the same question."""
    return " ".join(sorted(fold_phrasing(text).split()))[:LONGEST]


def digest_of(folded: str) -> str:
    """What stays of a wording when it is closed."""
    return hashlib.sha256(folded.encode()).hexdigest()


def group_wordings(wordings: Sequence[Wording], closed: Mapping[str, str]) -> list[Group]:
    """The most frequent group first. `closed` maps a digest to when it was closed; what came after counts."""
    same: dict[str, list[Wording]] = defaultdict(list)
    for wording in wordings:
        same[fold_wording(wording.text)].append(wording)
    open_ones: dict[str, list[Wording]] = {}
    for folded, found in same.items():
        closed_at = closed.get(digest_of(folded), "")
        left = [one for one in found if one.created_at > closed_at]
        if folded and left:
            open_ones[folded] = left
    # The commonest wording leads: whatever is like it and not like a commoner one follows it.
    ordered = sorted(open_ones, key=lambda folded: (-len(open_ones[folded]), folded))
    groups = [_group([(folded, open_ones[folded]) for folded in members]) for members in _gather(ordered)]
    return sorted(groups, key=lambda group: (-group.total, group.key))


def _gather(ordered: list[str]) -> list[list[str]]:
    """Each text with the first one before it that it is like and that leads itself."""
    leader_of: dict[int, int] = {}
    members: dict[int, list[str]] = {}
    likes: dict[int, list[int]] = defaultdict(list)
    for one, other in _list_alike(ordered):
        likes[max(one, other)].append(min(one, other))
    for place, text in enumerate(ordered):
        leader = min((other for other in likes[place] if leader_of[other] == other), default=place)
        leader_of[place] = leader
        members.setdefault(leader, []).append(text)
    return list(members.values())


def _list_alike(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of places whose texts are ALIKE. By length, a text need only be held against those of a similar one."""
    order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), texts[place]))
    lengths = np.array([len(texts[place]) for place in order])
    for start in range(0, len(order), _BLOCK):
        rows = order[start : start + _BLOCK]
        # Of a ratio of 2·common / (a + b) no more than 2·a / (a + b) is possible for a ≤ b.
        longest = lengths[min(start + _BLOCK, len(order)) - 1] * (200 - ALIKE) / ALIKE
        columns = order[start : int(np.searchsorted(lengths, longest, side="right"))]
        scores = process.cdist(
            [texts[place] for place in rows],
            [texts[place] for place in columns],
            scorer=fuzz.ratio,
            score_cutoff=ALIKE,
            dtype=np.uint8,
        )
        found: list[list[int]] = np.argwhere(scores).tolist()
        yield from ((rows[row], columns[column]) for row, column in found if row < column)


def _group(parts: list[tuple[str, list[Wording]]]) -> Group:
    """`parts` are (folded text, its messages), the leader's first."""
    every = [wording for _, found in parts for wording in found]
    times: dict[str, int] = defaultdict(int)
    entries: dict[str, int] = defaultdict(int)
    for wording in every:
        times[wording.kind] += 1
        if wording.kind == "rating" and wording.entry_id:
            entries[wording.entry_id] += 1
    digests = tuple(digest_of(folded) for folded, _ in parts)
    return Group(
        key=digests[0][:16],
        digests=digests,
        examples=tuple(max(found, key=lambda one: (one.created_at, one.id)) for _, found in parts[:EXAMPLES]),
        times=dict(times),
        entries=tuple(sorted(entries, key=lambda id_: (-entries[id_], id_))),
        latest_at=max(wording.created_at for wording in every),
    )
