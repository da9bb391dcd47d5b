"""Broadcasts in officials' words: states, reasons, audiences, progress. Pure."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from bot.clock import HANOI
from bot.console.telling import number
from bot.forms.groups import LABELS as GROUP_LABELS
from bot.forms.needs_survey import WISH_LABELS
from bot.quiet import out_of_quiet, quiet
from content.model import Library
from storage.audiences import REASONS, Audience, Count
from storage.broadcasts import Broadcast

STATUS_NAMES = {
    "draft": "Bản nháp",
    "submitted": "Chờ duyệt",
    "approved": "Đã duyệt",
    "expanding": "Đang lập danh sách",
    "sending": "Đang gửi",
    "paused": "Tạm dừng",
    "done": "Đã xong",
    "cancelled": "Đã hủy",
    "rejected": "Bị trả lại",
}
STATUS_TAGS = {
    **dict.fromkeys(("draft", "submitted", "approved", "expanding", "sending", "paused"), "wait"),
    "done": "good",
    **dict.fromkeys(("cancelled", "rejected"), "bad"),
}
FILTERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "cho-duyet": (("submitted",), "Chờ duyệt"),
    "dang-gui": (("approved", "expanding", "sending", "paused"), "Đang gửi, chờ giờ gửi"),
    "da-xong": (("done", "cancelled"), "Đã xong, đã hủy"),
    "nhap": (("draft", "rejected"), "Bản nháp, bị trả lại"),
}
DELIVERY_NAMES = {
    "queued": "Chờ gửi",
    "sending": "Đang gửi",
    "sent": "Đã gửi",
    "refused": "Kênh từ chối",
    "gone": "Không còn liên lạc được",
    "expired": "Quá hạn gửi",
    "cancelled": "Đã hủy",
}
CHANNEL_NAMES = {"telegram": "Telegram", "zalo": "Zalo", "web": "Trang web"}
LEFT_OUT_NAMES = dict(
    zip(
        REASONS,
        (
            "đã chặn bot hoặc không còn liên lạc được",
            "đã nhắn “dừng”",
            "chưa đồng ý nhận tin",
            "dùng kênh khác",
            "lâu không nhắn tới",
        ),
        strict=True,
    )
)
# What platforms say, word for word in part, and what it means.
_PLATFORM_WORDS = (
    ("blocked", "Người nhận đã chặn bot"),
    ("deactivated", "Tài khoản đã bị xóa"),
    ("chat not found", "Không tìm thấy người nhận"),
    ("too long", "Tin quá dài với kênh này"),
    ("can't parse", "Kênh không đọc được cách trình bày"),
)
_DAYS = {
    "mon": "thứ Hai",
    "tue": "thứ Ba",
    "wed": "thứ Tư",
    "thu": "thứ Năm",
    "fri": "thứ Sáu",
    "sat": "thứ Bảy",
    "sun": "Chủ nhật",
}
DAY_SLUGS = tuple(_DAYS)


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """`rate` is messages a minute just now, `left` the time that remains as people say it; both may be empty."""

    total: int
    settled: int
    parts: tuple[tuple[str, str, int], ...]  # status, its name, how many
    rate: str
    left: str
    note: str

    @property
    def percent(self) -> int:
        return 100 * self.settled // self.total if self.total else 0


def tell_progress(
    found: Broadcast, counts: Mapping[str, int], latest: Sequence[datetime.datetime], now: datetime.datetime
) -> Progress:
    """`latest` are the times of the last few that were sent, in any order."""
    total = sum(counts.values())
    waiting = counts.get("queued", 0) + counts.get("sending", 0)
    parts = tuple((status, name, counts[status]) for status, name in DELIVERY_NAMES.items() if counts.get(status))
    resting = found.status == "sending" and waiting > 0 and not found.urgent and quiet(now)
    per_second = 0.0 if resting else _rate(latest, now)
    note = ""
    if found.status == "expanding":
        note = f"Đang lập danh sách người nhận: đã có {number(found.queued)} người."
    elif resting:
        morning = out_of_quiet(now).astimezone(HANOI)
        note = f"Đang là giờ yên tĩnh. Tin đi tiếp lúc {morning:%H:%M} ngày {morning:%d/%m}."
    return Progress(
        total,
        total - waiting,
        parts,
        f"{number(round(per_second * 60))} tin/phút" if per_second else "",
        _duration(waiting / per_second) if per_second and waiting else "",
        note,
    )


def _rate(latest: Sequence[datetime.datetime], now: datetime.datetime) -> float:
    """Messages a second among the latest, as long as the last of them left within half a minute."""
    if len(latest) < 2 or now - max(latest) > datetime.timedelta(seconds=30):
        return 0.0
    return (len(latest) - 1) / max(0.5, (now - min(latest)).total_seconds())


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "dưới 1 phút"
    return f"khoảng {minutes} phút" if minutes < 90 else f"khoảng {round(minutes / 60)} giờ"


def tell_reason(reason: str) -> str:
    """A platform's words in Vietnamese; what is not known stays as it is."""
    return next((told for words, told in _PLATFORM_WORDS if words in reason.lower()), reason)


def tell_left_out(count: Count) -> list[tuple[str, int]]:
    """Why people who are meant do not get it, and how many."""
    return [(LEFT_OUT_NAMES[reason], count.left_out[reason]) for reason in REASONS if count.left_out.get(reason)]


def tell_audience(audience: Audience, library: Library, session_title: str) -> list[tuple[str, str]]:
    """What narrows it, beside the communes: (name, values) in officials' words; empty for nothing."""
    topics = {group.slug: group.title for group in library.groups}
    told = [
        ("Nhóm ưu tiên", ", ".join(GROUP_LABELS.get(slug, slug) for slug in audience.groups)),
        ("Đã hỏi về", ", ".join(topics.get(slug, slug) for slug in audience.topics)),
        ("Có nhu cầu", ", ".join(WISH_LABELS.get(slug, slug) for slug in audience.needs)),
        ("Đã đăng ký phiên", session_title),
        ("Kênh", ", ".join(CHANNEL_NAMES.get(name, name) for name in audience.channels)),
        ("Nhắn gần đây", f"trong {audience.seen_days} ngày" if audience.seen_days else ""),
    ]
    return [(name, value) for name, value in told if value]


def make_repeat(kind: str, at: datetime.datetime) -> str:
    """The cron of every week or month at the weekday or day and time of `at` (Hanoi); "" for once."""
    if kind == "weekly":
        return f"{at.minute} {at.hour} * * {DAY_SLUGS[at.weekday()]}"
    return f"{at.minute} {at.hour} {at.day} * *" if kind == "monthly" else ""


def kind_of_repeat(repeat: str) -> str:
    """weekly, monthly or ""."""
    fields = repeat.split()
    if len(fields) != 5:
        return ""
    return "monthly" if fields[4] == "*" else "weekly"


def tell_repeat(repeat: str) -> str:
    """ "0 8 * * tue" → "thứ Ba hằng tuần, 08:00"."""
    fields = repeat.split()
    kind = kind_of_repeat(repeat)
    if not kind:
        return ""
    clock = f"{int(fields[1]):02}:{int(fields[0]):02}"
    if kind == "weekly":
        return f"{_DAYS.get(fields[4], fields[4])} hằng tuần, {clock}"
    return f"ngày {fields[2]} hằng tháng, {clock}"
