"""What a channel must not forget over a restart: how far it read, whether it must wait, who is sending."""

from __future__ import annotations

import dataclasses

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class Pause:
    """A channel sends nothing until `until_at`."""

    channel: str
    until_at: str
    reason: str
    created_at: str


def get_cursor(c: Connection, name: str) -> str:
    """The stored place, or "" when there is none."""
    row = c.row("SELECT value FROM cursors WHERE name = :name", {"name": name})
    return str(row["value"]) if row else ""


def set_cursor(c: Connection, name: str, value: str, now: str) -> None:
    """Remember a place, e.g. the next Telegram offset."""
    c.execute(
        """
        INSERT INTO cursors (name, value, updated_at) VALUES (:name, :value, :now)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
        """,
        {"name": name, "value": value, "now": now},
    )


def pause_channel(c: Connection, channel: str, until_at: str, reason: str, now: str) -> None:
    """Send nothing on this channel until then. Of two pauses the one that ends later stays."""
    c.execute(
        """
        INSERT INTO pauses (channel, until_at, reason, created_at) VALUES (:channel, :until_at, :reason, :now)
        ON CONFLICT (channel) DO UPDATE SET
            until_at = excluded.until_at, reason = excluded.reason, created_at = excluded.created_at
        WHERE pauses.until_at < excluded.until_at
        """,
        {"channel": channel, "until_at": until_at, "reason": reason, "now": now},
    )


def find_pause(c: Connection, channel: str, now: str) -> Pause | None:
    """The pause that still holds, or None. One from a later time than now is over: the clock was set back."""
    row = c.row(
        """
        SELECT channel, until_at, reason, created_at FROM pauses
        WHERE channel = :channel AND until_at > :now AND created_at <= :now
        """,
        {"channel": channel, "now": now},
    )
    return Pause(**row) if row else None


def resume_channel(c: Connection, channel: str) -> None:
    """End the pause, if there is one."""
    c.execute("DELETE FROM pauses WHERE channel = :channel", {"channel": channel})


def keep_lease(c: Connection, name: str, owner: str, until_at: str) -> bool:
    """Keep a role that is ours for longer. False when it is not: it was never taken, or somebody else has it."""
    return (
        c.execute(
            "UPDATE leases SET until_at = :until_at WHERE name = :name AND owner = :owner",
            {"name": name, "owner": owner, "until_at": until_at},
        )
        == 1
    )


def acquire_lease(c: Connection, name: str, owner: str, now: str, until_at: str) -> bool:
    """Take a role, or keep it longer when it is already ours. False while somebody else's lease runs."""
    return (
        c.execute(
            """
            INSERT INTO leases (name, owner, until_at) VALUES (:name, :owner, :until_at)
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_at = excluded.until_at
            WHERE leases.owner = excluded.owner OR leases.until_at <= :now
            """,
            {"name": name, "owner": owner, "now": now, "until_at": until_at},
        )
        == 1
    )


def release_lease(c: Connection, name: str, owner: str, free_at: str) -> None:
    """Give the role up, if it is ours: from `free_at` on anybody may take it."""
    c.execute(
        "UPDATE leases SET owner = '', until_at = :free_at WHERE name = :name AND owner = :owner",
        {"name": name, "owner": owner, "free_at": free_at},
    )


def release_all_leases(c: Connection) -> None:
    """Free every role. Only for the one process of a SQLite file: whoever held them is dead."""
    c.execute("DELETE FROM leases")
