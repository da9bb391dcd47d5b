"""The people who work with the console: their accounts, second factors and linked chat accounts.

Keeps hashes and switches; hashing, codes and what a role may do are not known here. Nobody is ever deleted, so that
the audit log keeps its names: an account is disabled.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class OfficialRow:
    """`communes` is None for the whole city. `totp_secret` is empty without a second factor, `disabled_at` while the
    account works, `last_sign_in_at` before the first time.
    """

    id: int
    login: str
    name: str
    role: str
    communes: frozenset[str] | None
    password_hash: str
    must_change_password: bool
    totp_secret: str
    disabled_at: str
    last_sign_in_at: str
    created_at: str


@dataclasses.dataclass(frozen=True, slots=True)
class OfficialAddress:
    """A chat account an official proved to be theirs."""

    channel: str
    address: str
    linked_at: str


_COLUMNS = (
    "id, login, name, role, whole_city, password_hash, must_change_password, totp_secret, disabled_at, "
    "last_sign_in_at, created_at"
)


def add_official(
    c: Connection,
    login: str,
    name: str,
    role: str,
    communes: frozenset[str] | None,
    password_hash: str,
    now: str,
) -> int:
    """Store a new account that must change its password; return its id. A login in use raises StorageConflict."""
    row = c.row(
        """
        INSERT INTO officials (
            login, name, role, whole_city, password_hash, must_change_password, totp_secret, totp_last_step,
            disabled_at, last_sign_in_at, created_at
        )
        VALUES (:login, :name, :role, :whole_city, :password_hash, 1, '', 0, '', '', :now)
        RETURNING id
        """,
        {
            "login": login,
            "name": name,
            "role": role,
            "whole_city": int(communes is None),
            "password_hash": password_hash,
            "now": now,
        },
    )
    assert row is not None
    _put_communes(c, int(row["id"]), communes)
    return int(row["id"])


def find_official(c: Connection, login: str) -> OfficialRow | None:
    """The account with this login, disabled or not."""
    return _read(c, c.row(f"SELECT {_COLUMNS} FROM officials WHERE login = :login", {"login": login}))  # noqa: S608


def get_official(c: Connection, official_id: int) -> OfficialRow:
    """The account with this id, disabled or not; LookupError when there is none."""
    found = _read(c, c.row(f"SELECT {_COLUMNS} FROM officials WHERE id = :id", {"id": official_id}))  # noqa: S608
    if found is None:
        raise LookupError(f"Không có cán bộ số {official_id}.")
    return found


def list_officials(c: Connection) -> list[OfficialRow]:
    """All accounts by login; some hundreds at most."""
    communes: dict[int, set[str]] = {}
    for row in c.rows("SELECT official_id, commune FROM official_communes"):
        communes.setdefault(row["official_id"], set()).add(row["commune"])
    rows = c.rows(f"SELECT {_COLUMNS} FROM officials ORDER BY login")  # noqa: S608
    return [_official(row, frozenset(communes.get(row["id"], ()))) for row in rows]


def count_admins(c: Connection) -> int:
    """How many accounts can still manage the others: admins of the whole city that are not disabled."""
    row = c.row("SELECT COUNT(*) AS n FROM officials WHERE role = 'admin' AND whole_city = 1 AND disabled_at = ''")
    return int(row["n"]) if row else 0


def set_role(c: Connection, official_id: int, role: str) -> None:
    """What they may do from their next request on."""
    c.execute("UPDATE officials SET role = :role WHERE id = :id", {"role": role, "id": official_id})


def set_scope(c: Connection, official_id: int, communes: frozenset[str] | None) -> None:
    """Whose data they may see from their next request on; None is the whole city."""
    c.execute(
        "UPDATE officials SET whole_city = :whole_city WHERE id = :id",
        {"whole_city": int(communes is None), "id": official_id},
    )
    c.execute("DELETE FROM official_communes WHERE official_id = :id", {"id": official_id})
    _put_communes(c, official_id, communes)


def set_password(c: Connection, official_id: int, password_hash: str, *, must_change: bool) -> None:
    """Replace the password. Who is signed in stays so: end their sign-ins beside this."""
    c.execute(
        "UPDATE officials SET password_hash = :hash, must_change_password = :must_change WHERE id = :id",
        {"hash": password_hash, "must_change": int(must_change), "id": official_id},
    )


def disable(c: Connection, official_id: int, now: str) -> None:
    """Let the account in no more and forget its chat accounts; end their sign-ins beside this."""
    c.execute(
        "UPDATE officials SET disabled_at = :now WHERE id = :id AND disabled_at = ''", {"now": now, "id": official_id}
    )
    c.execute("DELETE FROM official_addresses WHERE official_id = :id", {"id": official_id})
    c.execute("DELETE FROM official_link_codes WHERE official_id = :id", {"id": official_id})


def enable(c: Connection, official_id: int) -> None:
    """Let a disabled account in again, with the password it had."""
    c.execute("UPDATE officials SET disabled_at = '' WHERE id = :id", {"id": official_id})


def record_sign_in(c: Connection, official_id: int, now: str) -> None:
    """They have just proven who they are."""
    c.execute("UPDATE officials SET last_sign_in_at = :now WHERE id = :id", {"now": now, "id": official_id})


def set_totp(c: Connection, official_id: int, secret: str, recovery_hashes: list[str]) -> None:
    """Turn the second factor on with fresh recovery codes, or off with "" and none."""
    c.execute(
        "UPDATE officials SET totp_secret = :secret, totp_last_step = 0 WHERE id = :id",
        {"secret": secret, "id": official_id},
    )
    c.execute("DELETE FROM official_recovery_codes WHERE official_id = :id", {"id": official_id})
    c.execute_many(
        "INSERT INTO official_recovery_codes (official_id, code_hash) VALUES (:id, :code_hash)",
        [{"id": official_id, "code_hash": code_hash} for code_hash in recovery_hashes],
    )


def use_totp_step(c: Connection, official_id: int, step: int) -> bool:
    """Spend a code by its time step. False when this step or a later one was spent before: a replay."""
    return (
        c.execute(
            "UPDATE officials SET totp_last_step = :step WHERE id = :id AND totp_last_step < :step",
            {"step": step, "id": official_id},
        )
        == 1
    )


def use_recovery_code(c: Connection, official_id: int, code_hash: str) -> bool:
    """Spend a recovery code. False when there is none such."""
    return (
        c.execute(
            "DELETE FROM official_recovery_codes WHERE official_id = :id AND code_hash = :code_hash",
            {"id": official_id, "code_hash": code_hash},
        )
        == 1
    )


def count_recovery_codes(c: Connection, official_id: int) -> int:
    """How many are left."""
    row = c.row("SELECT COUNT(*) AS n FROM official_recovery_codes WHERE official_id = :id", {"id": official_id})
    return int(row["n"]) if row else 0


def put_link_code(c: Connection, official_id: int, code_hash: str, expires_at: str) -> None:
    """Remember the one code with which this official may link a chat account; an older one is void."""
    c.execute(
        """
        INSERT INTO official_link_codes (official_id, code_hash, expires_at) VALUES (:id, :code_hash, :expires_at)
        ON CONFLICT (official_id) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at
        """,
        {"id": official_id, "code_hash": code_hash, "expires_at": expires_at},
    )


def link_address(c: Connection, code_hash: str, channel: str, address: str, now: str) -> OfficialRow | None:
    """Spend a code: this chat account is now that official's, whoever had it before. None when the code is not good."""
    row = c.row(
        """
        SELECT official_id FROM official_link_codes JOIN officials ON officials.id = official_id
        WHERE code_hash = :code_hash AND expires_at > :now AND disabled_at = ''
        """,
        {"code_hash": code_hash, "now": now},
    )
    # The delete decides: of two who send the same code at the same moment only one removes the row.
    if row is None or not c.execute(
        "DELETE FROM official_link_codes WHERE code_hash = :code_hash", {"code_hash": code_hash}
    ):
        return None
    c.execute(
        """
        INSERT INTO official_addresses (channel, address, official_id, linked_at)
        VALUES (:channel, :address, :id, :now)
        ON CONFLICT (channel, address) DO UPDATE SET
            official_id = excluded.official_id, linked_at = excluded.linked_at
        """,
        {"channel": channel, "address": address, "id": row["official_id"], "now": now},
    )
    return get_official(c, int(row["official_id"]))


def unlink_address(c: Connection, official_id: int, channel: str, address: str) -> bool:
    """Forget one of this official's chat accounts. False when it is not theirs."""
    return (
        c.execute(
            """
            DELETE FROM official_addresses
            WHERE official_id = :id AND channel = :channel AND address = :address
            """,
            {"id": official_id, "channel": channel, "address": address},
        )
        == 1
    )


def find_by_address(c: Connection, channel: str, address: str) -> OfficialRow | None:
    """The official who linked this chat account, or None; a disabled one is None too."""
    row = c.row(
        "SELECT official_id FROM official_addresses WHERE channel = :channel AND address = :address",
        {"channel": channel, "address": address},
    )
    found = get_official(c, int(row["official_id"])) if row else None
    return found if found and not found.disabled_at else None


def list_addresses(c: Connection, official_id: int) -> list[OfficialAddress]:
    """The chat accounts of one official, the oldest link first."""
    rows = c.rows(
        """
        SELECT channel, address, linked_at FROM official_addresses WHERE official_id = :id
        ORDER BY linked_at, channel, address
        """,
        {"id": official_id},
    )
    return [OfficialAddress(**row) for row in rows]


def _put_communes(c: Connection, official_id: int, communes: frozenset[str] | None) -> None:
    c.execute_many(
        "INSERT INTO official_communes (official_id, commune) VALUES (:id, :commune)",
        [{"id": official_id, "commune": commune} for commune in sorted(communes or ())],
    )


def _read(c: Connection, row: dict[str, Any] | None) -> OfficialRow | None:
    if row is None:
        return None
    communes = c.rows("SELECT commune FROM official_communes WHERE official_id = :id", {"id": row["id"]})
    return _official(row, frozenset(found["commune"] for found in communes))


def _official(row: dict[str, Any], communes: frozenset[str]) -> OfficialRow:
    rest = {name: value for name, value in row.items() if name != "whole_city"}
    rest["must_change_password"] = bool(row["must_change_password"])
    return OfficialRow(**rest, communes=None if row["whole_city"] else communes)
