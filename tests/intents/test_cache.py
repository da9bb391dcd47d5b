"""A matcher from the cache decides as one built here; whatever is wrong with the cache, there is a matcher."""

from __future__ import annotations

from pathlib import Path

import pytest

from intents import cache
from intents.build import build_matcher
from intents.cache import fingerprint, is_cached, load_or_build
from intents.match import Example

EXAMPLES = [
    Example("vay.lai-suat", "lãi suất vay vốn việc làm bao nhiêu"),
    Example("vay.lai-suat", "vay một tháng trả lãi mấy phần trăm"),
    Example("bhtn.noi-nop", "nộp hồ sơ bảo hiểm thất nghiệp ở đâu"),
    Example("bhtn.noi-nop", "làm thất nghiệp thì ra chỗ nào"),
]
QUESTIONS = ("lai suat vay", "nop bhtn o dau", "trời mưa", "lãi suât vay vôn")


def test_the_cached_matcher_ranks_as_the_built_one(tmp_path: Path) -> None:
    built = build_matcher(EXAMPLES)
    for found in (load_or_build(EXAMPLES, tmp_path / "new"), load_or_build(EXAMPLES, tmp_path / "new")):
        assert [found.weigh(text) for text in QUESTIONS] == [built.weigh(text) for text in QUESTIONS]


def test_what_is_in_the_cache_is_known_before_it_is_read(tmp_path: Path) -> None:
    assert not is_cached(EXAMPLES, tmp_path)
    load_or_build(EXAMPLES, tmp_path)
    assert is_cached(EXAMPLES, tmp_path)
    assert not is_cached(EXAMPLES[:2], tmp_path)


def test_the_second_start_builds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_build(EXAMPLES, tmp_path)
    monkeypatch.setattr(cache, "_build_in_child", None)
    monkeypatch.setattr(cache, "build_here", None)
    assert load_or_build(EXAMPLES, tmp_path).rank("lai suat vay")


@pytest.mark.parametrize("broken", [b"", b"\x80\x05", b"not a pickle"])
def test_a_file_cut_short_is_made_again(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / f"matcher-{fingerprint(EXAMPLES)}.pickle"
    path.write_bytes(broken)
    assert load_or_build(EXAMPLES, tmp_path).rank("lai suat vay")
    assert path.stat().st_size > 1000


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert load_or_build(EXAMPLES, in_the_way / "cache").rank("lai suat vay")


def test_only_the_last_few_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        load_or_build([*EXAMPLES, Example("vay.lai-suat", f"lãi {number}")], tmp_path)
    assert len(list(tmp_path.glob("matcher-*.pickle"))) == cache.KEPT


def test_another_phrasing_is_another_matcher() -> None:
    assert fingerprint(EXAMPLES) != fingerprint(EXAMPLES[:-1])
    assert fingerprint(EXAMPLES) != fingerprint([*EXAMPLES[:-1], Example("bhtn.ho-so", EXAMPLES[-1].text)])
