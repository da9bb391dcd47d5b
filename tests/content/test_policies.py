"""policies.yaml: what is read, and what an admin is told when it cannot be."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from content.check import check_library
from content.findings import Findings
from content.load import load_library
from content.policies import parse_policies

TODAY = datetime.date(2026, 11, 22)
POLICIES = """\
vay-lai-thap:
  name: Vay lãi thấp
  menu: Ai được lãi thấp?
  row: B.1
  wish: vay
  entry: vay.lai-suat
  who:
    - {group: [ho-ngheo, khuyet-tat], residence: [xa]}
    - {age: [tu-60]}
  why: tỷ lệ là {{ vay.ty_le }}.
  facts: [VAY-10]
"""


def test_a_policy_is_read(tree: Callable[..., Path]) -> None:
    library = load_library(tree({"policies.yaml": POLICIES}), on=TODAY)
    (policy,) = library.policies
    assert (policy.id, policy.entry, policy.row, policy.wish) == ("vay-lai-thap", "vay.lai-suat", "B.1", "vay")
    assert policy.who == ({"group": ("ho-ngheo", "khuyet-tat"), "residence": ("xa",)}, {"age": ("tu-60",)})


def test_a_tree_without_policies_is_whole(tree: Callable[..., Path]) -> None:
    assert load_library(tree(), on=TODAY).policies == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("vay.lai-suat", "vay.lai-xuat", 6, "Không có mục `vay.lai-xuat`"),
        ("ho-ngheo,", "ho-ngeo,", 8, "Không có câu trả lời `ho-ngeo`"),
        ("{age: [tu-60]}", "{age: []}", 9, "Không ai chọn được điều kiện trống"),
        ("{age:", "{tuoi:", 9, "Không có trường `tuoi`"),
        ("wish: vay", "wish: vai", 5, "Không có mong muốn `vai`"),
        ("vay.ty_le", "vay.ti_le", 10, "Không có số `vay.ti_le` trong figures.yaml"),
        ("{{ vay.ty_le }}", "{{ vay.ty_le", 10, "Viết sai {{ … }}"),
        ("VAY-10", "vay 10", 11, "Mã dữ kiện `vay 10` viết sai"),
        ("Ai được lãi thấp?", "Những ai thì được lãi suất thấp?", 3, "Nhãn nút dài 32 ký tự"),
        ("  name: Vay lãi thấp\n", "", 1, "Thiếu `vay-lai-thap.name`"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tree: Callable[..., Path], old: str, new: str, line: int, message: str
) -> None:
    assert old in POLICIES
    problems = check_library(tree({"policies.yaml": POLICIES.replace(old, new, 1)}), TODAY)
    found = [(each.line, each.message) for each in problems if each.file == "content/policies.yaml"]
    assert (line, message) in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "Phải là các dòng dạng `tên: giá trị`"),
        ("a: b\n", "Chính sách `a` viết sai"),
        (POLICIES + POLICIES, "Chính sách `vay-lai-thap` viết hai lần"),
        (POLICIES.replace("    - {age: [tu-60]}", "    - tu-60"), "Điều kiện viết sai"),
        ("a:\n  name: A\n  who: []\n", "Không ai được chính sách này"),
    ],
)
def test_a_file_that_is_something_else(text: str, message: str) -> None:
    findings = Findings("policies.yaml")
    parse_policies(text, findings)
    assert message in [problem.message for problem in findings.problems]
