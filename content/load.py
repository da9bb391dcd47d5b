"""The tree on disk as a library that may go live, or everything that stands in the way.

It reads once and keeps nothing; watching for changes is `live`'s.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from content.check import examine
from content.model import ContentErrors, Library

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def today_in_hanoi() -> date:
    return datetime.now(HANOI).date()


def load_library(root: Path, language: str = "vi", on: date | None = None) -> Library:
    """The library under `root` (the `content` folder), checked as of the day `on`, by default today in Hanoi.

    Raises ContentErrors with every problem found when any of them is an error. Overdue reviews and figures
    that have ended are not in the way: the answers say so themselves, and `check_library` reports them.
    """
    examination = examine(root, language, on or today_in_hanoi())
    if examination.broken:
        raise ContentErrors(examination.problems)
    return examination.library
