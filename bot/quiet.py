"""The hours in which nobody's phone may ring for what they did not ask for: 21:00 to 07:00 in Hanoi.

Pure: times come in and go out. It answers only for the rule; whoever keeps it (the sender, reminders, broadcasts)
asks here. That replies and what is marked urgent are above the rule is decided where they are sent.
"""

from __future__ import annotations

import datetime

from bot.clock import HANOI

QUIET_FROM = datetime.time(21, 0)  # this minute is already quiet
QUIET_UNTIL = datetime.time(7, 0)  # this minute no longer is
EVENING = datetime.time(20, 45)  # the last good moment of a day: a quarter of an hour before the phones are left alone


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


def ringing_moment(wanted: datetime.datetime, useful_until: datetime.datetime) -> datetime.datetime:
    """When a reminder wanted at that moment may ring: after the quiet hours if that is still useful, else before them.

    Aware in, aware (UTC) out. The evening before is 20:45 in Hanoi.
    """
    morning = out_of_quiet(wanted)
    if not quiet(wanted) or morning < useful_until:
        return morning
    evening = morning.astimezone(HANOI).date() - datetime.timedelta(days=1)
    return datetime.datetime.combine(evening, EVENING, HANOI).astimezone(datetime.UTC)
