"""The officials' first page with a million turns, 100,000 of them in the month shown: milliseconds of a whole request.

Takes two minutes, nearly all of them to fill the database.
"""

from __future__ import annotations

import datetime
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.clock import iso
from bot.console.frame import Console
from bot.settings import Settings
from content.live import LiveLibrary
from storage.database import Database, open_database
from storage.migrations import migrate
from tests.console.office import Office

TURNS, PEOPLE, MONTHS = 1_000_000, 200_000, 10
FIRST = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
PAGE = "/console?from=2026-09-01&until=2026-09-30"
ROUNDS = 9
Row = tuple[str, str]


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/gocua.db")
        migrate(database, iso(FIRST))
        library = LiveLibrary[None](Path("content"), "vi", on_change=lambda _: None)
        office = Office(Console(Settings(), database, library, {}, lambda _: None))
        _fill(database, sorted(library.current.entries), [place.slug for place in library.current.places])
        scopes = (("cả thành phố", None), ("một xã", frozenset({"hoa-xa"})))
        for name, communes in scopes:
            browser = office.browser_of(office.appoint("viewer", communes))
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                assert browser.get(PAGE).status_code == 200
                times.append(1000 * (time.perf_counter() - began))
            yield f"ms trang tổng quan, {name}", f"trung vị {statistics.median(times):.0f}, lâu nhất {max(times):.0f}"
        database.close()


def _fill(database: Database, entries: list[str], communes: list[str]) -> None:
    r = random.Random(5)

    def at() -> str:
        return iso(FIRST + datetime.timedelta(seconds=r.random() * MONTHS * 30 * 86400))

    with database.transaction() as c:
        c.execute_many(
            """
            INSERT INTO people (channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason,
                created_at, last_seen_at)
            VALUES ('zalo', :address, '', 'vi', :commune, 1, '', '', :at, :at)
            """,
            [{"address": str(n), "commune": r.choice(["", *communes]), "at": at()} for n in range(PEOPLE)],
        )
    for _ in range(MONTHS):
        rows = []
        for _ in range(TURNS // MONTHS):
            outcome = r.choices(("answer", "clarify", "fallback", "action"), (60, 12, 8, 20))[0]
            entry = r.choice(entries) if outcome == "answer" else ""
            text = f"tôi muốn hỏi về việc {r.randrange(3000)}"
            person = r.randint(1, PEOPLE)
            rows.append({"person": person, "text": text, "outcome": outcome, "entry": entry, "at": at()})
        with database.transaction() as c:
            c.execute_many(
                """
                INSERT INTO turns (person_id, channel_message_id, inbound_kind, text, outcome, entry_id, because_json,
                    created_at)
                VALUES (:person, '', 'text', :text, :outcome, :entry, '[]', :at)
                """,
                rows,
            )
