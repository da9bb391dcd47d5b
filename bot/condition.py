"""How one part of the program is doing, and the log's one line when that changes: none for each try in between.

It answers for what an operator is told; it must not decide what is done about it.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import Literal

from bot.clock import iso, utc_now

log = logging.getLogger(__name__)

State = Literal["connecting", "ok", "down", "misconfigured"]


class Condition:
    """The state of `part`, from any thread. `patience` is how many failures in a row make it ill.

    `state` is for /health: ok, connecting (nothing is known yet), down (tried again by itself) or misconfigured (a
    person has to do something); `reason` says why it was ill last, `ok_at` when it was well last (UTC ISO text or "").
    """

    def __init__(self, part: str, state: State = "ok", patience: int = 1) -> None:
        self.part = part
        self.state: State = state
        self.reason = ""
        self.ok_at = ""
        self._patience = patience
        self._failures = 0
        self._ill_since = self._well_since = time.monotonic()
        self._lock = threading.Lock()

    def well(self) -> None:
        """It works."""
        with self._lock:
            self._failures = 0
            self._well_since = time.monotonic()
            before, self.state = self.state, "ok"
            self.ok_at = iso(utc_now())
        if before in {"down", "misconfigured"}:
            log.info("part.ok", extra={"part": self.part, "after": f"{time.monotonic() - self._ill_since:.0f}s"})

    def ill(self, reason: str, state: Literal["down", "misconfigured"] = "down", began: float = math.inf) -> None:
        """It does not work, because of `reason`. What is misconfigured is not waited for.

        A try that `began` (monotonic seconds) before another one went well tells old news and is passed over.
        """
        with self._lock:
            if began < self._well_since:
                return
            self._failures += 1
            self.reason = reason
            if self.state == state or (state == "down" and self._failures < self._patience):
                return
            if self.state in {"ok", "connecting"}:
                self._ill_since = time.monotonic()
            self.state = state
        say = log.error if state == "misconfigured" else log.warning
        say(f"part.{state}", extra={"part": self.part, "reason": reason})
