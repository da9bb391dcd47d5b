"""A small library of phrasings that stands still, so that these tests do not move when the content is edited."""

from __future__ import annotations

import pytest

from intents.build import build_matcher
from intents.match import Example, Matcher
from intents.phrasebook import load_outside

PHRASINGS = {
    "bhtn.muc-huong": [
        "trợ cấp thất nghiệp mỗi tháng được bao nhiêu tiền",
        "mức hưởng bảo hiểm thất nghiệp tính thế nào",
        "tiền thất nghiệp bằng mấy phần trăm lương",
        "thất nghiệp được lĩnh nhiều nhất bao nhiêu",
    ],
    "bhtn.ho-so": [
        "hồ sơ hưởng trợ cấp thất nghiệp gồm giấy tờ gì",
        "làm bảo hiểm thất nghiệp cần mang những gì",
        "thủ tục xin trợ cấp thất nghiệp",
        "giấy tờ làm thất nghiệp",
    ],
    "bhtn.noi-nop": [
        "nộp hồ sơ thất nghiệp ở đâu",
        "đến chỗ nào để làm trợ cấp thất nghiệp",
        "địa chỉ nhận hồ sơ bảo hiểm thất nghiệp",
    ],
    "bhtn.la-gi": ["bảo hiểm thất nghiệp là gì", "bhtn gồm những chế độ nào"],
    "vay.lai-suat": [
        "lãi suất vay vốn giải quyết việc làm là bao nhiêu",
        "vay một năm lãi mấy phần trăm",
        "tiền lãi vay ngân hàng chính sách",
    ],
    "vay.ho-so": [
        "hồ sơ vay vốn gồm giấy tờ gì",
        "giấy tờ vay vốn giải quyết việc làm",
        "muốn vay thì làm đơn thế nào",
    ],
    "vay.noi-vay": ["vay vốn ở đâu", "đến chỗ nào để vay vốn việc làm", "nộp hồ sơ vay ở đâu"],
    "dtn.nong-thon": [
        "lao động nông thôn học nghề được hỗ trợ không",
        "lớp dạy nghề cho bà con nông dân",
        "nhà làm ruộng muốn học nghề miễn phí",
    ],
    "gdvl.dang-ky": ["đăng ký tham gia phiên giao dịch việc làm", "ghi tên đi phiên việc làm"],
    "chung.chao": ["xin chào", "chào bạn", "alo"],
}


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    asked = [Example(id_, text) for id_, texts in PHRASINGS.items() for text in texts]
    return build_matcher([*asked, *load_outside()])
