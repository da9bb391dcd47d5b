"""Linking an official's chat account: the code shown in the console, and what the bot does with it when it is typed.

The bot calls `link` inside the turn's transaction with what followed "/lienket". It says nothing to anybody itself.
"""

from __future__ import annotations

import json

from bot.clock import later, utc_now
from bot.console.access import Official, official_of
from bot.console.passwords import hash_code, make_code
from storage import officials
from storage.audit import record
from storage.database import Connection

CODE_SECONDS = 10 * 60
COMMAND = "/lienket"


def offer_code(c: Connection, official: Official) -> str:
    """A fresh code for this official, good for ten minutes and once: "abcd-efgh"."""
    code = f"{make_code(4)}-{make_code(4)}"
    officials.put_link_code(c, official.id, hash_code(code), later(utc_now(), CODE_SECONDS))
    return code


def link(c: Connection, channel: str, address: str, typed: str, now: str) -> Official | None:
    """The official to whom this chat account belongs from now on; None when the code is wrong, used or too old."""
    row = officials.link_address(c, hash_code(typed), channel, address, now)
    if row is None:
        return None
    record(c, row.login, "link", f"official:{row.id}", json.dumps({"channel": channel}), now)
    return official_of(row)
