"""What held until 2025 is an error wherever an answer says it, and what holds now is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.check import check_library
from content.files import scan_tree
from content.findings import Findings
from content.old_law import OldLawFile, find_old_values, parse_old_law
from tests.content.conftest import Tree
from tests.content.sample import ENTRY

TODAY = date(2026, 11, 22)
BODY = "Mức cao nhất là {{ vay.tran }}, trong {{ vay.thoi_han }}."
OLD_LAW = "hai-muoi-ngay:\n  pattern: (20|hai mươi) ngày làm việc\n  why: luật cũ\n  now: 15 ngày làm việc\n"


def the_list() -> OldLawFile:
    findings = Findings("old-law.yaml")
    file = parse_old_law((Path(__file__).parents[2] / "content/old-law.yaml").read_text(encoding="utf-8"), findings)
    assert findings.problems == []
    return file


LIST = the_list()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Theo Luật Việc làm 2013, anh/chị được hưởng.", "luat-nen"),
        ("Theo Luật Việc làm 74/2025/QH15, Nghị định 374/2025/NĐ-CP.", ""),
        ("Hợp đồng có thời hạn từ đủ 3 tháng thì phải đóng.", "hop-dong-ba-thang"),
        ("Hợp đồng từ đủ 1 tháng thì phải đóng. Nộp hồ sơ trong 3 tháng.", ""),
        ("Hưởng từ ngày thứ 16 kể từ ngày nộp.", "huong-ngay-16"),
        ("Hưởng từ ngày làm việc thứ 11.", ""),
        ("Có quyết định trong 20 ngày\nlàm việc.", "quyet-dinh-20-ngay"),
        ("Có quyết định trong 15 ngày làm việc. Chậm nhất 120 ngày làm việc.", ""),
        ("Sau 15 ngày kể từ ngày nộp mà chưa tìm được việc.", "cho-15-ngay"),
        ("Sau 10 ngày làm việc mà chưa có việc.", ""),
        ("Đóng đủ 9 tháng trong vòng 24 tháng.", "hoc-nghe-9-trong-24"),
        ("Đóng đủ 9 tháng trong 36 tháng; 12 tháng trong 24 tháng.", ""),
        ("Người học chỉ được hỗ trợ học phí.", "hoc-nghe-chi-hoc-phi"),
        ("Hà Nội có 15 điểm tiếp nhận hồ sơ.", "noi-nop-15-diem"),
        ("Nộp hồ sơ tại số 144 Trần Phú.", "noi-nop-15-diem"),
        ("144 Trần Phú đã thôi nhận hồ sơ.", ""),
        ("Có một sàn chính và 14 vệ tinh.", "he-thong-15-san"),
        ("Hỏi Sở Lao động – Thương binh và Xã hội.", "so-lao-dong"),
        ("Hỏi Phòng LĐTBXH.", "so-lao-dong"),
        ("Xin xác nhận của UBND huyện.", "cap-huyen"),
        ("Xin xác nhận của UBND xã.", ""),
        ("Được vay tín chấp 100 triệu đồng.", "vay-100-trieu"),
        ("Được vay tối đa 200 triệu đồng.", ""),
        ("Tối đa 2 tỷ đồng một dự án.", "vay-du-an-2-ty"),
        ("Lao động nông thôn được tối đa 2 triệu đồng.", "nong-thon-2-trieu"),
        ("Lao động nông thôn được tối đa 4 triệu đồng, đi lại 200.000 đồng.", ""),
        ("Trần là 5 lần mức lương cơ sở.", "tran-theo-luong-co-so"),
        ("Trần là 5 lần lương tối thiểu tháng theo vùng.", ""),
        ("Nộp trong 12 tháng kể từ ngày xuất ngũ.", "xuat-ngu-12-thang"),
        ("Phạt theo Nghị định 12/2022/NĐ-CP.", "xu-phat-nghi-dinh-12"),
    ],
)
def test_the_list_finds_what_is_old_and_spares_what_holds(said: str, found: str) -> None:
    assert [value.id for _, _, value in find_old_values(said, "bhtn.x", LIST)] == ([found] if found else [])


def test_every_value_of_the_list_is_tried_above() -> None:
    (parameters,) = [
        mark.args[1]
        for mark in test_the_list_finds_what_is_old_and_spares_what_holds.pytestmark  # type: ignore[attr-defined]
    ]
    assert {value.id for value in LIST.values} == {found for _, found in parameters} - {""}


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        (BODY, BODY + "\n\nChờ 20 ngày làm việc.", 32, "body"),
        (BODY, "Chờ **Hai mươi ngày làm việc** nhé.", 30, "body"),
        ("Mỗi người được vay", "Chờ hai mươi ngày làm việc, được vay", 20, "short"),
    ],
)
def test_an_old_value_in_an_answer_is_an_error_in_its_line(
    tree: Tree, old: str, new: str, line: int, field: str
) -> None:
    root = tree({"old-law.yaml": OLD_LAW, "vi/vay/muc-vay.md": ENTRY.replace(old, new)})
    (problem,) = [each for each in check_library(root, TODAY) if "theo quy định cũ: luật cũ" in each.message]
    assert (problem.file, problem.line, problem.field, problem.level) == (
        *("content/vi/vay/muc-vay.md", line, field),
        "error",
    )
    assert problem.hint == "Nay là: 15 ngày làm việc"


def test_an_entry_that_tells_of_the_past_is_spared(tree: Tree) -> None:
    text = ENTRY.replace(BODY, BODY + " Trước kia là hai mươi ngày làm việc.")
    spared = OLD_LAW + "  except: [vay.muc-vay]\n"
    assert check_library(tree({"old-law.yaml": spared, "vi/vay/muc-vay.md": text}), TODAY) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (OLD_LAW + "  except: [vay.muc]\n", 5, "Không có mục `vay.muc`"),
        (OLD_LAW.replace("mươi)", "mươi"), 2, "Mẫu viết sai"),
        (OLD_LAW.replace("(20|hai mươi) ngày làm việc", "hai|"), 1, "Mẫu này khớp với mọi câu"),
        (OLD_LAW.replace("ngày làm", "Ngày làm"), 1, "Mẫu chỉ viết bằng chữ thường"),
        (OLD_LAW.replace("  now: 15 ngày làm việc\n", ""), 1, "Thiếu `hai-muoi-ngay.now`"),
        (OLD_LAW.replace("why:", "vi_sao:"), 3, "Không có trường `vi_sao`"),
        (OLD_LAW + OLD_LAW, 5, "Giá trị cũ `hai-muoi-ngay` viết hai lần"),
        ("hai: ba\n", 1, "Giá trị cũ `hai` phải có pattern"),
        ("- a\n", 1, "Phải là các dòng"),
    ],
)
def test_a_mistake_in_the_list_is_told(tree: Tree, text: str, line: int, message: str) -> None:
    problems = check_library(tree({"old-law.yaml": text}), TODAY)
    assert ("content/old-law.yaml", line) in [(each.file, each.line) for each in problems if message in each.message]


def test_the_list_is_watched(tree: Tree) -> None:
    root = tree({"old-law.yaml": OLD_LAW})
    scan = scan_tree(root, "vi")
    (root / "old-law.yaml").write_text(OLD_LAW + "\n", encoding="utf-8")
    assert scan_tree(root, "vi") != scan
