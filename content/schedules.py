"""What is said by the calendar, to many: reading content/schedules.yaml, and when each comes round.

It knows the rule and Hanoi's clock, not who is told nor what was told already.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from content.campaigns import read_whole, read_yes_no
from content.fields import check_keys, read_date, read_document, read_text, read_texts, suggest
from content.findings import Findings
from content.model import PRIORITY_GROUPS, Schedule
from content.yaml_lines import Fields

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WHAT = ("phien",)  # what can be told: the coming sessions
EARLIEST, LATEST = 7, 20  # hours of the day at which people may be told

_KEYS = ("title", "what", "cron", "use_by_hours", "communes", "groups", "from", "until", "paused")
_LONGEST_USE_BY = 72
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CRON = "Năm phần: phút giờ ngày tháng thứ. Thứ viết mon, tue, wed, thu, fri, sat, sun. Ví dụ: 0 9 * * mon."


@dataclasses.dataclass(frozen=True, slots=True)
class ScheduleFile:
    """The schedules in the order of the file; `lines` maps "<slug>.communes.0" and the like."""

    schedules: tuple[Schedule, ...]
    lines: Mapping[str, int]


def parse_schedules(text: str, findings: Findings) -> ScheduleFile:
    """Read the text of schedules.yaml. A schedule with errors is reported; what can be read of it is kept."""
    lines: dict[str, int] = {}
    schedules = []
    document = read_document(text, findings)
    for key, line in document.duplicates if document else ():
        findings.error(line, key, f"Lịch `{key}` viết hai lần", "Giữ lại một.")
    for slug, node in document.values.items() if document else ():
        line = document.lines[slug] if document else 1
        if not _SLUG.fullmatch(slug):
            findings.error(line, slug, f"Tên lịch `{slug}` viết sai", "Chữ thường không dấu, nối bằng gạch ngang.")
        if not isinstance(node, Fields):
            findings.error(line, slug, f"Lịch `{slug}` viết sai", "Mỗi lịch có title, what, cron, use_by_hours, from.")
            continue
        check_keys(node, _KEYS, findings, f"{slug}.")
        at = {key: node.lines.get(key, line) for key in _KEYS}
        schedules.append(_parse_schedule(slug, node, at, lines, findings))
    return ScheduleFile(tuple(schedules), lines)


def _parse_schedule(
    slug: str, node: Fields, at: Mapping[str, int], lines: dict[str, int], findings: Findings
) -> Schedule:
    def text_of(key: str) -> str:
        return read_text(node.values.get(key), at[key], f"{slug}.{key}", findings)

    def texts_of(key: str) -> tuple[str, ...]:
        read = read_texts(node.values[key], at[key], f"{slug}.{key}", findings) if key in node.values else ()
        lines.update({f"{slug}.{key}.{number}": line for number, (_, line) in enumerate(read)})
        return tuple(value for value, _ in read)

    what, cron = text_of("what"), text_of("cron")
    if what and what not in WHAT:
        findings.error(at["what"], f"{slug}.what", f"Không có loại tin `{what}`", suggest(what, WHAT))
    wrong = find_wrong(cron) if cron else ""
    if wrong:
        findings.error(at["cron"], f"{slug}.cron", wrong, _CRON)
    groups = texts_of("groups")
    for number, group in enumerate(groups):
        if group not in PRIORITY_GROUPS:
            hint = suggest(group, PRIORITY_GROUPS)
            findings.error(lines[f"{slug}.groups.{number}"], f"{slug}.groups", f"Không có nhóm `{group}`", hint)
    span = (1, _LONGEST_USE_BY)
    start = read_date(node.values.get("from"), at["from"], f"{slug}.from", findings)
    end = read_date(node.values["until"], at["until"], f"{slug}.until", findings) if "until" in node.values else None
    return Schedule(
        slug=slug,
        title=text_of("title"),
        what=what,
        cron="" if wrong else cron,
        use_by_hours=read_whole(
            node.values.get("use_by_hours"), at["use_by_hours"], f"{slug}.use_by_hours", span, findings
        ),
        communes=texts_of("communes"),
        groups=groups,
        start=start or date(2000, 1, 1),
        end=end,
        paused=read_yes_no(node.values.get("paused"), at["paused"], f"{slug}.paused", findings),
    )


def check_schedules(file: ScheduleFile, communes: Collection[str], findings: Findings) -> None:
    """Report communes that do not exist."""
    for schedule in file.schedules:
        for number, commune in enumerate(schedule.communes):
            if commune not in communes:
                line, field = file.lines[f"{schedule.slug}.communes.{number}"], f"{schedule.slug}.communes"
                findings.error(line, field, f"Không có xã, phường `{commune}`", suggest(commune, communes))


def find_wrong(cron: str) -> str:
    """What is wrong with a cron expression, or "". Also more than one firing a day, or one in the quiet hours."""
    parts = cron.split()
    if len(parts) == 5 and re.search(r"\d", parts[4]):
        # The scheduler counts Monday as 0, everybody else's cron Sunday: names cannot be misread.
        return "Thứ trong tuần phải viết bằng chữ"
    try:
        moments = list(itertools.islice(_fires(cron, datetime(2027, 1, 1, tzinfo=HANOI)), 60))
    except ValueError:
        return f"Lịch viết sai: {cron}"
    if not moments:
        return "Lịch này không bao giờ tới"
    if any(later - sooner < timedelta(hours=20) for sooner, later in itertools.pairwise(moments)):
        return "Lịch chạy hơn một lần mỗi ngày"
    if any(not EARLIEST <= moment.hour <= LATEST for moment in moments):
        return f"Lịch chạy ngoài khoảng {EARLIEST} giờ đến {LATEST} giờ"
    return ""


def list_fires(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    """The moments (aware, Hanoi) later than `after` and not later than `until` at which it comes round."""
    if not schedule.cron:
        return []
    first = max(after.astimezone(HANOI).date(), schedule.start)
    last = until.astimezone(HANOI).date()
    if schedule.end is not None:
        last = min(last, schedule.end)
    return [moment for moment in _list_fires(schedule.cron, first, last) if after < moment <= until]


@functools.lru_cache(maxsize=64)
def _list_fires(cron: str, first: date, last: date) -> tuple[datetime, ...]:
    """The firings from one day to another, kept: whoever looks every minute asks for the same days all day long."""
    start = datetime.combine(first, datetime.min.time(), HANOI)
    return tuple(itertools.takewhile(lambda moment: moment.date() <= last, _fires(cron, start)))


def _fires(cron: str, start: datetime) -> Iterator[datetime]:
    """The firings from `start` on, worked out one by one; ValueError for an expression that is none."""
    # Imported here: reading the content must not cost what only a running clock needs.
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415

    trigger = CronTrigger.from_crontab(cron, timezone=HANOI)
    moment = trigger.get_next_fire_time(None, start)
    while moment is not None:
        yield moment
        moment = trigger.get_next_fire_time(moment, moment + timedelta(seconds=1))
