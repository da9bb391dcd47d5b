"""content/sessions: what people write is understood, and every mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.findings import Findings
from content.load import load_library
from content.model import Place, PlannedSession
from content.sessions import ASKS, KINDS, STATUSES, check_sessions, find_slug, parse_sessions

EXAMPLE = Path(__file__).parents[2] / "content" / "sessions" / "mau.yaml.example"
PLACES = (Place("ha-dong", "Hà Đông", "phường", "I", (), (), "Hà Đông", ()),)
GOOD = """\
phien-1:
  title: Phiên sáng
  kind: Hằng ngày
  starts: 2026-12-05 08:00
  ends: 2026-12-05 11:30
  place: 144 Trần Phú
  commune: phường hà đông
"""


def read(text: str) -> tuple[tuple[PlannedSession, ...], list[tuple[int, str]]]:
    findings = Findings("content/sessions/a.yaml")
    file = parse_sessions(text, findings)
    sessions = check_sessions({findings.file: (file, findings)}, PLACES)
    return sessions, [(problem.line, problem.message) for problem in findings.problems]


def test_a_session_is_read_in_hanoi_time() -> None:
    [session], problems = read(GOOD)
    assert problems == []
    assert (session.kind, session.commune, session.status, session.asks) == ("hang-ngay", "ha-dong", "mo", "")
    assert (session.starts_at, session.ends_at) == ("2026-12-05T01:00:00.000Z", "2026-12-05T04:30:00.000Z")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("Hằng ngày", "hằng năm", 3, "Không hiểu “hằng năm”"),
        ("2026-12-05 08:00", "5/12/2026 8h", 4, "Không phải ngày giờ đúng"),
        ("2026-12-05 08:00", "2026-02-30 08:00", 4, "Không phải ngày giờ đúng"),
        ("2026-12-05 11:30", "2026-12-05 07:30", 5, "không sau giờ bắt đầu"),
        ("2026-12-05 11:30", "2027-12-05 11:30", 5, "Kéo dài hơn"),
        ("  place: 144 Trần Phú\n", "", 1, "Chưa ghi địa điểm"),
        ("place: 144 Trần Phú", "link: http://a.vn", 6, "https://"),
        ("phường hà đông", "Huế", 7, "Không có xã, phường “Huế”"),
        ("  title: Phiên sáng\n", "", 1, "Thiếu `phien-1.title`"),
        ("title:", "tilte:", 2, "Không có trường `tilte`"),
        ("phien-1:", "Phiên 1:", 1, "Mã phiên chỉ gồm"),
        ("commune: phường hà đông", "capacity: nhiều", 7, "không phải số đếm"),
        ("commune: phường hà đông", "audience: [nguoi-gia]", 7, "Không có nhóm"),
        ("commune: phường hà đông", "status: chắc vậy", 7, "Không hiểu “chắc vậy”"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_session_left_out(old: str, new: str, line: int, words: str) -> None:
    sessions, problems = read(GOOD.replace(old, new))
    assert sessions == ()
    assert any(at == line and words in message for at, message in problems), problems


def test_a_code_in_two_files_is_a_mistake_in_the_second() -> None:
    first, second = Findings("content/sessions/a.yaml"), Findings("content/sessions/b.yaml")
    files = {findings.file: (parse_sessions(GOOD, findings), findings) for findings in (first, second)}
    assert len(check_sessions(files, PLACES)) == 1
    assert first.problems == []
    assert "đã có trong content/sessions/a.yaml" in second.problems[0].message


def test_every_word_stands_for_one_slug() -> None:
    for words in (KINDS, STATUSES, ASKS):
        for slug, names in words.items():
            assert {find_slug(words, name.upper()) for name in names} == {slug}


def test_the_example_is_right_and_is_not_read() -> None:
    findings = Findings("mau")
    assert len(parse_sessions(EXAMPLE.read_text(encoding="utf-8"), findings).sessions) == 1
    assert findings.problems == []
    assert "ha-dong-2026-12-05" not in {one.slug for one in load_library(EXAMPLE.parents[1]).sessions}
