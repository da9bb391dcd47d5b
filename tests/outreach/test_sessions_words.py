"""Days and kinds as people name them, names and numbers as they type them, and when a reminder rings."""

from __future__ import annotations

import datetime

import pytest

from bot.forms.registration import check_number, read_name, read_number
from bot.forms.session_reminding import check_lengths, read_lengths
from bot.outreach.session_filters import Wanted, find_wanted, parse_code
from bot.outreach.session_words import label_of, line_of, reminder_times, tell_reminding, tell_when
from storage.sessions import Session

TODAY = datetime.date(2026, 11, 25)  # a Wednesday


def session(starts: str, ends: str, title: str = "Phiên", **changes: str | int) -> Session:
    text = dict.fromkeys(("link", "commune", "exchange", "organiser", "employers", "audience", "asks", "note"), "")
    return Session(
        **{
            **text,
            "id": 1,
            "slug": "a",
            "kind": "online",
            "title": title,
            "starts_at": starts,
            "ends_at": ends,
            "place": "A",
            "openings": 0,
            "capacity": 0,
            "taken": 0,
            "status": "mo",
            "source": "file",
            "source_digest": "",
            "created_at": "",
            "updated_at": "",
            **changes,
        }  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("hôm nay có phiên không", "2026-11-25", "2026-11-25"),
        ("mai", "2026-11-26", "2026-11-26"),
        ("tuan nay", "2026-11-25", "2026-11-29"),
        ("tuần sau có gì", "2026-11-30", "2026-12-06"),
        ("cuối tuần", "2026-11-28", "2026-11-29"),
        ("thứ 7", "2026-11-28", "2026-11-28"),
        ("tháng 12", "2026-12-01", "2026-12-31"),
        ("thang 2", "2027-02-01", "2027-02-28"),
        ("tháng này", "2026-11-25", "2026-11-30"),
        ("tháng sau", "2026-12-01", "2026-12-31"),
        ("cuối tháng", "2026-11-25", "2026-11-30"),
        ("ngày 15/12", "2026-12-15", "2026-12-15"),
        ("ngày 28", "2026-11-28", "2026-11-28"),
    ],
)
def test_days_as_people_name_them(text: str, first: str, last: str) -> None:
    wanted = find_wanted(text, TODAY)
    assert (str(wanted.first), str(wanted.last)) == (first, last)
    assert parse_code(wanted.code) == wanted


@pytest.mark.parametrize(
    ("text", "unread", "past"), [("ngày 45/13", "45/13", False), ("1/11", "", True), ("x", "", False)]
)
def test_a_day_that_is_none_or_over_is_known_as_such(text: str, unread: str, *, past: bool) -> None:
    assert find_wanted(text, TODAY) == Wanted(unread=unread, past=past)


@pytest.mark.parametrize("code", ["", ":", "20261399-20261401:online", "x:y:z", "2026-2027:"])
def test_an_action_that_cannot_be_read_is_everything(code: str) -> None:
    assert parse_code(code).first is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("nguyen van an", "Nguyen Van An"),
        ("tôi tên là Y Moan Ênuôl", "Y Moan Ênuôl"),
        ("Lương Văn Bằng", "Lương Văn Bằng"),
        ("mức hưởng là bao nhiêu", ""),
        ("hồ sơ gồm những thứ", ""),
        ("vay vốn", ""),
        ("Lan", ""),
        ("0912345678", ""),
        ("gặp cán bộ", ""),
        ("Có được không?", ""),
    ],
)
def test_a_name_is_told_from_a_question(text: str, name: str) -> None:
    assert read_name(text, TODAY) == name


@pytest.mark.parametrize(
    ("text", "value", "fine"),
    [
        ("0912 345 678", "0912345678", True),
        ("+84 912345678", "0912345678", True),
        ("024 3869 1401", "02438691401", True),
        ("+82 10-1234-5678", "+821012345678", False),
        ("12345678", "12345678", False),
        ("không nhớ", "", False),
    ],
)
def test_numbers_are_read_and_foreign_ones_explained(text: str, value: str, *, fine: bool) -> None:
    assert read_number(text, TODAY) == value
    assert (check_number(value) == "") == fine


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("trước 3 ngày", "4320"),
        ("3 ngày và 5 tiếng", "4320,300"),
        ("một ngày hai giờ", "1440,120"),
        ("90p", "90"),
        ("trước 1 tuần", "10080"),
        ("mai", ""),
    ],
)
def test_lengths_before_the_start(text: str, value: str) -> None:
    assert read_lengths(text, TODAY) == value
    assert not value or check_lengths(value) == ""


@pytest.mark.parametrize(
    ("start", "minutes", "now", "times"),
    [
        # eight in the morning: two hours before is night, seven is still useful
        ("2026-11-28T01:00", "1440,120", "2026-11-25T01:00", ["2026-11-27T01:00", "2026-11-28T00:00"]),
        # half past seven: seven is too late to get there, so the evening before
        ("2026-11-28T00:30", "120", "2026-11-25T01:00", ["2026-11-27T13:45"]),
        # both would ring in the same evening: once
        ("2026-11-28T00:30", "180,120", "2026-11-25T01:00", ["2026-11-27T13:45"]),
        # registered three hours before
        ("2026-11-28T07:00", "1440,120", "2026-11-28T04:00", ["2026-11-28T05:00"]),
        ("2026-11-28T07:00", "", "2026-11-25T01:00", []),
    ],
)
def test_reminders_ring_by_day_and_in_time(start: str, minutes: str, now: str, times: list[str]) -> None:
    one = session(f"{start}:00.000Z", "2026-11-28T09:00:00.000Z")
    rings = [moment.strftime("%Y-%m-%dT%H:%M") for _, moment in reminder_times(one, minutes, f"{now}:00.000Z")]
    assert rings == times


def test_a_session_in_words() -> None:
    one = session("2026-12-05T01:00:00.000Z", "2026-12-05T04:30:00.000Z", "Phiên *lớn* [a](b)", capacity=5, taken=2)
    assert tell_when(one) == "Thứ Bảy 5/12/2026, 8:00–11:30"
    assert label_of(one) == "T7 5/12 8:00"
    assert line_of(one) == "Thứ Bảy 5/12/2026, 8:00–11:30: Phiên lớn a(b); A (còn 3 chỗ)"
    assert "Không có lời nhắc" in tell_reminding(one, "", "2026-11-25T01:00:00.000Z")
    both = session("2026-12-05T01:00:00.000Z", "2026-12-06T04:30:00.000Z")
    assert tell_when(both) == "8:00 Thứ Bảy 5/12/2026 – 11:30 Chủ nhật 6/12/2026"
