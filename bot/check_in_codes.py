"""The short code a worker shows at the door of a session: "P12-K7Q3", the number of the registration and a signature.

The signature keeps a mistyped or guessed number from checking in somebody else; nothing is stored for each code, and a
code says nothing about anybody to whoever is not signed in as an official.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from storage.database import Connection
from storage.secrets import find_secret, keep_secret

NAME = "check-in"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
_LENGTH = 4
_CODE = re.compile(r"\s*[Pp]?\s*(\d{1,15})\s*[-–. ]\s*([0-9A-Za-z]{4})\s*")


def get_key(c: Connection) -> str:
    """The key of this database's codes, made when first asked for: needs a transaction that writes."""
    return find_secret(c, NAME) or keep_secret(c, NAME, secrets.token_hex(32))


def code_of(key: str, registration_id: int) -> str:
    """The code of a registration."""
    return f"P{registration_id}-{_signature(key, registration_id)}"


def read_code(key: str, text: str) -> int | None:
    """The registration a code belongs to, however it was typed; None for a wrong one, or while there is no key."""
    match = _CODE.fullmatch(text)
    if not match or not key:
        return None
    signed = _signature(key, int(match[1]))
    return int(match[1]) if hmac.compare_digest(signed, match[2].upper()) else None


def _signature(key: str, registration_id: int) -> str:
    digest = hmac.new(key.encode(), str(registration_id).encode(), hashlib.sha256).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_LENGTH])
