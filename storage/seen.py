"""Which messages were already handled, so that a platform may repeat itself harmlessly.

The mark lies in the same transaction as everything the message led to; alone it would lose messages.
"""

from __future__ import annotations

from storage.database import Connection


def mark_seen(c: Connection, channel: str, message_id: str, now: str) -> bool:
    """True the first time. A second transaction with the same message waits for the first to end."""
    return (
        c.execute(
            """
            INSERT INTO seen (channel, message_id, seen_at) VALUES (:channel, :message_id, :now)
            ON CONFLICT DO NOTHING
            """,
            {"channel": channel, "message_id": message_id, "now": now},
        )
        == 1
    )


def purge_seen(c: Connection, before: str) -> int:
    """Forget older marks; return how many. Keep them longer than a platform goes on repeating itself."""
    return c.execute("DELETE FROM seen WHERE seen_at < :before", {"before": before})
