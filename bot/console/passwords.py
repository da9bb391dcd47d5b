"""Passwords and other secrets: making, hashing and comparing them.

Argon2id with 19 MiB, two passes and one lane, OWASP's first recommendation: libraries' default of 64 MiB a hash would
take the serving process over its memory. One runs at a time, in a thread of its own, for the same reason: what a thread
freed the C library keeps for that thread. Nothing here is stored or sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import argon2

MIN_LENGTH = 10
MAX_LENGTH = 200
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else

_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")


def _random_base64(length: int) -> str:
    return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")


# As dear to check as anybody's, and matched by nothing.
_NOBODYS = f"$argon2id$v=19$m={19 * 1024},t=2,p=1${_random_base64(16)}${_random_base64(32)}"

_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "0987654321",
        "12345678910",
        "123456789a",
        "a123456789",
        "qwertyuiop",
        "matkhau123",
        "matkhau1234",
        "password12",
        "password123",
        "password1234",
        "admin12345",
        "admin123456",
        "vietnam123",
        "hanoi12345",
        "hanoi123456",
        "congan1234",
    ]
)


def hash_password(password: str) -> str:
    """The text to store; it names its own algorithm and salt."""
    return _WORKER.submit(_HASHER.hash, password).result()


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. None (nobody has this name) takes as long and is False."""
    try:
        _WORKER.submit(_HASHER.verify, password_hash or _NOBODYS, password[:MAX_LENGTH]).result()
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False
    return password_hash is not None


def problem_with(password: str, login: str) -> str:
    """Why this cannot be a password, in Vietnamese; "" when it can."""
    folded = password.casefold()
    if len(password) < MIN_LENGTH:
        return f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự. Nên ghép vài từ dễ nhớ với nhau."
    if len(password) > MAX_LENGTH:
        return f"Mật khẩu dài quá {MAX_LENGTH} ký tự."
    if folded in _COMMON or len(set(folded)) < 5:
        return "Mật khẩu này quá dễ đoán. Nên ghép vài từ dễ nhớ với nhau."
    if login.casefold() in folded:
        return "Mật khẩu không được chứa tên đăng nhập."
    return ""


def make_password() -> str:
    """A random one that can be read out and typed: 80 bits as abcd-efgh-jkmn-pqrs."""
    return "-".join(make_code(4) for _ in range(4))


def make_code(length: int) -> str:
    """Random letters and digits that cannot be mixed up."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def hash_code(code: str) -> str:
    """A one-time code as it is stored, however it was typed: capitals, spaces and hyphens do not count."""
    return digest("code", re.sub(r"[\s-]", "", code).casefold())


def digest(kind: str, secret: str) -> str:
    """The hash under which a random secret is stored; `kind` keeps one use from standing in for another."""
    return hashlib.sha256(f"gocua {kind}: {secret}".encode("utf-8", "replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
