"""A judged year as an operator reads it, in Vietnamese. Pure."""

from __future__ import annotations

from collections import Counter

from bot.simulating.oracle import Verdict
from bot.simulating.script import Script
from bot.simulating.year import Lived

SHOWN = 5  # examples of each fault
KINDS = {
    "session_before": "nhắc trước phiên",
    "session_after": "hỏi sau phiên",
    "session_moved": "báo phiên dời, hoãn",
    "session_cancelled": "báo phiên hủy",
    "session_seat": "báo có chỗ trống",
    "han-nop-bhtn": "nhắc hạn nộp hồ sơ",
    "han-bao-tim-viec": "nhắc báo tìm việc",
    "han-lay-quyet-dinh": "nhắc lấy quyết định",
    "han-tra-no": "nhắc kỳ trả nợ",
    "digest": "bản tin phiên hằng tuần",
    "campaign": "loạt tin theo nhóm",
}
ACTS = {
    "register": "đăng ký",
    "leave": "hủy chỗ",
    "keep": "hẹn nhắc hạn",
    "stop": "dừng",
    "resume": "nhận lại",
    "block": "chặn",
    "vanish": "mất liên lạc",
    "return": "trở lại",
    "erase": "xóa dữ liệu",
    "move": "phiên dời",
    "postpone": "phiên hoãn",
    "cancel": "phiên hủy",
}
FAULTS = {
    "lost": "bị mất",
    "twice": "gửi hai lần",
    "uncalled": "không ai hẹn",
    "at_night": "trong giờ nghỉ (21:00–7:00)",
    "unwanted": "tới người đã dừng, đã đi hoặc không đồng ý",
    "called_off": "về phiên đã hủy hoặc hoãn",
    "old_time": "theo giờ cũ của phiên",
}


def tell(script: Script, lived: Lived, verdict: Verdict) -> str:
    """Figures first, then every kind of fault with how many there are and a few of them."""
    acts: Counter[str] = Counter(act.kind for act in lived.journal)
    lines = [
        f"{len(script.people):,} người, {len(script.fairs)} phiên, {script.days} ngày, hạt giống {script.seed}.",
        f"{len(lived.journal):,} việc, {lived.turns:,} tin gõ tay: "
        + ", ".join(f"{acts[kind]:,} {name}" for kind, name in ACTS.items()),
        f"Đồng hồ điểm {len(script.ticks):,} lần; tiến trình bị giết {lived.deaths} lần.",
        f"Mất {lived.seconds:.0f} giây, {lived.cpu_seconds:.0f} giây bộ xử lý.",
        f"Nền tảng: {_count(verdict.results)}; {verdict.repeats} tin lặp, đều đã ghi là có thể lặp.",
        "",
        *(
            f"{KINDS.get(kind, kind)}: hẹn {verdict.promised[kind]:,}, tới tay {count:,}"
            for kind, count in _by_kind(verdict)
        ),
        "",
    ]
    for name, faults in {**verdict.faults, "unfinished": lived.unfinished * ["chưa xóa xong sau một phút"]}.items():
        lines.append(f"{FAULTS.get(name, 'xóa quá một phút')}: {len(faults)}")
        lines += [f"  {fault}" for fault in faults[:SHOWN]]
    return "\n".join(lines)


def _by_kind(verdict: Verdict) -> list[tuple[str, int]]:
    return [
        (kind, verdict.read[kind]) for kind in (*KINDS, *sorted(set(verdict.read) - set(KINDS))) if verdict.read[kind]
    ]


def _count(results: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in results.most_common())
