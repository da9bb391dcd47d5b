"""A matcher built once, in a process of its own, and kept on disk for the next start.

Training needs several times the memory of answering; done in a child, the serving process never holds it. The file's
name carries everything the matcher depends on, so a stale one is never read. It must not know what phrasings mean.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from intents.match import Example, Matcher

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
KEPT = 3  # files of earlier contents: an edit that is taken back finds its matcher again
BUILD_SECONDS = 300


def load_or_build(examples: Sequence[Example], folder: Path) -> Matcher:
    """The matcher of these phrasings, from `folder` or built there by a child process.

    Where the folder cannot be written or the child fails, it is built here: slower to start, the same matcher.
    """
    path = _path(examples, folder)
    found = _load(path)
    if found:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _build_in_child(examples, path)
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("matcher.no_cache", extra={"folder": str(folder), "reason": str(error)})
        return build_here(examples)
    _forget_old(folder)
    return _load(path) or build_here(examples)


def is_cached(examples: Sequence[Example], folder: Path) -> bool:
    """Whether `load_or_build` would find these phrasings' matcher on disk."""
    return _path(examples, folder).exists()


def _path(examples: Sequence[Example], folder: Path) -> Path:
    return folder / f"matcher-{fingerprint(examples)}.pickle"


def fingerprint(examples: Sequence[Example]) -> str:
    """Changes when a phrasing, a word list, this package's code or NumPy does."""
    digest = hashlib.sha256(f"{np.__version__} {sys.version_info[:2]}".encode())
    for path in sorted([*HERE.glob("*.py"), *(HERE / "words").iterdir()]):
        digest.update(path.read_bytes())
    for example in examples:
        digest.update(f"\n{example.id}\t{example.text}".encode())
    return digest.hexdigest()[:24]


def build_here(examples: Sequence[Example]) -> Matcher:
    """The matcher of these phrasings, built in this process: for tests, and when there is no other way."""
    # Imported here: the serving process must not carry SciPy.
    from intents.build import build_matcher  # noqa: PLC0415

    return build_matcher(examples)


def _load(path: Path) -> Matcher | None:
    """None when there is no file, or one that a crash cut short."""
    try:
        # Our own file in our own data folder: who can write there can change the database too.
        with path.open("rb") as file:
            found = pickle.load(file)  # noqa: S301
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, IndexError):
        return None
    return found if isinstance(found, Matcher) else None


def _build_in_child(examples: Sequence[Example], path: Path) -> None:
    given = "\n".join(json.dumps([example.id, example.text]) for example in examples)
    command = [sys.executable, "-m", "intents.cache", str(path.resolve())]
    subprocess.run(  # noqa: S603 - our own interpreter and module
        command, input=given, text=True, cwd=HERE.parent, check=True, timeout=BUILD_SECONDS, stderr=subprocess.PIPE
    )


def _forget_old(folder: Path) -> None:
    for path in sorted(folder.glob("matcher-*.pickle"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        path.unlink(missing_ok=True)


def _build_from_stdin(path: Path) -> None:
    """The child: phrasings as JSON lines on standard input, the matcher into `path`, whole or not at all."""
    examples = [Example(*json.loads(line)) for line in sys.stdin]
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_bytes(pickle.dumps(build_here(examples), protocol=5))
    unfinished.replace(path)


if __name__ == "__main__":
    _build_from_stdin(Path(sys.argv[1]))
