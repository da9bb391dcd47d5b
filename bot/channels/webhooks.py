"""How a platform calls us: a path of our own, a secret in a header, a body that is one JSON object.

Answers for: nobody without the secret gets past the door, and what is not readable is refused with the right status.
Must not know a platform or what is in a body.
"""

from __future__ import annotations

import dataclasses
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024  # bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Webhook:
    """Where a channel is called: `handle(headers, body)` gives the HTTP status."""

    path: str
    handle: Callable[[Mapping[str, str], bytes], Awaitable[int]]


class RejectedError(Exception):
    """A call that is not taken, with the HTTP status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read_call(channel: str, headers: Mapping[str, str], body: bytes, header: str, secret: str) -> object:
    """The JSON in `body`. Raises `RejectedError`: 403 without the secret, 413 too big, 400 not JSON.

    `header` in small letters. With an empty `secret` nobody is let in.
    """
    given = {name.lower(): value for name, value in headers.items()}.get(header, "")
    if not secret or not hmac.compare_digest(given.encode(errors="replace"), secret.encode()):
        raise RejectedError(403)
    if len(body) > MAX_BODY:
        raise RejectedError(413)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        log.warning("webhook.not_json", extra={"channel": channel, "bytes": len(body)})
        raise RejectedError(400) from None
