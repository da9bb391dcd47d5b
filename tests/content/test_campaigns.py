"""Series of messages and schedules as admins write them: every mistake is told with its line."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from content.campaigns import APART, LONGEST, MOST_STEPS
from content.check import check_library, format_problem
from content.load import load_library
from content.model import Schedule
from content.schedules import HANOI, find_wrong, list_fires

Tree = Callable[..., Path]
ON = datetime.date(2026, 11, 22)

SERIES = """\
title: Người muốn vay
menu: Người muốn vay
about: Kể từng bước để vay được vốn.
who:
  groups: [ho-ngheo]
  topics: [vay, vay.muc-vay]
  needs: [vay-von]
from: 2026-12-01
steps:
  - id: muc-vay
    day: 1
    hour: 9
    entry: vay.muc-vay
  - id: lai-suat
    day: 5
    hour: 9
    text: Lãi tính trên {{ vay.ty_le }}, ai cũng như nhau.
"""


def problems(tree: Tree, series: str) -> list[str]:
    root = tree({"campaigns/vay-von.yaml": series})
    return [format_problem(one) for one in check_library(root, ON) if "campaigns" in one.file]


def test_a_true_series_is_part_of_the_library(tree: Tree) -> None:
    assert problems(tree, SERIES) == []
    library = load_library(tree({"campaigns/vay-von.yaml": SERIES}), on=ON)
    series = library.campaigns["vay-von"]
    assert [(step.id, step.day, step.hour, step.entry) for step in series.steps] == [
        ("muc-vay", 1, 9, "vay.muc-vay"),
        ("lai-suat", 5, 9, ""),
    ]
    assert (series.groups, series.topics, series.needs) == (("ho-ngheo",), ("vay", "vay.muc-vay"), ("vay-von",))
    assert (series.paused, series.start, series.end) == (False, datetime.date(2026, 12, 1), None)


@pytest.mark.parametrize(
    ("wrong", "right", "line", "told"),
    [
        ("entry: vay.muc-vai", "entry: vay.muc-vay", 13, "Không có mục `vay.muc-vai`"),
        ("- id: muc-vay", "- id: lai-suat", 14, "Mã bước `muc-vay` dùng hai lần"),
        ("- id: Lãi suất", "- id: lai-suat", 14, "viết sai"),
        (f"day: {APART}", "day: 5", 15, f"Ngày {APART} quá sát"),
        ("day: -1", "day: 1", 11, "không hợp lệ"),
        ("hour: 22", "hour: 9", 12, "không hợp lệ: 22"),
        ("topics: [vey]", "topics: [vay, vay.muc-vay]", 6, "Không có nhóm hay mục `vey`"),
        ("groups: [ho-ngeo]", "groups: [ho-ngheo]", 5, "Có phải là `ho-ngheo`?"),
        ("needs: [vay]", "needs: [vay-von]", 7, "Không có `vay`"),
        ("{{ vay.ty_lo }}", "{{ vay.ty_le }}", 17, "Không có số `vay.ty_lo`"),
        ("{{ vay.ty_le|ty }}", "{{ vay.ty_le }}", 17, "vay.ty_le|ty"),
        ("{% set x = 1 %}", "{{ vay.ty_le }}", 17, "Không dùng {% … %}"),
        ("60%", "{{ vay.ty_le }}", 17, "viết thẳng trong câu"),
        ("Nên *xem*", "Lãi tính trên {{ vay.ty_le }}, ai cũng như nhau.", 17, "Không dùng chữ nghiêng"),
        ("Rất dài. " * LONGEST, "Lãi tính trên {{ vay.ty_le }}, ai cũng như nhau.", 17, "Lời nhắn dài"),
        ("menu: Người muốn vay vốn làm ăn ở quê", "menu: Người muốn vay", 2, "Nhãn nút dài"),
        ("until: 2026-11-30\nfrom: 2026-12-01", "from: 2026-12-01", 8, "Ngày kết thúc trước"),
        ("from: mai", "from: 2026-12-01", 8, "không phải ngày đúng"),
        ("paused: có\nfrom: 2026-12-01", "from: 2026-12-01", 8, "phải là true hoặc false"),
        ("tile: x\nfrom: 2026-12-01", "from: 2026-12-01", 8, "Có phải là `title`?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tree: Tree, wrong: str, right: str, line: int, told: str) -> None:
    assert right in SERIES
    series = SERIES.replace(right, wrong, 1)
    found = problems(tree, series)
    assert any(
        problem.startswith(f"content/campaigns/vay-von.yaml:{line}:") and told in problem for problem in found
    ), found


def test_a_step_that_says_nothing_and_a_series_for_nobody_are_told(tree: Tree) -> None:
    told = "\n".join(problems(tree, SERIES.replace("    entry: vay.muc-vay\n", "")))
    assert "vay-von.yaml:10: steps.0: Bước này không nói gì" in told
    head, _, tail = SERIES.partition("who:\n")
    nobody = head + tail[tail.index("from:") :]
    assert "Chưa ghi loạt tin dành cho ai" in "\n".join(problems(tree, nobody))
    many = SERIES + "".join(
        f"  - {{id: b{n}, day: {9 + 4 * n}, hour: 9, entry: vay.muc-vay}}\n" for n in range(MOST_STEPS)
    )
    assert f"Tối đa {MOST_STEPS} bước" in "\n".join(problems(tree, many))


def test_a_file_that_is_no_series_is_told(tree: Tree) -> None:
    assert problems(tree, "- một\n")
    assert problems(tree, "title: [\n")
    root = tree({"campaigns/Vay Vốn.yaml": SERIES})
    assert any("Tên tệp không hợp lệ" in one.message for one in check_library(root, ON))


# Schedules

WEEKLY = """\
ban-tin:
  title: Bản tin
  what: phien
  cron: "0 18 * * sun"
  use_by_hours: 26
  communes: [noi-1]
  groups: [ho-ngheo]
  from: 2026-11-23
"""


def schedule_problems(tree: Tree, text: str) -> str:
    root = tree({"schedules.yaml": text})
    return "\n".join(format_problem(one) for one in check_library(root, ON) if "schedules" in one.file)


def test_a_true_schedule_is_part_of_the_library(tree: Tree) -> None:
    assert schedule_problems(tree, WEEKLY) == ""
    [schedule] = load_library(tree({"schedules.yaml": WEEKLY}), on=ON).schedules
    assert (schedule.slug, schedule.cron, schedule.communes) == ("ban-tin", "0 18 * * sun", ("noi-1",))


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("0 18 * * sun", "0 18 * * 0", "schedules.yaml:4: ban-tin.cron: Thứ trong tuần phải viết bằng chữ"),
        ("0 18 * * sun", "0 18 * sun", "Lịch viết sai"),
        ("0 18 * * sun", "0 18 31 2 *", "không bao giờ tới"),
        ("0 18 * * sun", "0 8,18 * * *", "hơn một lần mỗi ngày"),
        ("0 18 * * sun", "0 22 * * sun", "ngoài khoảng"),
        ("what: phien", "what: phim", "schedules.yaml:3: ban-tin.what: Không có loại tin `phim`"),
        ("use_by_hours: 26", "use_by_hours: 0", "schedules.yaml:5:"),
        ("[noi-1]", "[noi-một]", "schedules.yaml:6: ban-tin.communes: Không có xã, phường"),
        ("[ho-ngheo]", "[ngheo]", "schedules.yaml:7: ban-tin.groups: Không có nhóm `ngheo`"),
        ("ban-tin:", "Bản Tin:", "viết sai"),
        ("  from: 2026-11-23\n", "", "Thiếu"),
    ],
)
def test_a_mistake_in_a_schedule_is_told(tree: Tree, right: str, wrong: str, told: str) -> None:
    assert told in schedule_problems(tree, WEEKLY.replace(right, wrong))


def test_a_list_in_place_of_a_schedule_is_told(tree: Tree) -> None:
    assert "viết sai" in schedule_problems(tree, "ban-tin: [một]\n")


def test_a_schedule_comes_round_in_hanoi(tree: Tree) -> None:
    [weekly] = load_library(tree({"schedules.yaml": WEEKLY}), on=ON).schedules

    def fires(schedule: Schedule, first: int, last: int) -> list[str]:
        after, until = (datetime.datetime(2026, 11, day, 18, tzinfo=HANOI) for day in (first, last))
        return [f"{moment:%d/%m %H:%M}" for moment in list_fires(schedule, after, until)]

    assert fires(weekly, 1, 30) == ["29/11 18:00"]  # the one of the 22nd is before `from`
    assert fires(weekly, 29, 30) == []
    assert find_wrong("30 7 1 * *") == ""
