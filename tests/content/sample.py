"""A small true tree: three entries, one group, a handful of figures. Tests change one thing in it."""

from __future__ import annotations

FIGURES = """\
ltt:
  vung_1:
    name: Lương tối thiểu tháng vùng I
    unit: dong_month
    values:
      - {value: 5310000, from: 2026-01-01, doc: Nghị định 293/2025/NĐ-CP, at: "", fact: LTT-01}
  luong_co_so:
    name: Lương cơ sở
    unit: dong_month
    values:
      - {value: 2340000, from: 2024-07-01, until: 2026-06-30, doc: Nghị định 73/2024/NĐ-CP, at: "", fact: LTT-04}
      - {value: 2530000, from: 2026-07-01, doc: Nghị định 161/2026/NĐ-CP, at: "", fact: LTT-04}
vay:
  ty_le:
    name: Tỷ lệ
    unit: percent
    values:
      - {value: 60, from: 2026-01-01, doc: Luật Việc làm 74/2025/QH15, at: Điều 39.1}
  thoi_han:
    name: Thời hạn
    unit: month
    values:
      - {value: 3, from: 2026-01-01, doc: Luật Việc làm 74/2025/QH15, at: Điều 40}
  tran:
    name: Trần
    unit: dong
    product: [5, ltt.vung_1]
    fact: BHTN-16
  noi_hoi:
    name: Nơi hỏi
    unit: text
    values:
      - {value: "144 Trần Phú, phường Hà Đông", from: 2026-01-01, doc: VnEconomy, at: ""}
"""

GROUPS = """\
vay:
  title: Vay vốn
  menu: Vay vốn
  first: [vay.muc-vay, vay.lai-suat]
"""

PLACES = "".join(
    f"noi-{number}:\n  name: Nơi {number}\n  kind: xã\n  region: I\n"
    f"  whole: [xã Cũ {number}]\n  districts: [huyện Cũ]\n"
    for number in range(126)
)

ENTRY = """\
---
title: Mức vay
menu: Được bao nhiêu tiền?
ask:
  - vay được bao nhiêu tiền
  - muon vay toi da may trieu
  - hộ nghèo thì vay nhiều nhất là bao nhiêu
  - cần vốn nuôi bò vay được mấy chục
  - mức vay cao nhất
  - ngân hàng chính sách cho một người vay bao nhiêu
  - bn tien 1 lan vay
  - cháu muốn mở tiệm tóc thì vay được chừng nào
  - hạn mức vay giải quyết việc làm
  - vay nhiều hơn được không
  - vay 50 triệu có được không
  - nhà tôi muốn vay thêm
  - vay từng này đủ chưa
  - số tiền vay
  - cho vay mấy đồng
short: >-
  Mỗi người được vay {{ vay.ty_le }} nhu cầu.
sources:
  - {doc: Luật Việc làm 74/2025/QH15, at: Điều 39.1}
facts: [VAY-02]
reviewed: 2026-11-22
review_by: 2027-03-31
groups: [ho-ngheo]
next: [vay.lai-suat, vay.the-chap]
---
Mức cao nhất là {{ vay.tran }}, trong {{ vay.thoi_han }}.

**Hỏi ở đâu:** {{ vay.noi_hoi }}. Lương cơ sở là {{ ltt.luong_co_so }}.
"""


def entry_like(name: str, others: tuple[str, str]) -> str:
    """Another true entry: its own label and phrasings, leading on to `others`."""
    head, rest = ENTRY.split("ask:\n")
    words = (
        "một",
        "hai",
        "ba",
        "bốn",
        "năm",
        "sáu",
        "bảy",
        "tám",
        "chín",
        "mười",
        "trăm",
        "nghìn",
        "vạn",
        "triệu",
        "tỷ",
    )
    asks = "".join(f"  - câu hỏi {word} về {name}\n" for word in words)
    first = f"next: [{', '.join(others)}]"
    tail = rest[rest.index("short:") :].replace("next: [vay.lai-suat, vay.the-chap]", first)
    return f"{head.replace('Được bao nhiêu tiền?', name)}ask:\n{asks}{tail}"
