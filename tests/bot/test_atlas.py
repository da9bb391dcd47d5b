"""What people type about places, held against the list the city published: all 126 new names and all 526 old ones."""

from __future__ import annotations

import pytest

from bot.atlas import build_atlas, look_up
from bot.voice import Voice
from content.model import Library
from intents.normalise import fold


@pytest.fixture(scope="module")
def library(voice: Voice) -> Library:
    return voice.library


def keys_of(library: Library, text: str) -> list[str]:
    """The keys of each place found, joined by "|" where it may be several."""
    return ["|".join(sense.key for sense in spot.senses) for spot in look_up(library, text).spots]


def test_all_126_new_names_are_found_as_written_and_without_diacritics(library: Library) -> None:
    missed = []
    for place in library.places:
        for text in (f"{place.kind} {place.name}", fold(f"tôi ở {place.kind} {place.name}"), place.name):
            found = [spot.senses for spot in look_up(library, text).spots]
            if len(found) != 1 or place.slug not in {sense.key for sense in found[0]}:
                missed.append((text, found))
    assert missed == []


def test_all_526_old_units_lead_where_the_list_says(library: Library) -> None:
    went: dict[tuple[str, str, str], set[str]] = {}
    for place in library.places:
        for unit in place.old:
            went.setdefault((unit.kind, unit.name, unit.district), set()).add(place.slug)
    assert len(went) == 526
    wrong = []
    for (kind, name, district), slugs in went.items():
        whose = f" {district}" if district else ""
        for text in (f"{kind} {name}{whose} nay thuộc đâu", f"{kind} {name}{whose} cũ"):
            spots = look_up(library, text).spots
            if [{place.slug for place in spot.places()} for spot in spots] != [slugs]:
                wrong.append((text, spots))
    assert wrong == []


def test_all_old_units_are_among_what_is_found_without_diacritics(library: Library) -> None:
    """Without them two names may look alike ("son dong"): then both stand, and are asked back."""
    wrong = []
    for sense in build_atlas(library).senses.values():
        if sense.what == "old":
            spots = look_up(library, fold(f"{sense.kind} {sense.name} nay thuộc đâu")).spots
            if len(spots) != 1 or sense not in spots[0].senses:
                wrong.append((sense.key, spots))
    assert wrong == []


def test_every_former_district_leads_to_its_places(library: Library) -> None:
    titles = {district for place in library.places for district in place.districts}
    assert len(titles) == 30
    for title in titles:
        [spot] = look_up(library, f"{title} giờ gồm những đâu").spots
        assert {place.slug for place in spot.places()} == {p.slug for p in library.places if title in p.districts}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        # with everything
        ("tôi ở xã Hòa Phú huyện Ứng Hòa thì nay thuộc đâu", ["cu.xa.hoa-phu.ung-hoa"]),
        ("xã Hòa Phú, Chương Mỹ nay thuộc đâu", ["cu.xa.hoa-phu.chuong-my"]),
        ("phường Láng Hạ giờ là phường gì", ["cu.phuong.lang-ha"]),
        ("thị trấn Văn Điển sáp nhập về đâu", ["cu.thi-tran.van-dien"]),
        ("huyện Ứng Hòa giờ còn mấy xã", ["cu.huyen.ung-hoa"]),
        ("huyện Ứng Hòa xã Hòa Phú", ["cu.xa.hoa-phu.ung-hoa"]),
        ("phường Quang Trung quận Hà Đông", ["cu.phuong.quang-trung.ha-dong"]),
        ("Minh Khai, Bắc Từ Liêm", ["cu.phuong.minh-khai.bac-tu-liem"]),
        ("phường Trung Hòa quận Cầu Giấy", ["cu.phuong.trung-hoa"]),
        ("Trung Hòa huyện Chương Mỹ", ["cu.xa.trung-hoa"]),
        ("xã Kim Chung thuộc Đông Anh", ["cu.xa.kim-chung.dong-anh"]),
        ("thị xã Sơn Tây", ["cu.thi-xa.son-tay"]),
        ("xã Đường Lâm thị xã Sơn Tây", ["cu.xa.duong-lam"]),
        # without diacritics, shortened, run together
        ("toi o xa hoa phu huyen ung hoa", ["cu.xa.hoa-phu.ung-hoa"]),
        ("x hoa phu h ung hoa", ["cu.xa.hoa-phu.ung-hoa"]),
        ("X. Hoà Phú, H. Ứng Hoà", ["cu.xa.hoa-phu.ung-hoa"]),
        ("xahoaphu unghoa", ["cu.xa.hoa-phu.ung-hoa"]),
        ("p lang ha q dong da", ["cu.phuong.lang-ha"]),
        ("P.Láng Hạ", ["cu.phuong.lang-ha"]),
        ("phuonglangha", ["cu.phuong.lang-ha"]),
        ("f lang ha", ["cu.phuong.lang-ha"]),
        ("tt van dien", ["cu.thi-tran.van-dien"]),
        ("TT.Chúc Sơn", ["cu.thi-tran.chuc-son"]),
        ("tx son tay", ["cu.thi-xa.son-tay"]),
        ("q hoang mai con khong", ["cu.quan.hoang-mai"]),
        ("quan cau giay cu", ["cu.quan.cau-giay"]),
        ("huyện cũ Ứng Hòa", ["cu.huyen.ung-hoa"]),
        ("o cau dien thi nay la phuong gi", ["cu.phuong.cau-dien"]),
        ("sap nhap xong o linh nam thuoc dau", ["cu.phuong.linh-nam"]),
        ("nhà em ở mai dịch cầu giấy ạ", ["cu.phuong.mai-dich"]),
        ("hoà phú ứng hoà", ["cu.xa.hoa-phu.ung-hoa"]),
        ("van mieu quoc tu giam", ["van-mieu-quoc-tu-giam|cu.phuong.van-mieu-quoc-tu-giam"]),
        ("mydinh 2", ["cu.phuong.my-dinh-2"]),
        ("phường thuỵ phương", ["cu.phuong.thuy-phuong"]),
        ("thij traans phungf", ["cu.thi-tran.phung"]),
        ("xã Hoà Lạc", ["hoa-lac"]),
        ("quê em Thạch Thất", ["thach-that|cu.huyen.thach-that"]),
        # misspelt
        ("xã Hòa Xã", ["hoa-xa"]),
        ("xa hoa sa", ["hoa-xa"]),
        ("phường Náng Hạ", ["cu.phuong.lang-ha"]),
        ("thị trấn Trúc Sơn", ["cu.thi-tran.chuc-son"]),
        ("phường thuy phuog", ["cu.phuong.thuy-phuong"]),
        ("huyen ung hao", ["cu.huyen.ung-hoa"]),
        ("phường Cổ Nhuê 1", ["cu.phuong.co-nhue-1"]),
        ("xã phù đỏng", ["phu-dong"]),
        ("huyện hoài đưc", ["cu.huyen.hoai-duc"]),
        # several places of one name: asked back
        ("phường Minh Khai", ["cu.phuong.minh-khai.hai-ba-trung|cu.phuong.minh-khai.bac-tu-liem"]),
        ("xã Hòa Phú giờ thuộc đâu", ["cu.xa.hoa-phu.ung-hoa|cu.xa.hoa-phu.chuong-my"]),
        ("xã Hòa Phú", ["hoa-phu|cu.xa.hoa-phu.ung-hoa"]),
        ("xã cũ Thái Hòa nay là xã gì", ["cu.xa.thai-hoa.ung-hoa|cu.xa.thai-hoa.ba-vi"]),
        ("Trần Phú", ["tran-phu|cu.phuong.tran-phu"]),
        ("ứng hòa", ["ung-hoa|cu.huyen.ung-hoa"]),
        ("tôi ở Đông Anh", ["dong-anh|cu.thi-tran.dong-anh|cu.huyen.dong-anh"]),
        ("mỹ đình", ["cu.phuong.my-dinh-1|cu.phuong.my-dinh-2"]),
        ("phường Đại Mỗ", ["dai-mo|cu.phuong.dai-mo"]),
        ("son dong", ["son-dong|cu.xa.son-dong.doai-phuong"]),
        # the kind tells which
        ("xã Trần Phú", ["tran-phu"]),
        ("phường Trần Phú", ["cu.phuong.tran-phu"]),
        ("xã Chương Dương", ["chuong-duong"]),
        ("phường Chương Dương", ["cu.phuong.chuong-duong"]),
        ("phường Hồng Hà", ["hong-ha"]),
        ("xã Hồng Hà", ["cu.xa.hong-ha"]),
        ("phường Thanh Xuân", ["thanh-xuan"]),
        ("xã Thanh Xuân", ["cu.xa.thanh-xuan"]),
        ("phường Yên Sở mới", ["yen-so|cu.phuong.yen-so"]),
        ("xã Yên Sở", ["cu.xa.yen-so"]),
        ("xã Ứng Hòa", ["ung-hoa"]),
        # two places in one message
        ("nhà ở Ứng Hòa nhưng làm ở Cầu Giấy", ["ung-hoa|cu.huyen.ung-hoa", "cau-giay|cu.quan.cau-giay"]),
        ("số 144 Trần Phú, phường Hà Đông", ["ha-dong"]),
        # not ours, or not a place
        ("xã Yên Lãng tỉnh Phú Thọ", []),
        ("xã Hòa Phú, Bình Dương", []),
        ("quê Hòa Bình lên Hà Nội làm", []),
        ("công ty ở đường Láng Hạ", []),
        ("khách sạn", []),
        ("điều kiện vay", []),
        ("xã tôi có lớp học nghề không", []),
    ],
)
def test_a_place_is_understood_as_people_type_it(library: Library, text: str, keys: list[str]) -> None:
    assert keys_of(library, text) == keys
