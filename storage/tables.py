"""The tables as such: which there are, how many rows, and all rows in order. For backups and exports only.

Knows no table's meaning but for which columns must never leave the database and which tell about a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from storage.database import Connection
from storage.sql import Params, Value

PAGE = 2000

# Whoever has these can become somebody else: they are in backups, and in no export.
SECRET_TABLES = frozenset({"secrets", "sign_ins", "sign_in_tries", "official_recovery_codes", "official_link_codes"})
SECRET_COLUMNS = {"officials": frozenset({"password_hash", "totp_secret", "totp_last_step"})}
# What a worker said or is known by; a test holds this list to the schema.
PERSONAL_COLUMNS = {
    "people": frozenset({"address", "name", "full_name", "phone", "commune"}),
    "person_words": frozenset({"word"}),
    "person_groups": frozenset({"group_slug"}),
    "interests": frozenset({"topic"}),
    "consents": frozenset({"purpose"}),
    "dialogues": frozenset({"state_json"}),
    "turns": frozenset({"text", "channel_message_id", "because_json"}),
    "outbox": frozenset({"address", "text", "choices_json"}),
    "seen": frozenset({"message_id"}),
    "questions": frozenset({"text", "answer", "context_json"}),
    "question_messages": frozenset({"text"}),
    "ratings": frozenset({"text"}),
    "needs": frozenset({"note", "trade", "commune", "group_slug"}),
    "registrations": frozenset({"full_name", "phone", "outcome"}),
    "deadlines": frozenset({"kind", "base_on", "due_on", "note"}),
    "reminders": frozenset({"kind", "subject"}),
    "campaign_members": frozenset({"campaign"}),
    "campaign_steps": frozenset({"campaign"}),
    "officials": frozenset({"login", "name"}),
    "official_addresses": frozenset({"address"}),
}

_KEYS = {
    "sqlite": "SELECT name FROM pragma_table_info(:name) WHERE pk > 0 ORDER BY pk",
    "postgresql": """
        SELECT k.column_name AS name FROM information_schema.table_constraints AS t
        JOIN information_schema.key_column_usage AS k USING (constraint_schema, constraint_name, table_name)
        WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = current_schema() AND t.table_name = :name
        ORDER BY k.ordinal_position
    """,
}


def list_tables(c: Connection) -> list[str]:
    """Every table of ours, by name."""
    return sorted(row["name"] for row in c.rows("{table_names}"))


def count_rows(c: Connection) -> dict[str, int]:
    """How many rows each table has."""
    counts = {}
    for table in list_tables(c):
        row = c.row(f'SELECT COUNT(*) AS n FROM "{table}"')  # noqa: S608 — names from the schema
        counts[table] = int(row["n"]) if row else 0
    return counts


def read_rows(c: Connection, table: str) -> Iterator[dict[str, Any]]:
    """All rows of a table in the order of its key, a page at a time, without what must never leave."""
    key = [row["name"] for row in c.rows(_KEYS[c.dialect], {"name": table})]
    order = ", ".join(key)
    hidden = SECRET_COLUMNS.get(table, frozenset())
    after: dict[str, Value] = {}
    while True:
        beyond = f"WHERE ({order}) > ({', '.join(':' + name for name in key)})" if after else ""
        params: Params = {**after, "page": PAGE}
        rows = c.rows(f'SELECT * FROM "{table}" {beyond} ORDER BY {order} LIMIT :page', params)  # noqa: S608
        for row in rows:
            yield {name: value for name, value in row.items() if name not in hidden}
        if len(rows) < PAGE:
            return
        after = {name: rows[-1][name] for name in key}
