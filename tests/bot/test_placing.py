"""What is said about places: asked back where a name is shared, listed where a unit was cut up, silent otherwise."""

from __future__ import annotations

import datetime

import pytest

from bot.atlas import build_atlas, look_up
from bot.placing import (
    PLACE,
    PLACES_ENTRY,
    WAGE_ENTRY,
    Placed,
    answer_about,
    answer_key,
    answer_place,
    find_home,
    local_line,
    wage_region,
)
from bot.voice import Voice
from content.model import Library
from intents.normalise import fold

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def library(voice: Voice) -> Library:
    return voice.library


def answer(library: Library, text: str, entry: str = PLACES_ENTRY, topic: str = "") -> Placed:
    placed = answer_about(library, text, entry, topic, TODAY, sure=True)
    assert placed, text
    return placed


def test_a_unit_merged_whole_is_answered_with_its_district_and_offices(library: Library) -> None:
    placed = answer(library, "xã Hòa Phú huyện Ứng Hòa nay thuộc đâu")
    assert (placed.asks, placed.commune) == (False, "hoa-xa")
    assert placed.reply.text.startswith("**Xã Hòa Phú cũ** (huyện Ứng Hòa cũ) nay thuộc **xã Hòa Xá**")
    assert "Phòng Văn hóa – Xã hội xã Hòa Xá" in placed.reply.text
    assert "Thống kê" not in placed.reply.text  # nothing a worker is sent there for


def test_a_unit_cut_up_is_listed_and_leaves_the_home_open(library: Library) -> None:
    placed = answer(library, "phường Láng Hạ giờ là phường gì")
    assert (placed.asks, placed.commune) == (False, "")
    assert "đã chia về 3 nơi: phường Giảng Võ, Đống Đa, Láng" in placed.reply.text
    assert [choice.action for choice in placed.reply.choices] == ["p:giang-vo", "p:dong-da", "p:lang"]


def test_in_a_commune_cut_up_the_hamlet_decides(library: Library) -> None:
    assert "tra theo thôn" in answer(library, "xã Hồng Hà nay thuộc đâu").reply.text


def test_a_shared_name_is_asked_back(library: Library) -> None:
    placed = answer(library, "phường Minh Khai nay là phường nào")
    assert placed.asks
    assert [(choice.label, choice.action) for choice in placed.reply.choices] == [
        ("Minh Khai (Hai Bà Trưng)", "p:cu.phuong.minh-khai.hai-ba-trung"),
        ("Minh Khai (Bắc Từ Liêm)", "p:cu.phuong.minh-khai.bac-tu-liem"),
    ]


def test_every_place_can_be_tapped_within_the_limits_of_buttons_and_messages(library: Library) -> None:
    for sense in build_atlas(library).senses.values():
        placed = answer_key(library, sense.key, TODAY)
        assert placed, sense.key
        assert not placed.asks
        assert sense.name in placed.reply.text
        assert len((PLACE + sense.key).encode()) <= 64
        assert len(placed.reply.text) < 1500, sense.key  # the source line still goes under it, within Zalo's 2,000
        assert all(len(choice.label) <= 24 for choice in placed.reply.choices)


def test_the_choices_of_a_question_back_can_be_told_apart(library: Library) -> None:
    for sense in build_atlas(library).senses.values():
        for text in (sense.name, fold(sense.name), f"{sense.kind} {sense.name}", f"{sense.name} giờ là đâu"):
            lookup = look_up(library, text, expected=True)
            labels = [choice.label for choice in answer_place(lookup, library).choices] if lookup.spots else []
            assert all(len(label) <= 24 for label in labels), (text, labels)
            assert len(labels) == len(set(labels)), (text, labels)


def test_a_place_that_is_no_more_has_no_answer(library: Library) -> None:
    assert answer_key(library, "xa-khong-co", TODAY) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("công ty ở xã Vân Đình thì vùng mấy", "xã Vân Đình: vùng II**, lương tối thiểu 4.730.000 đồng/tháng"),
        ("lương tối thiểu ở Cầu Giấy", "Cầu Giấy: vùng I**, lương tối thiểu 5.310.000 đồng/tháng"),
        ("luong toi thieu o phuong lang ha", "phường Láng Hạ: vùng I**"),
        ("xưởng ở Đan Phượng", "Vùng II, 4.730.000 đồng/tháng: xã Đan Phượng."),
        ("xưởng ở Đan Phượng", "Vùng I, 5.310.000 đồng/tháng: xã Ô Diên, Liên Minh"),
        ("lương ở huyện Ứng Hòa cũ", "huyện Ứng Hòa: vùng II**"),
        ("lương ở xã Hòa Phú", "Vùng II, 4.730.000 đồng/tháng: xã Hòa Xá."),  # and the other Hòa Phú is region I
    ],
)
def test_the_wage_follows_the_place_of_the_employer(library: Library, text: str, said: str) -> None:
    placed = answer(library, text, WAGE_ENTRY)
    assert said in placed.reply.text
    assert "theo nơi công ty, cơ sở đang hoạt động, không theo nơi ở" in placed.reply.text
    assert (placed.asks, placed.commune) == (False, "")


def test_every_place_has_a_wage(library: Library) -> None:
    assert {wage_region(place) for place in library.places} == {"ltt.vung_1", "ltt.vung_2"}
    assert all(wage_region(place) in library.figures for place in library.places)


def test_a_message_that_is_only_a_place_continues_the_wage(library: Library) -> None:
    assert answer(library, "vân đình", "", WAGE_ENTRY).entry == WAGE_ENTRY
    assert answer(library, "xã Vân Đình", "", "vay.lai-suat").entry == PLACES_ENTRY


def test_a_place_in_another_question_does_not_take_it_over(library: Library) -> None:
    text = "tôi ở xã Hòa Xá muốn vay vốn"
    assert answer_about(library, text, "vay.noi-vay", "", TODAY, sure=True) is None
    assert answer_about(library, text, "vay.noi-vay", "", TODAY, sure=False) is None


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("Tôi ở xã Hòa Xá, muốn vay vốn", "hoa-xa"),
        ("em ở xã hòa phú huyện ứng hòa", "hoa-xa"),
        ("nha o phuong dai kim", "dinh-cong"),
        ("quê em xã Cổ Loa", "dong-anh"),
        ("tôi ở Ứng Hòa", ""),  # the commune or the former district
        ("tôi ở phường Láng Hạ", ""),  # three places
        ("công ty ở phường Hà Đông", ""),
        ("em làm ở xã Hòa Xá", ""),
        ("nhà ở xã Hòa Xá, làm ở phường Cầu Giấy", "hoa-xa"),
        ("nhà ở xã Hòa Xá, trọ ở phường Cầu Giấy", ""),
        ("vay vốn ở đâu", ""),
    ],
)
def test_where_a_person_lives_is_kept_only_when_sure(library: Library, text: str, home: str) -> None:
    assert find_home(library, text) == home


@pytest.mark.parametrize(
    ("group", "office"),
    [
        ("vay", "Phòng giao dịch Ngân hàng Chính sách xã hội Ứng Hòa"),
        ("bhtn", "Bảo hiểm xã hội cơ sở Mỹ Đức"),
        ("as", "Bảo hiểm xã hội cơ sở Mỹ Đức"),
        ("dtn", "Phòng Văn hóa – Xã hội xã Hòa Xá"),
        ("nn", "Phòng Văn hóa – Xã hội xã Hòa Xá"),
    ],
)
def test_the_office_at_home_fits_the_question(library: Library, group: str, office: str) -> None:
    assert local_line(library, "hoa-xa", group).startswith(f"Ở xã Hòa Xá của anh/chị: **{office}** (")


def test_no_office_is_named_where_none_is_known(library: Library) -> None:
    assert local_line(library, "van-dinh", "vay") == ""
    assert local_line(library, "", "vay") == ""


# Said every day, and not one names a place. Many hold the letters of a name: Cửa Nam, Yên Hòa, Láng, Điện Biên …
ORDINARY = """
tôi bị mất việc thì làm gì trước
bảo hiểm thất nghiệp được bao nhiêu tiền một tháng
công ty nợ lương ba tháng rồi
chủ không đóng bảo hiểm cho tôi
cần giấy tờ gì để làm thất nghiệp
nộp hồ sơ ở đâu
mấy ngày thì có tiền
tôi đóng được năm năm
đóng đủ mười hai tháng chưa
nghỉ ngang có được hưởng không
bị đuổi việc có được tiền không
sổ bảo hiểm chưa chốt
quên đi khai báo một tháng
con tôi muốn học nghề sửa xe
học nấu ăn có mất tiền không
học lái xe nâng được hỗ trợ mấy triệu
lớp may công nghiệp mở khi nào
học xong có việc ngay không
nhà tôi là hộ cận nghèo
tôi bị khuyết tật chân
tôi năm nay năm mươi hai tuổi
bộ đội xuất ngũ được học nghề gì
vay vốn mở quán phở
vay năm mươi triệu nuôi bò
lãi suất một năm bao nhiêu phần trăm
không có sổ đỏ vay được không
vay bao lâu phải trả
trả lãi hàng tháng thế nào
ngân hàng chính sách có cho vay không
muốn đi nước ngoài làm việc
đi Hàn Quốc mất bao nhiêu tiền
đi Nhật có cần học tiếng không
công ty môi giới đòi đặt cọc
bị lừa tiền thì báo ai
phiên giao dịch việc làm ngày nào
đi phiên việc làm mang theo gì
có phiên qua mạng không
tìm việc làm gần nhà
tìm việc cho người lớn tuổi
lương tối thiểu bây giờ là bao nhiêu
chủ trả thấp hơn lương tối thiểu
tăng ca tính lương thế nào
bảo hiểm xã hội tự nguyện đóng bao nhiêu
tra cứu quá trình đóng ở đâu
gọi tổng đài số mấy
gặp cán bộ giúp tôi
cảm ơn nhé
xin chào
bạn là ai
dừng nhận tin
xã tôi có lớp học nghề không
phường có hỗ trợ gì không
ủy ban xã làm việc mấy giờ
hội phụ nữ xã cho vay vốn
bảo hiểm xã hội một lần
nhà nước có chính sách xã hội gì mới
xã hội hóa đào tạo nghề
nhà xa quá không đi được
xa nhà thì có được tiền xe không
đường xa hơn mười lăm cây số
cơ quan nào giải quyết
quan trọng nhất là giấy gì
quan hệ với chủ không tốt
huyện cũ bỏ rồi thì hỏi ai
quận bỏ rồi nộp ở đâu
phương án vay vốn viết thế nào
phương tiện đi lại có được hỗ trợ
tôi ở cửa hàng bán quần áo
cửa nam riêng cửa nữ riêng
gia đình yên hòa vui vẻ
cuộc sống bình yên là được
sáng bình minh đã đi làm
muốn tự lập làm ăn
tự nhiên bị cắt hợp đồng
thuộc hợp đồng một năm
ở hợp đồng ghi ba triệu
chúng tôi là liên minh hợp tác xã
quỹ phúc lợi công ty có chi không
việc này liên quan đến ai
về việc liên quan bảo hiểm
mọi người đồng tâm giúp nhau
chúc thành công nhé
về thành công thì chưa dám nói
quê ở làng trên
nhà ở làng dưới
buổi sáng hay buổi chiều
ở buổi tư vấn hôm trước
cần kiệm lắm mới đủ ăn
cổ đông công ty bỏ trốn
vạn nhất không có việc thì sao
quê tôi ở Hòa Bình
tôi quê Điện Biên lên đây làm
em ở Vĩnh Phúc có được không
người Thanh Hóa ra Hà Nội làm
điều kiện vay vốn là gì
điều kiện hưởng thế nào
diễn biến vụ việc ra sao
thôn tôi xa trung tâm
khách sạn tuyển người không
tiền được bao nhiêu
về tiền được lĩnh thì sao
ở năm đóng đầu tiên
tạm đóng rồi bảo lưu được không
về đình công có bị phạt không
chưa có bị cắt
tôi đang làm rồi nghỉ
vẫn nói là chưa có
dùng người nhà đi thay
bao giờ thì xong
mai tôi đến có được không
hôm qua tôi đã nộp rồi
ai được miễn phí
có phải trả tiền cò không
"""


def test_two_hundred_ordinary_sentences_name_no_place(library: Library) -> None:
    sentences = ORDINARY.strip().split("\n")
    typed = {text for sentence in sentences for text in (sentence, fold(sentence))}
    assert len(typed) >= 200
    assert {text: spots for text in typed if (spots := look_up(library, text).spots)} == {}
