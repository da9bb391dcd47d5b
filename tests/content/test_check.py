"""Every mistake an admin can make is told with its file, its line and a way out."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from content.check import check_library, format_problem
from content.load import load_library
from content.model import ContentErrors, Problem
from content.phrasings import fold_phrasing
from tests.content.conftest import Tree
from tests.content.sample import ENTRY, FIGURES, GROUPS

TODAY = date(2026, 11, 22)
FILE = "vi/vay/muc-vay.md"


def found(root: Path, on: date = TODAY) -> list[tuple[str, int, str, str, str]]:
    return [(each.file, each.line, each.field, each.level, each.message) for each in check_library(root, on)]


def test_the_small_tree_has_no_problem(tree: Tree) -> None:
    assert found(tree()) == []


def changed(old: str, new: str) -> str:
    assert old in ENTRY
    return ENTRY.replace(old, new)


BODY = "Mức cao nhất là {{ vay.tran }}, trong {{ vay.thoi_han }}."  # line 28
SHORT = "Mỗi người được vay {{ vay.ty_le }} nhu cầu."  # line 21, the key on line 20


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        # the file as a whole
        (b"", 1, "", "Tệp trống"),
        (b"\n \n", 1, "", "Tệp trống"),
        (b"---\nmenu: \xff\n---\nabc", 2, "", "không phải UTF-8"),
        (ENTRY.encode("utf-16"), 1, "", "không phải UTF-8"),
        ("title: a\n", 1, "", "Dòng đầu phải là ---"),
        ("---\ntitle: a\n", 1, "", "Thiếu dòng --- thứ hai"),
        ("---\n---\nabc\n", 2, "", "Phải là các dòng"),
        ("---\n- a\n---\nabc\n", 2, "", "Phải là các dòng"),
        (changed("menu:", "menu"), 4, "", "cú pháp YAML"),
        (changed("menu: Được", "menu: Vay: được"), 3, "", "cú pháp YAML"),
        (changed("\nMức cao nhất", "\nMức cao\u200b nhất"), 30, "", "ký tự ẩn U+200B"),
        (changed("\nMức cao nhất", "\nMức cao\x07 nhất"), 30, "", "ký tự ẩn U+0007"),
        (changed("Mức vay", unicodedata.normalize("NFD", "Mức vay")), 2, "", "NFC"),
        ("x" * 1_000_001, 1, "", "quá lớn"),
        (ENTRY[: ENTRY.rindex("---") + 4], 29, "body", "Chưa có câu trả lời"),
        # keys and types
        (changed("title: Mức vay\n", ""), 1, "title", "Thiếu `title`"),
        (changed("title: Mức vay\n", "title:\n"), 2, "title", "Thiếu `title`"),
        (changed("title: Mức vay\n", "title: ''\n"), 2, "title", "để trống"),
        (changed("title: Mức vay\n", "title: [a]\n"), 2, "title", "phải là một câu chữ"),
        (changed("title: Mức vay\n", "title: Mức vay\ntitle: Mức\n"), 3, "title", "viết hai lần"),
        (changed("title:", "titel:"), 2, "titel", "Không có trường `titel`"),
        (changed("---\ntitle", "---\nid: vay.muc\ntitle"), 2, "id", "Không ghi `id`"),
        (changed("facts: [VAY-02]", "facts: VAY-02"), 24, "facts", "phải là danh sách"),
        (changed("facts: [VAY-02]\n", ""), 1, "facts", "Thiếu `facts`"),
        (changed("  - số tiền vay\n", "  - số tiền: vay\n"), 18, "ask", "bị đọc thành"),
        (changed("  - số tiền vay\n", "  - [số, tiền]\n"), 18, "ask", "phải là một câu chữ"),
        (changed("reviewed: 2026-11-22", "reviewed: 22/11/2026"), 25, "reviewed", "không phải ngày đúng"),
        (changed("reviewed: 2026-11-22", "reviewed: 2026-11-31"), 25, "reviewed", "không phải ngày đúng"),
        (changed("review_by: 2027-03-31", "review_by: 2026-03-31"), 26, "review_by", "trước `reviewed`"),
        (changed("menu: Được bao nhiêu tiền?", "menu: Một lần vay bao nhiêu tiền"), 3, "menu", "26 ký tự"),
        (changed("menu: Được bao nhiêu tiền?", "menu: lãi SUẤT"), 3, "menu", "trùng với mục `vay.lai-suat`"),
        (changed("groups: [ho-ngheo]", "groups: [ho-ngeo]"), 27, "groups", "Không có nhóm ưu tiên"),
        (changed("groups: [ho", "action: mneu\ngroups: [ho"), 27, "action", "Không có hành động"),
        # links between entries, sources, phrasings
        (changed("vay.the-chap]", "vay.thechap]"), 28, "next", "Không có mục `vay.thechap`"),
        (changed("vay.the-chap]", "vay.muc-vay]"), 28, "next", "tự dẫn về chính nó"),
        (changed("vay.the-chap]", "vay.lai-suat]"), 28, "next", "viết hai lần"),
        (changed("  - {doc: Luật Việc làm 74/2025/QH15, at: Điều 39.1}", "  []"), 22, "sources", "Chưa có nguồn"),
        (changed("{doc: Luật Việc làm 74/2025/QH15, at: Điều 39.1}", "Luật Việc làm"), 23, "sources", "Nguồn viết sai"),
        (changed("{doc: Luật Việc làm 74/2025/QH15, at", "{dok: Luật, at"), 23, "sources.dok", "Không có trường"),
        (changed("  - số tiền vay\n", "  - CAU HOI một, về lãi suất!\n"), 18, "ask", "trùng với mục `vay.lai-suat`"),
        (changed("  - số tiền vay\n", "  - So tien vay?\n  - số tiền vay\n"), 19, "ask", "trùng với dòng 18"),
        (ENTRY[: ENTRY.index("  - bn tien")] + ENTRY[ENTRY.index("short:") :], 4, "ask", "Chỉ có 6 cách hỏi"),
        (changed("  - số tiền vay\n", ""), 4, "ask", "Mới có 14 cách hỏi"),
        # figures
        (changed("{{ vay.tran }}", "{{ vay.trann }}"), 30, "body", "Không có số `vay.trann`"),
        (changed("{{ vay.ty_le }}", "{{ vay.tyle }}"), 20, "short", "Không có số `vay.tyle`"),
        (changed("{{ vay.noi_hoi }}", "{{ vay.noi_hoi|so }}"), 32, "body", "không dùng bộ lọc"),
        (changed("{{ vay.noi_hoi }}", "{{ ''.__class__ }}"), 32, "body", "chỉ được viết tên"),
        (changed("{{ vay.noi_hoi }}", "{% include 'x' %}"), 32, "body", "Không dùng {%"),
        (changed("{{ vay.tran }}", "26.550.000 đồng"), 30, "body", "Con số “26.550.000”"),
        (changed("{{ vay.tran }}", "26,55 triệu"), 30, "body", "Con số “26,55 triệu”"),
        (changed("{{ vay.tran }}", "2.340.000 đồng"), 30, "body", "Con số “2.340.000”"),
        (changed("{{ vay.ty_le }}", "60%"), 20, "short", "Con số “60%”"),
        (changed("{{ vay.thoi_han }}", "3 tháng"), 30, "body", "Con số “3 tháng”"),
        (changed("{{ vay.noi_hoi }}", "144 Trần Phú, phường Hà Đông"), 32, "body", "Con số “144 Trần Phú"),
        (changed("{{ vay.thoi_han }}", "7 tháng"), 30, "body", "Con số “7 tháng”"),
        # wording
        (changed(SHORT, "Vay vốn. " * 34), 20, "short", "Câu tóm tắt dài 305 ký tự"),
        (changed(BODY, BODY + "\n\n# Điều kiện"), 32, "body", "tiêu đề"),
        (changed(BODY, BODY + "\n===="), 31, "body", "kẻ ngang"),
        (changed(BODY, BODY + "\n\n| a | b |\n|---|---|"), 32, "body", "bảng"),
        (changed(BODY, BODY + "\n![ảnh](https://a.vn/a.png)"), 31, "body", "hình"),
        (changed(BODY, BODY + "\nmột<br>hai"), 31, "body", "HTML"),
        (changed(BODY, BODY + "\nmột&nbsp;hai"), 31, "body", "HTML"),
        (changed(BODY, BODY + "\n- một\n  - hai"), 32, "body", "lồng nhau"),
        (changed(BODY, BODY + "\n* một"), 31, "body", "Gạch đầu dòng"),
        (changed(BODY, BODY + "\n1) một"), 31, "body", "Danh sách đánh số"),
        (changed(BODY, BODY + "\nrất *quan trọng* đấy"), 31, "body", "chữ nghiêng"),
        (changed(BODY, BODY + "\nrất _quan trọng_ đấy"), 31, "body", "chữ nghiêng"),
        (changed(BODY, BODY + "\nrất **quan trọng đấy"), 31, "body", "không có cặp"),
        (changed(BODY, BODY + "\n> lời"), 31, "body", "trích dẫn"),
        (changed(BODY, BODY + "\nchữ `mã`"), 31, "body", "dấu `"),
        (changed(BODY, BODY + "\ntốt lắm \U0001f600"), 31, "body", "cảm xúc"),
        (changed(BODY, BODY + "\n[trang](http://a.vn)"), 31, "body", "Liên kết không hợp lệ"),
        (changed(BODY, BODY + "\n\n" + "dài " * 31), 32, "body", "Câu dài 31 từ"),
        (changed(BODY, BODY + "\n\n" + "Câu ngắn. " * 420), 30, "body", "Telegram nhận tối đa 4096"),
        (changed(BODY, "\n\n".join(["Câu ngắn. " * 120] * 3)), 30, "body", "không vừa 2 tin Zalo"),
        (changed(BODY, "\n".join(["Câu ngắn."] * 320)), 30, "body", "Nên dưới"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_entry(tree: Tree, text: str | bytes, line: int, field: str, message: str) -> None:
    problems = check_library(tree({FILE: text}), TODAY)
    told = [each for each in problems if message in each.message + each.hint]
    assert told, [format_problem(each) for each in problems]
    assert (told[0].file, told[0].line, told[0].field) == (f"content/{FILE}", line, field)
    assert told[0].hint


@pytest.mark.parametrize(
    "text",
    [
        ENTRY.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + ENTRY.encode(),
        changed(BODY, "Gọi từ ngày 3 tháng 7, theo Nghị định 60/2025/NĐ-CP, Điều 3, Mẫu số 60, ngày 01/01/2026."),
        changed(BODY, "Ví dụ: lương 7 triệu đồng, đóng 7 tháng."),
        changed(BODY, "Ví dụ:\n\n- lương 7 triệu đồng\n- đóng 7 tháng"),
        changed(BODY, "- một\n- hai **đậm** và [trang](https://{{ vay.ty_le }}.vn)\n\n1. ba\n2. bốn"),
        changed(BODY, "Số 2 * 3 và a_b_c vẫn là chữ thường."),
    ],
)  # fmt: skip
def test_what_is_allowed_is_not_complained_about(tree: Tree, text: str | bytes) -> None:
    texts = [each for each in check_library(tree({FILE: text}), TODAY) if "Chưa mục nào dùng" not in each.message]
    assert texts == []


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        (GROUPS.replace("vay:", "von:"), 1, "", "Thiếu nhóm `vay`"),
        (GROUPS + GROUPS, 5, "vay", "viết hai lần"),
        (GROUPS.replace("menu: Vay vốn", "menu: Vay vốn giải quyết việc làm"), 3, "vay.menu", "27 ký tự"),
        (GROUPS.replace("vay.lai-suat", "vay.lai"), 4, "vay.first", "Không có mục `vay.lai`"),
        (GROUPS.replace("vay.lai-suat", "vay.muc-vay"), 4, "vay.first", "viết hai lần"),
        (GROUPS.replace("lai-suat]", "lai-suat, a, b, c, d, e, f, g]"), 4, "vay.first", "Có 9 mục"),
        (GROUPS + "nn: {title: Nước ngoài, menu: Vay Vốn, first: []}\n", 5, "nn.menu", "trùng với nhóm `vay`"),
        (GROUPS + "nn: {title: Nước ngoài, menu: Đi, first: []}\n", 5, "nn", "chưa có mục nào"),
        ("vay: Vay vốn\n", 1, "vay", "phải có title"),
        ("", 1, "", "Tệp trống"),
    ],
)
def test_a_mistake_in_the_groups(tree: Tree, text: str, line: int, field: str, message: str) -> None:
    problems = found(tree({"vi/groups.yaml": text}))
    assert ("content/vi/groups.yaml", line, field) in [each[:3] for each in problems if message in each[4]], problems


def test_missing_files_are_named(tree: Tree) -> None:
    root = tree()
    (root / "figures.yaml").unlink()
    (root / "vi/groups.yaml").unlink()
    problems = found(root)
    assert ("content/figures.yaml", 1, "", "error", "Không có tệp này") in problems
    assert ("content/vi/groups.yaml", 1, "", "error", "Không có tệp này") in problems


def test_an_unreadable_file_is_named(tree: Tree) -> None:
    root = tree()
    (root / "figures.yaml").unlink()
    (root / "figures.yaml").mkdir()
    assert ("content/figures.yaml", 1, "", "error", "Không đọc được tệp") in found(root)


def test_an_empty_folder_is_told_and_not_a_crash(tmp_path: Path) -> None:
    expected = {f"{tmp_path.name}/{name}" for name in ("figures.yaml", "places.yaml", "vi/groups.yaml")}
    assert {each[0] for each in found(tmp_path)} == expected


def test_names_and_strays(tree: Tree) -> None:
    root = tree({"vi/vay/Mức vay.md": ENTRY, "vi/ghi-chu.md": "x", "vi/vay/.muc.md.swp": "x", "vi/vay/a.md~": "x"})
    problems = found(root)
    assert ("content/vi/ghi-chu.md", 1, "", "warning", "Tệp này không được đọc") in problems
    assert any(each[0] == "content/vi/vay/Mức vay.md" and "không hợp lệ" in each[4] for each in problems)
    assert not any(".swp" in each[0] or "~" in each[0] for each in problems)


def test_a_broken_entry_still_counts_as_existing(tree: Tree) -> None:
    problems = found(tree({"vi/vay/the-chap.md": "hỏng"}))
    assert [each[0] for each in problems if each[3] == "error"] == ["content/vi/vay/the-chap.md"]


def test_an_unused_figure_is_a_warning(tree: Tree) -> None:
    extra = FIGURES + "  thua:\n    name: Thừa\n    unit: count\n    product: [2, 3]\n"
    assert found(tree({"figures.yaml": extra})) == [
        ("content/figures.yaml", 34, "vay.thua", "warning", "Chưa mục nào dùng số `vay.thua`")
    ]


@pytest.mark.parametrize(
    ("on", "level"),
    [
        (date(2027, 3, 31), None),
        (date(2027, 4, 1), "warning"),
        (date(2027, 6, 29), "warning"),
        (date(2027, 6, 30), "error"),
    ],
)
def test_an_overdue_review_alarms_and_still_loads(tree: Tree, on: date, level: str | None) -> None:
    root = tree()
    levels = {each[3] for each in found(root, on) if each[2] == "review_by" and each[1] == 26}
    assert levels == ({level} if level else set())
    assert load_library(root, on=on).entries


def test_a_figure_that_ends_is_announced_and_then_an_error(tree: Tree) -> None:
    ending = FIGURES.replace("{value: 60, from: 2026-01-01,", "{value: 60, from: 2026-01-01, until: 2026-12-23,")
    root = tree({"figures.yaml": ending})
    assert [each[3:] for each in found(root, date(2026, 11, 23))] == []
    assert [each[3:] for each in found(root, date(2026, 11, 24))] == [("warning", "Số `vay.ty_le` sắp hết hiệu lực")]
    ended = [each for each in found(root, date(2026, 12, 24)) if each[3] == "error"]
    assert [each[1:] for each in ended] == [(14, "vay.ty_le", "error", "Số `vay.ty_le` không có giá trị cho hôm nay")]
    assert load_library(root, on=date(2026, 12, 24)).entries


def test_a_review_in_the_future_is_doubted(tree: Tree) -> None:
    assert ("content/" + FILE, 25, "reviewed", "warning", "Ngày rà soát ở tương lai") in found(
        tree(), date(2026, 11, 21)
    )


def test_all_problems_come_at_once_sorted(tree: Tree) -> None:
    root = tree({FILE: changed("menu: Được", "menu: Vay được bao").replace("ho-ngheo", "x"), "figures.yaml": "a: 1\n"})
    problems = check_library(root, TODAY)
    places = [(each.file, each.line) for each in problems]
    assert places == sorted(places)
    assert {"menu", "groups", "body", "short", "a"} <= {each.field for each in problems}


def test_loading_refuses_errors_and_names_the_first(tree: Tree) -> None:
    with pytest.raises(ContentErrors, match=r"content/vi/vay/muc-vay\.md:1") as caught:
        load_library(tree({FILE: ""}), on=TODAY)
    assert caught.value.problems


def test_a_problem_is_one_line() -> None:
    problem = Problem("content/vi/bhtn/muc-huong.md", 7, "next", "Không có mục `a.b`", "Có phải là `a.c`?")
    assert format_problem(problem) == (
        "content/vi/bhtn/muc-huong.md:7: next: Không có mục `a.b` → gợi ý: Có phải là `a.c`?"
    )
    assert format_problem(Problem("f", 1, "", "Cũ", level="warning")) == "f:1: cảnh báo: Cũ"


def test_phrasings_are_compared_without_case_marks_and_punctuation() -> None:
    assert fold_phrasing("Được  hưởng, BAO NHIÊU?!") == fold_phrasing("duoc huong bao nhieu") == "duoc huong bao nhieu"


@given(data=st.binary(max_size=300))
@example(data=b"---\n? [a]\n: b\n---\nx")
@example(data=b"---\na: &x [*x]\n---\nx")
@example(data=b"---\n---\n---\n")
@example(data=b"---\n%YAML 9.9\n---\nx")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_yield_problems_and_nothing_else(tree: Tree, data: bytes) -> None:
    assert any(each.level == "error" for each in check_library(tree({FILE: data}), TODAY))


_PIECES = ("---\n", "title: ", "ask:\n", "  - a\n", "short: >-\n", "{{ ", " }}", *"[]{}*&!|\t\n\"'")


@given(front=st.lists(st.sampled_from(_PIECES), max_size=30), body=st.lists(st.sampled_from(_PIECES), max_size=10))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_jumble_of_our_own_marks_yields_problems(tree: Tree, front: list[str], body: list[str]) -> None:
    text = f"---\n{''.join(front)}\n---\n{''.join(body)}"
    assert any(each.level == "error" for each in check_library(tree({FILE: text}), TODAY))
