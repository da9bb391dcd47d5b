"""One SQL text for two databases: named parameters `:name` and a few visible tokens `{token}`.

The texts themselves live beside the nouns they serve; this file knows only where the two dialects part.
Write no colon before a letter and no braces inside a literal, and no `::` casts (use CAST).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Literal

Dialect = Literal["sqlite", "postgresql"]
Value = str | int | float | None
Params = Mapping[str, Value]

TOKENS: dict[Dialect, dict[str, str]] = {
    "sqlite": {
        # AUTOINCREMENT: an id is never given twice, also after people's data were deleted.
        "identity": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "moment": "TEXT",
        # One writer at a time: whoever is in a write transaction holds every row already.
        "for_update": "",
        "skip_locked": "",
        "hold_people": "",
        # Behind a text, before a number: SQLite, which has no statistics, then leaves an index of it alone.
        "unindexed_text": "|| ''",
        "unindexed_number": "+",
        "lock_schema": "SELECT 1",
        "table_names": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        # The parameter :pairs, a JSON object of texts, as rows with the columns key and value.
        "pairs": "json_each(:pairs)",
    },
    "postgresql": {
        "identity": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        # Times are compared as bytes, whatever the server's language.
        "moment": 'TEXT COLLATE "C"',
        "for_update": "FOR UPDATE",
        "skip_locked": "FOR UPDATE SKIP LOCKED",
        # The people of a query, as `p`, stay as they are until the transaction ends.
        "hold_people": "FOR SHARE OF p",
        "unindexed_text": "",
        "unindexed_number": "",
        "lock_schema": "SELECT pg_advisory_xact_lock(4715026)",
        "table_names": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
        "pairs": "json_each_text(CAST(:pairs AS json))",
    },
}

_TOKEN = re.compile(r"\{(\w+)\}")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")


@functools.lru_cache(maxsize=1024)
def translated(sql: str, dialect: Dialect) -> str:
    """The text as the driver wants it. An unknown token raises KeyError."""
    tokens = TOKENS[dialect]
    text = _TOKEN.sub(lambda found: tokens[found[1]], sql)
    if dialect == "sqlite":
        return text
    return _PARAMETER.sub(r"%(\1)s", text.replace("%", "%%"))


def storable(params: Params | None) -> dict[str, Value]:
    """The same parameters without what a database refuses in text: NUL and unpaired surrogates.

    Without this one odd message from a phone would fail on every redelivery, for ever.
    """
    if params is None:
        return {}
    return {name: _plain(value) if isinstance(value, str) else value for name, value in params.items()}


def _plain(text: str) -> str:
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
