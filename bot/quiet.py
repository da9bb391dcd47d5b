"""The hours in which nobody's phone may ring for what they did not ask for: 21:00 to 07:00 in Hanoi.

Pure: times come in and go out. It answers only for the rule; whoever keeps it (the sender, reminders, broadcasts)
asks here. That replies and what is marked urgent are above the rule is decided where they are sent.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
QUIET_FROM = datetime.time(21, 0)  # this minute is already quiet
QUIET_UNTIL = datetime.time(7, 0)  # this minute no longer is


def quiet(now: datetime.datetime) -> bool:
    """True when `now`, an aware time, lies in the quiet hours."""
    clock = now.astimezone(HANOI).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def out_of_quiet(moment: datetime.datetime) -> datetime.datetime:
    """The same moment, or the end of the quiet hours it lies in. Aware in, aware (UTC) out."""
    if not quiet(moment):
        return moment.astimezone(datetime.UTC)
    here = moment.astimezone(HANOI)
    day = here.date() + datetime.timedelta(days=here.time() >= QUIET_FROM)
    return datetime.datetime.combine(day, QUIET_UNTIL, HANOI).astimezone(datetime.UTC)
