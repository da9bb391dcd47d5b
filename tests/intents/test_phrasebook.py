"""The phrasebook belongs to the entries there are, is large enough, and says nothing twice."""

from __future__ import annotations

import collections
import re
from pathlib import Path

from intents.normalise import fold, lower
from intents.phrasebook import load_phrasebook

ENTRIES = {f"{path.parent.name}.{path.stem}" for path in (Path(__file__).parents[2] / "content" / "vi").glob("*/*.md")}


def test_it_speaks_of_entries_that_exist() -> None:
    assert {example.id for example in load_phrasebook()} <= ENTRIES


def test_every_entry_is_asked_for_in_sixty_ways_or_more() -> None:
    counts = collections.Counter(example.id for example in load_phrasebook())
    assert [id_ for id_ in sorted(ENTRIES) if counts[id_] < 60] == []


def test_nobody_says_the_same_twice() -> None:
    said = collections.Counter(re.sub(r"\W+", " ", lower(example.text)).strip() for example in load_phrasebook())
    assert [text for text, count in said.items() if count > 1] == []


def test_comments_and_empty_lines_are_no_phrasings(tmp_path: Path) -> None:
    (tmp_path / "vay").mkdir()
    (tmp_path / "vay" / "muc-vay.txt").write_text("# ai đó\n\n  vay được mấy đồng \n", encoding="utf-8")
    [example] = load_phrasebook(tmp_path)
    assert (example.id, example.text) == ("vay.muc-vay", "vay được mấy đồng")
    assert fold(example.text) == "vay duoc may dong"
