"""The list of communes and wards: the real one adds up, and every mistake in it is told with its line."""

from __future__ import annotations

import collections
import re
from datetime import date
from pathlib import Path

import pytest

from content.check import check_library
from content.files import scan_tree
from content.findings import Findings
from content.load import load_library
from content.model import Contact, OldUnit, Place
from content.places import parse_places
from tests.content.conftest import Tree
from tests.content.sample import PLACES

TODAY = date(2026, 11, 22)
REAL = Path(__file__).parents[2] / "content" / "places.yaml"


@pytest.fixture(scope="module")
def places() -> dict[str, Place]:
    findings = Findings("places.yaml")
    read = parse_places(REAL.read_text(encoding="utf-8"), findings)
    assert findings.problems == []
    return {place.slug: place for place in read.places}


def test_the_city_has_51_wards_and_75_communes(places: dict[str, Place]) -> None:
    assert collections.Counter(place.kind for place in places.values()) == {"phường": 51, "xã": 75}
    assert len({(unit.kind, unit.name, unit.district) for place in places.values() for unit in place.old}) == 526


def test_region_two_is_these_22_communes(places: dict[str, Place]) -> None:
    second = """
        Phượng Dực, Chuyên Mỹ, Đại Xuyên, Vân Đình, Ứng Thiên, Hòa Xá, Ứng Hòa, Mỹ Đức, Hồng Sơn, Phúc Sơn, Hương Sơn,
        Minh Châu, Quảng Oai, Vật Lại, Cổ Đô, Bất Bạt, Suối Hai, Ba Vì, Phúc Thọ, Phúc Lộc, Hát Môn, Đan Phượng"""
    wanted = {name.strip() for name in second.split(",")}
    assert {place.name for place in places.values() if place.region == "II"} == wanted
    assert {place.region for place in places.values() if place.name not in wanted} == {"I"}


def test_a_place_is_read_whole(places: dict[str, Place]) -> None:
    hoa_xa = places["hoa-xa"]
    assert (hoa_xa.name, hoa_xa.kind, hoa_xa.region, hoa_xa.districts) == ("Hòa Xá", "xã", "II", ("huyện Ứng Hòa",))
    assert hoa_xa.old[0] == OldUnit("xã", "Hòa Phú", "Ứng Hòa", "whole")
    assert [unit.name for unit in hoa_xa.old] == ["Hòa Phú", "Thái Hòa", "Bình Lưu Quang", "Phù Lưu"]
    loans = "Phòng giao dịch Ngân hàng Chính sách xã hội Ứng Hòa"
    assert Contact(loans, "cho vay vốn giải quyết việc làm", ("vay",)) in hoa_xa.contacts


def test_all_people_of_dai_kim_went_to_dinh_cong(places: dict[str, Place]) -> None:
    shares = {place.name: unit.share for place in places.values() for unit in place.old if unit.name == "Đại Kim"}
    assert shares == {"Định Công": "people", "Hoàng Liệt": "part", "Khương Đình": "part", "Thanh Liệt": "part"}


def test_only_what_a_source_names_is_a_contact(places: dict[str, Place]) -> None:
    """Nobody has published which exchange serves which commune, nor the offices of the others."""
    assert [place.slug for place in places.values() if place.contacts] == ["hoa-xa"]
    assert not any(place.exchange for place in places.values())
    assert not re.search(r"\d", "".join(contact.office + contact.does for contact in places["hoa-xa"].contacts))


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("noi-5:", "Noi 5:", "Noi 5:", "Tên gọi `Noi 5` không hợp lệ"),
        ("noi-5:\n", "noi-5:\n  mayor: ai\n", "  mayor", "Không có trường `mayor`"),
        ("  name: Nơi 5\n", "", "noi-5:", "Thiếu `name`"),
        ("name: Nơi 5\n  kind: xã", "name: Nơi 5\n  kind: huyện", "  kind: huyện", "Không có `kind` là `huyện`"),
        ("name: Nơi 5\n  kind: xã\n  region: I", "name: Nơi 5\n  kind: xã\n  region: V", "  region: V", "là `V`"),
        ("name: Nơi 5\n", "name: nơi 6\n", "  name: Nơi 6\n", "Tên `Nơi 6` trùng với `noi-5`"),
        ("[xã Cũ 5]", "[Cũ 5]", "  whole: [Cũ 5]", "Không đọc được đơn vị cũ `Cũ 5`"),
        ("[xã Cũ 5]", "[xã Cũ 6]", "  whole: [xã Cũ 6]\n  districts: [huyện Cũ]\nnoi-7", "xã Cũ 6 đã nhập toàn bộ"),
        ("whole: [xã Cũ 5]", "part: [xã Cũ 6]", "  whole: [xã Cũ 6]", "xã Cũ 6 đã nhập toàn bộ"),
        ("whole: [xã Cũ 5]", "part: [xã Cũ 5]", "  part: [xã Cũ 5]", "nhập một phần mà chỉ có ở một nơi"),
        (
            "[xã Cũ 5]\n  districts: [huyện Cũ]",
            "[xã Cũ 5]\n  districts: [Cũ kỹ]",
            "  districts: [Cũ kỹ]",
            "Không đọc được `Cũ kỹ`",
        ),
        (
            "noi-5:\n",
            "noi-5:\n  contacts:\n    - {office: Phòng A, does: mọi việc, groups: [vayy]}\n",
            "    - {office",
            "Không có nhóm `vayy`",
        ),
        ("noi-5:\n", "noi-5:\n  contacts: [Phòng A]\n", "  contacts", "Mỗi nơi liên hệ viết dạng"),
        ("noi-5:\n", "noi-4:\n", "noi-4:\n  name: Nơi 5", "Địa danh `noi-4` viết hai lần"),
    ],
)
def test_a_mistake_is_told_with_its_line(tree: Tree, old: str, new: str, at: str, message: str) -> None:
    assert PLACES.count(old) == 1
    text = PLACES.replace(old, new)
    problems = check_library(tree({"places.yaml": text}), TODAY)
    told = [(problem.file, problem.line) for problem in problems if message in problem.message]
    assert told == [("content/places.yaml", line_of(text, at))], problems


def test_all_people_of_a_unit_go_to_one_place(tree: Tree) -> None:
    text = PLACES.replace("whole: [xã Cũ 5]", "people: [xã Cũ 5]").replace("whole: [xã Cũ 6]", "people: [xã Cũ 5]")
    problems = check_library(tree({"places.yaml": text}), TODAY)
    assert [problem.message for problem in problems] == ["Toàn bộ dân số xã Cũ 5 ghi ở hai nơi"]


def test_a_place_too_few_is_told(tree: Tree) -> None:
    text = PLACES[: PLACES.index("noi-125:")]
    problems = check_library(tree({"places.yaml": text}), TODAY)
    assert [(problem.line, problem.message) for problem in problems] == [(1, "Có 125 xã, phường")]


def test_a_wage_region_needs_its_figure(tree: Tree) -> None:
    text = PLACES.replace("region: I\n", "region: II\n", 1)
    problems = check_library(tree({"places.yaml": text}), TODAY)
    assert [problem.message for problem in problems] == ["Không có số `ltt.vung_2` trong figures.yaml"]


@pytest.mark.parametrize("text", ["[a, b]", "a: &x 1\nb: *x\n", "a:\n\t- b\n", "noi-5: xã\n"])
def test_what_is_not_a_list_of_places_is_told_and_not_a_crash(tree: Tree, text: str) -> None:
    problems = check_library(tree({"places.yaml": text}), TODAY)
    assert {problem.file for problem in problems} == {"content/places.yaml"}


def test_the_list_belongs_to_the_digest_and_is_watched(tree: Tree) -> None:
    root = tree()
    before, scan = load_library(root, on=TODAY).digest, scan_tree(root, "vi")
    (root / "places.yaml").write_text(PLACES.replace("Nơi 5\n", "Nơi Năm\n"), encoding="utf-8")
    assert load_library(root, on=TODAY).digest != before
    assert scan_tree(root, "vi") != scan
