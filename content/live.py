"""The library in use, and the thread that replaces it when an admin saves a valid change.

A tree with errors never replaces what runs. What is built from a library (the matcher) is swapped together
with it, as one object, so no reader ever sees one without the other.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from content.check import examine, format_problem, sort_problems
from content.files import Scan, scan_tree
from content.load import today_in_hanoi
from content.model import ContentErrors, Library, Problem

log = logging.getLogger(__name__)

Companion = TypeVar("Companion")


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded(Generic[Companion]):
    """A library and what `on_change` made of it."""

    library: Library
    companion: Companion


@dataclasses.dataclass(frozen=True, slots=True)
class _Status(Generic[Companion]):
    """All that readers see, replaced as one reference."""

    loaded: Loaded[Companion]
    problems: tuple[Problem, ...]
    rejected: bool
    checked_at: str


class LiveLibrary(Generic[Companion]):
    """The current library of one language, watched from `start()` until `stop()` (or inside `with`).

    Creating it loads the tree and raises ContentErrors when it has errors. `on_change(library)` is called
    here for the first library and then in the watching thread, before each swap; what it returns is kept as
    the companion. When it raises, the swap does not happen. `interval` is seconds between two looks at the
    tree; a change is taken up once two looks agree, so a file still being written is waited for.
    """

    def __init__(
        self,
        root: Path,
        language: str = "vi",
        *,
        on_change: Callable[[Library], Companion],
        today: Callable[[], date] = today_in_hanoi,
        interval: float = 0.25,
    ) -> None:
        self._root = root
        self._language = language
        self._on_change = on_change
        self._today = today
        self._interval = interval
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._reloading = threading.Lock()
        self._scan = scan_tree(root, language)
        self._day = today()
        examination = examine(root, language, self._day)
        if examination.broken:
            raise ContentErrors(examination.problems)
        loaded = Loaded(examination.library, on_change(examination.library))
        problems = (*examination.problems, *examination.stale)
        self._status = _Status(loaded, tuple(sort_problems(problems)), rejected=False, checked_at=_now())

    @property
    def loaded(self) -> Loaded[Companion]:
        """Library and companion that belong together: read it once per message."""
        return self._status.loaded

    @property
    def current(self) -> Library:
        return self._status.loaded.library

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the tree on disk has, as last examined: also when it was rejected."""
        return self._status.problems

    @property
    def rejected(self) -> bool:
        """True while the tree on disk is not what runs, because it has errors."""
        return self._status.rejected

    @property
    def checked_at(self) -> str:
        """When the tree was last examined, UTC ISO text."""
        return self._status.checked_at

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name="content", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def reload(self) -> None:
        """Examine the tree now instead of with the next look, and swap it in when it has no errors."""
        self._reload(scan_tree(self._root, self._language))

    def _watch(self) -> None:
        previous = self._scan
        while not self._stopping.wait(self._interval):
            scan = scan_tree(self._root, self._language)
            settled, previous = scan == previous, scan
            if settled and (scan != self._scan or self._today() != self._day):
                self._reload(scan)

    def _reload(self, scan: Scan) -> None:
        """Examine the tree as it was at `scan` and swap it in, or say why not."""
        with self._reloading:
            self._examine(scan)

    def _examine(self, scan: Scan) -> None:
        day = self._today()
        examination = examine(self._root, self._language, day)
        if scan_tree(self._root, self._language) != scan:
            return  # it changed while being read: the next settled look reads it again
        self._scan, self._day = scan, day
        status = self._status
        problems = tuple(sort_problems((*examination.problems, *examination.stale)))
        loaded, rejected = status.loaded, examination.broken
        if rejected:
            log.error("content.rejected", extra={"problems": " | ".join(map(format_problem, problems))})
        elif examination.library.digest != loaded.library.digest:
            try:
                loaded = Loaded(examination.library, self._on_change(examination.library))
            except Exception:
                log.exception("content.not_built")
                rejected = True
            else:
                told = {"entries": len(loaded.library.entries), "digest": loaded.library.digest[:12]}
                log.info("content.live", extra=told)
        self._status = _Status(loaded, problems, rejected, _now())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
