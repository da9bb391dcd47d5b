"""The catalogue of facts: it is whole, and what leans on a fact that is unknown, doubtful or unused is told."""

from __future__ import annotations

import collections
from datetime import date
from pathlib import Path

import pytest

from content.check import check_library, examine
from content.facts import CERTAINTIES, parse_facts
from content.files import scan_tree
from content.findings import Findings
from content.load import load_library
from content.model import ContentErrors
from tests.content.conftest import Tree
from tests.content.sample import ENTRY, FIGURES

TODAY = date(2026, 11, 22)
CATALOGUE = Path(__file__).parents[2] / "content/facts.yaml"


def fact(id_: str, certainty: str = "found", more: str = "") -> str:
    return f"  {id_}:\n    says: Điều {id_}.\n    certainty: {certainty}\n    docs: [Luật 74]\n{more}"


FACTS = "facts:\n" + "".join(map(fact, ("VAY-02", "LTT-01", "LTT-04", "BHTN-16")))  # all the small tree uses


def told(root: Path) -> list[tuple[str, int, str, str]]:
    return [(each.file, each.line, each.level, each.message) for each in check_library(root, TODAY)]


def test_the_catalogue_is_whole() -> None:
    findings = Findings("facts.yaml")
    file = parse_facts(CATALOGUE.read_text(encoding="utf-8"), findings)
    assert findings.problems == []
    families: dict[str, list[int]] = collections.defaultdict(list)
    for id_ in file.facts:
        family, _, number = id_.partition("-")
        families[family].append(int(number))
    counts = {"ORG": 13, "BHTN": 63, "LTT": 4, "DTN": 31, "VLC": 3, "VAY": 18, "NN": 31, "GD": 13, "HX": 3}
    assert {family: sorted(numbers) for family, numbers in families.items()} == {
        family: list(range(1, count + 1)) for family, count in counts.items()
    }
    assert {each.certainty for each in file.facts.values()} <= set(CERTAINTIES)


def test_a_tree_whose_facts_are_all_known_and_used_has_no_problem(tree: Tree) -> None:
    assert told(tree({"facts.yaml": FACTS})) == []


@pytest.mark.parametrize(
    ("files", "file", "line", "level", "message"),
    [
        # what leans on a fact that is not there
        (
            {"vi/vay/muc-vay.md": ENTRY.replace("[VAY-02]", "[VAY-02, VAY-99]")},
            *("vi/vay/muc-vay.md", 24, "error", "Không có dữ kiện `VAY-99` trong facts.yaml"),
        ),
        (
            {"figures.yaml": FIGURES.replace("fact: BHTN-16", "fact: BHTN-61")},
            *("figures.yaml", 24, "error", "Không có dữ kiện `BHTN-61` trong facts.yaml"),
        ),
        (
            {"figures.yaml": FIGURES.replace("fact: LTT-01", "fact: LTT-10")},
            *("figures.yaml", 2, "error", "Không có dữ kiện `LTT-10` trong facts.yaml"),
        ),
        # doubtful facts stated as certain
        (
            {"facts.yaml": FACTS.replace("certainty: found", "certainty: recall-mid", 1)},
            *("vi/vay/muc-vay.md", 24, "warning", "Dữ kiện `VAY-02` chưa chắc chắn"),
        ),
        (
            {"facts.yaml": FACTS.replace("certainty: found", "certainty: recall-low", 1)},
            *("vi/vay/lai-suat.md", 24, "warning", "Dữ kiện `VAY-02` chưa chắc chắn"),
        ),
        (
            {"facts.yaml": FACTS + "    hedged_in: [vay.lai-xuat]\n"},
            *("facts.yaml", 18, "error", "Không có mục `vay.lai-xuat`"),
        ),
        (
            {"facts.yaml": FACTS + "    hedged_in: [vay.lai-suat]\n"},
            *("facts.yaml", 18, "warning", "Mục `vay.lai-suat` không dùng dữ kiện này"),
        ),
        # facts nothing leans on
        (
            {"facts.yaml": FACTS + fact("NN-01") + fact("NN-02")},
            *("facts.yaml", 18, "warning", "Có 2 dữ kiện chưa mục nào dùng: NN-01, NN-02"),
        ),
        (
            {"facts.yaml": FACTS + "unused_on_purpose:\n  NN-07: Đã cũ.\n"},
            *("facts.yaml", 19, "error", "Không có dữ kiện `NN-07`"),
        ),
        (
            {"facts.yaml": FACTS + "unused_on_purpose:\n  VAY-02: Đã cũ.\n"},
            *("facts.yaml", 19, "warning", "Dữ kiện `VAY-02` nay đã được dùng"),
        ),
        # the file itself
        ({"facts.yaml": FACTS + "ghi_chu: a\n"}, "facts.yaml", 18, "error", "Không có trường `ghi_chu`"),
        ({"facts.yaml": FACTS + fact("nn1")}, "facts.yaml", 18, "error", "Mã dữ kiện `nn1` viết sai"),
        ({"facts.yaml": FACTS + "  NN-01: chữ\n"}, *("facts.yaml", 18, "error", "Dữ kiện `NN-01` phải có says")),
        ({"facts.yaml": FACTS + fact("VAY-02")}, "facts.yaml", 18, "error", "Dữ kiện `VAY-02` viết hai lần"),
        (
            {"facts.yaml": FACTS + fact("NN-01", "chac")},
            *("facts.yaml", 20, "error", "Không có mức chắc chắn `chac`"),
        ),
        ({"facts.yaml": FACTS + fact("NN-01").replace("[Luật 74]", "[]")}, "facts.yaml", 21, "error", "Chưa có nguồn"),
        (
            {"facts.yaml": FACTS + "unused_on_purpose:\n  VAY-03:\n"},
            *("facts.yaml", 19, "error", "Thiếu `unused_on_purpose.VAY-03`"),
        ),
        ({"facts.yaml": "facts: [a]\n"}, "facts.yaml", 1, "error", "`facts` phải gồm các mã dữ kiện"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    tree: Tree, files: dict[str, str | bytes], file: str, line: int, level: str, message: str
) -> None:
    problems = told(tree({"facts.yaml": FACTS, **files}))
    found = [each[:3] for each in problems if each[3].startswith(message)]
    assert (f"content/{file}", line, level) in found, problems


def test_what_is_unused_or_doubtful_on_purpose_is_not_complained_about(tree: Tree) -> None:
    doubtful = fact("VAY-02", "recall-mid", "    hedged_in: [vay.muc-vay, vay.lai-suat, vay.the-chap]\n")
    text = FACTS.replace(fact("VAY-02"), doubtful) + fact("NN-01") + "unused_on_purpose:\n  NN-01: Đã cũ.\n"
    assert told(tree({"facts.yaml": text})) == []


def test_an_unknown_fact_keeps_a_tree_from_going_live(tree: Tree) -> None:
    root = tree({"facts.yaml": FACTS, "vi/vay/muc-vay.md": ENTRY.replace("[VAY-02]", "[VAY-99]")})
    with pytest.raises(ContentErrors, match="VAY-99"):
        load_library(root, on=TODAY)


def test_the_catalogue_belongs_to_the_digest_and_is_watched(tree: Tree) -> None:
    root = tree({"facts.yaml": FACTS})
    before, scan = examine(root, "vi", TODAY).library.digest, scan_tree(root, "vi")
    (root / "facts.yaml").write_text(FACTS.replace("Điều VAY-02.", "Điều khác."), encoding="utf-8")
    assert examine(root, "vi", TODAY).library.digest != before
    assert scan_tree(root, "vi") != scan
