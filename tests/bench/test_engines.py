"""The peers rank as they should on three phrasings; what is read back, binned and grown keeps its shape."""

from __future__ import annotations

import pytest

from intents.decide import Decision
from intents.evaluate import Case
from intents.match import Candidate, Example
from tests.bench.bench_peers import read_ranked
from tests.bench.bench_reliability import sort_into_bins
from tests.bench.peers import PEERS, plain
from tests.bench.phrasings import at_most, grow

PHRASINGS = [
    ("bhtn.noi-nop", "Nộp hồ sơ thất nghiệp ở đâu?"),
    ("bhtn.noi-nop", "đến chỗ nào làm thất nghiệp"),
    ("vay.lai-suat", "lãi suất vay vốn"),
    ("dtn.mien-phi", "học nghề có mất tiền không"),
]


@pytest.mark.parametrize("name", [name for name in PEERS if not name.startswith("ChatterBot")])
def test_a_peer_finds_a_stored_phrasing_and_names_each_entry_once(name: str) -> None:
    rank = PEERS[name]([plain(text) for _, text in PHRASINGS], [id_ for id_, _ in PHRASINGS])
    found = rank(plain("LÃI SUẤT vay vốn"))
    assert found[0][0] == "vay.lai-suat"
    assert len({id_ for id_, _ in found}) == len(found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert isinstance(rank(""), list)


def test_a_message_likest_to_something_out_of_scope_is_remembered_as_such() -> None:
    assert read_ranked([["-xa", 0.9], ["a.b", 0.5]]).outside
    assert [candidate.id for candidate in read_ranked([["a.b", 0.5], ["-xa", 0.4]]).candidates] == ["a.b"]
    assert not read_ranked([]).outside


def test_bins_count_every_message_and_only_real_answers() -> None:
    case = Case("", ("a.b",), "sach")

    def said(kind: str, best: str, confidence: float) -> Decision:
        return Decision(kind, "", (Candidate(best, 0.9),), (), f"rõ (tin cậy {confidence:.2f}, hơn 0.10)")  # type: ignore[arg-type]

    bins = sort_into_bins(
        [
            (case, said("answer", "a.b", 0.95)),
            (case, said("answer", "c.d", 1.0)),
            (case, said("clarify", "a.b", 0.3)),
            (Case("", (), "xa"), Decision("fallback", "", (), (), "không có từ nào quen")),
        ]
    )
    assert [each["messages"] for each in bins] == [1, 0, 0, 1, 0, 0, 0, 0, 0, 2]
    assert (bins[9]["right"], bins[9]["answered"], bins[9]["answered_right"]) == (0.5, 2, 0.5)
    assert (bins[3]["right"], bins[3]["answered"], bins[3]["answered_right"]) == (1.0, 0, None)
    assert bins[0]["right"] == 0.0


def test_growth_keeps_the_real_phrasings_and_is_the_same_every_time() -> None:
    real = [Example(id_, text) for id_, text in PHRASINGS]
    grown = grow(real, 50)
    assert grown[: len(real)] == real
    assert len(grown) == 50
    assert grown == grow(real, 50)
    assert len(grow(real, 2)) == 2


def test_at_most_so_many_phrasings_an_entry_are_kept() -> None:
    real = [Example(id_, text) for id_, text in PHRASINGS]
    assert sorted(example.id for example in at_most(real, 1)) == ["bhtn.noi-nop", "dtn.mien-phi", "vay.lai-suat"]
    assert len(at_most(real, 5)) == 4
