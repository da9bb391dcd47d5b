"""What people said of answers: that they helped or did not, with the words that had been asked."""

from __future__ import annotations

import dataclasses

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class EntryRating:
    """How often one entry helped and did not."""

    entry_id: str
    helped: int
    failed: int


def add_rating(c: Connection, person_id: int, entry_id: str, text: str, now: str, *, helpful: bool) -> None:
    """Keep one word about an answer; `text` is what had been asked, "" when it was chosen from a list."""
    c.execute(
        """
        INSERT INTO ratings (person_id, entry_id, text, helpful, created_at)
        VALUES (:person_id, :entry_id, :text, :helpful, :now)
        """,
        {"person_id": person_id, "entry_id": entry_id, "text": text, "helpful": int(helpful), "now": now},
    )


def count_by_entry(c: Connection, since: str, limit: int) -> list[EntryRating]:
    """The entries rated since then, those that failed most first."""
    rows = c.rows(
        """
        SELECT entry_id, SUM(helpful) AS helped, SUM(1 - helpful) AS failed FROM ratings WHERE created_at >= :since
        GROUP BY entry_id ORDER BY failed DESC, entry_id LIMIT :limit
        """,
        {"since": since, "limit": limit},
    )
    return [EntryRating(str(row["entry_id"]), int(row["helped"]), int(row["failed"])) for row in rows]
