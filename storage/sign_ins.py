"""Browsers that are signed in to the console, and the tries that have not succeeded.

A token is known by its hash only: whoever reads the database cannot become anybody. When a sign-in is too old is
decided by the caller, who gives the times.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class SignIn:
    """`proven` is False while the second factor is owed; `flash_json` is what the next page says once, or ""."""

    token_hash: str
    official_id: int
    proven: bool
    flash_json: str
    created_at: str
    last_used_at: str
    expires_at: str


def open_sign_in(c: Connection, token_hash: str, official_id: int, *, proven: bool, now: str, expires_at: str) -> None:
    """Remember a browser until `expires_at`, whatever it does."""
    c.execute(
        """
        INSERT INTO sign_ins (token_hash, official_id, proven, flash_json, created_at, last_used_at, expires_at)
        VALUES (:token_hash, :official_id, :proven, '', :now, :now, :expires_at)
        """,
        {
            "token_hash": token_hash,
            "official_id": official_id,
            "proven": int(proven),
            "now": now,
            "expires_at": expires_at,
        },
    )


def find_sign_in(c: Connection, token_hash: str, now: str, idle_since: str) -> SignIn | None:
    """The sign-in with this token, if it has neither expired nor been unused since `idle_since`."""
    row = c.row(
        """
        SELECT token_hash, official_id, proven, flash_json, created_at, last_used_at, expires_at FROM sign_ins
        WHERE token_hash = :token_hash AND expires_at > :now AND last_used_at > :idle_since
        """,
        {"token_hash": token_hash, "now": now, "idle_since": idle_since},
    )
    return SignIn(**{**row, "proven": bool(row["proven"])}) if row else None


def touch(c: Connection, token_hash: str, now: str) -> None:
    """It was used just now."""
    c.execute(
        "UPDATE sign_ins SET last_used_at = :now WHERE token_hash = :token_hash",
        {"now": now, "token_hash": token_hash},
    )


def put_flash(c: Connection, token_hash: str, flash_json: str) -> None:
    """What the next page says once; "" when it has been said."""
    c.execute(
        "UPDATE sign_ins SET flash_json = :flash_json WHERE token_hash = :token_hash",
        {"flash_json": flash_json, "token_hash": token_hash},
    )


def end_sign_in(c: Connection, token_hash: str) -> None:
    """Sign this browser out."""
    c.execute("DELETE FROM sign_ins WHERE token_hash = :token_hash", {"token_hash": token_hash})


def end_all(c: Connection, official_id: int, but: str = "") -> int:
    """Sign this official out everywhere, except in the browser whose token has the hash `but`; return how many."""
    return c.execute(
        "DELETE FROM sign_ins WHERE official_id = :id AND token_hash <> :but", {"id": official_id, "but": but}
    )


def count_sign_ins(c: Connection, official_id: int, now: str, idle_since: str) -> int:
    """In how many browsers this official is signed in."""
    row = c.row(
        """
        SELECT COUNT(*) AS n FROM sign_ins
        WHERE official_id = :id AND proven = 1 AND expires_at > :now AND last_used_at > :idle_since
        """,
        {"id": official_id, "now": now, "idle_since": idle_since},
    )
    return int(row["n"]) if row else 0


def forget_old(c: Connection, now: str, idle_since: str, tries_before: str) -> None:
    """Drop what can decide nothing any more."""
    c.execute(
        "DELETE FROM sign_ins WHERE expires_at <= :now OR last_used_at <= :idle_since",
        {"now": now, "idle_since": idle_since},
    )
    c.execute("DELETE FROM sign_in_tries WHERE tried_at <= :before", {"before": tries_before})


def take_try(c: Connection, limits: Sequence[tuple[str, int]], now: str, since: str) -> bool:
    """Count one try against every key; False, and nothing is counted, when a key has had its limit after `since`.

    `limits` are pairs of (key hash, tries). Counted before the password is looked at, so that tries made at the same
    time count too.
    """
    for key_hash, limit in limits:
        row = c.row(
            "SELECT COUNT(*) AS n FROM sign_in_tries WHERE key_hash = :key_hash AND tried_at > :since",
            {"key_hash": key_hash, "since": since},
        )
        if row and int(row["n"]) >= limit:
            return False
    c.execute_many(
        "INSERT INTO sign_in_tries (key_hash, tried_at) VALUES (:key_hash, :now)",
        [{"key_hash": key_hash, "now": now} for key_hash, _ in limits],
    )
    return True


def forget_tries(c: Connection, key_hash: str) -> None:
    """It was them after all."""
    c.execute("DELETE FROM sign_in_tries WHERE key_hash = :key_hash", {"key_hash": key_hash})
