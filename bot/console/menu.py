"""The console's menu: one line per page that stands in it, in the order shown.

A line is shown to whoever may open the page; its demands repeat those of the route, and a test holds the two together.
"""

from __future__ import annotations

import dataclasses

from bot.console.access import Role


@dataclasses.dataclass(frozen=True, slots=True)
class MenuItem:
    """`label` is what stands in the menu, at most two or three words."""

    path: str
    label: str
    least: Role = "viewer"
    whole_city: bool = False


MENU = (
    MenuItem("/console", "Tổng quan"),
    MenuItem("/console/questions", "Câu hỏi"),
    MenuItem("/console/wordings", "Chưa trả lời tốt"),
    MenuItem("/console/broadcasts", "Gửi tin"),
    MenuItem("/console/sessions", "Phiên giao dịch"),
    MenuItem("/console/people", "Người dân"),
    MenuItem("/console/needs", "Nhu cầu"),
    MenuItem("/console/reports", "Báo cáo"),
    MenuItem("/console/content", "Nội dung", "admin", whole_city=True),
    MenuItem("/console/settings", "Thiết lập", "admin", whole_city=True),
    MenuItem("/console/officials", "Cán bộ", "admin", whole_city=True),
    MenuItem("/console/audit", "Nhật ký", "admin", whole_city=True),
)
