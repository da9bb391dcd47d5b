# ruff: noqa: PLC0415 - what is measured is imported after the first look at the memory
"""One engine in a process of its own, on one core: what it ranks, how long it takes, what memory it holds.

`python -m tests.bench.alone ENGINE` reads {"phrasings": [[id, text]], "questions": [text]} on standard input and writes
one JSON object. `ask` starts it. It must not know which answers are right.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "data" / "bench" / "cache"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_SECONDS = 3_000


class NotInstalled(Exception):
    """The engine's library cannot be imported; the message names it."""


def ask(engine: str, phrasings: Sequence[tuple[str, str]], questions: Sequence[str]) -> dict[str, Any]:
    """Run one engine: "ours", "build", or a name of `peers.PEERS`. Raises NotInstalled, CalledProcessError."""
    given = json.dumps({"phrasings": list(phrasings), "questions": list(questions)})
    command = [sys.executable, "-m", "tests.bench.alone", engine]
    done = subprocess.run(
        command, input=given, text=True, cwd=ROOT, env=os.environ | ONE_THREAD, check=True, stdout=-1, timeout=_SECONDS
    )
    found: dict[str, Any] = json.loads(done.stdout)
    if "missing" in found:
        raise NotInstalled(found["missing"])
    return found


def main() -> None:
    engine = sys.argv[1]
    given = json.load(sys.stdin)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    measure = {"ours": measure_ours, "build": measure_build}.get(engine)
    try:
        found = measure(**given) if measure else measure_peer(engine, **given)
    except ImportError as error:
        found = {"missing": str(error)}
    json.dump(found, sys.stdout)


def measure_ours(phrasings: list[list[str]], questions: list[str]) -> dict[str, Any]:
    """Ours as `serve` has it: found in the cache, built there by a child when it is not."""
    before = megabytes()
    from intents.cache import load_or_build
    from intents.decide import decide
    from intents.match import Example

    libraries = megabytes() - before
    examples = [Example(id_, text) for id_, text in phrasings]
    matcher = load_or_build(examples, CACHE)
    decisions, times = _timed(lambda text: decide(matcher, text), questions)
    held = megabytes() - before
    began = time.perf_counter()
    load_or_build(examples, CACHE)  # the first time it may have been built
    loaded = time.perf_counter() - began
    return {
        "warm_ms": 1000 * loaded,
        "libraries_mb": libraries,
        "memory_mb": held,
        "times_ms": times,
        "decisions": [
            {
                "kind": each.kind,
                "id": each.id,
                "choices": each.choices,
                "reason": each.reason,
                "candidates": [[candidate.id, candidate.score] for candidate in each.candidates],
            }
            for each in decisions
        ],
    }


def measure_build(phrasings: list[list[str]], questions: list[str]) -> dict[str, Any]:
    """A cold build as `serve` starts it: seconds, and the most memory that the child doing it held."""
    import resource
    import tempfile

    from intents.cache import load_or_build
    from intents.match import Example

    examples = [Example(id_, text) for id_, text in phrasings]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        load_or_build(examples, Path(folder))
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    return {
        "build_s": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "file_mb": size,
    }


def measure_peer(engine: str, phrasings: list[list[str]], questions: list[str]) -> dict[str, Any]:
    """One peer, on folded text and, as a second ranking, on text prepared by our own normalising.

    The second is left out for an engine that would take too long.
    """
    from tests.bench.peers import PEERS, TIMED, plain, prepared_as_ours

    ids = [id_ for id_, _ in phrasings]
    before = megabytes()
    texts = [plain(text) for _, text in phrasings]
    began = time.perf_counter()
    build, asked = TIMED.get(engine, (PEERS[engine], len(questions)))
    rank = build(texts, ids)
    seconds = time.perf_counter() - began
    ranked, times = _timed(lambda text: rank(plain(text)), questions[:asked])
    held = megabytes() - before
    if engine in TIMED:
        rank = PEERS[engine](texts, ids)
        ranked = [rank(plain(text)) for text in questions]
        return {"build_s": seconds, "memory_mb": held, "times_ms": times, "ranked": ranked, "ranked_prepared": []}
    rank_prepared = PEERS[engine]([prepared_as_ours(text) for _, text in phrasings], ids)
    return {
        "build_s": seconds,
        "memory_mb": held,
        "times_ms": times,
        "ranked": ranked,
        "ranked_prepared": [rank_prepared(prepared_as_ours(text)) for text in questions],
    }


def _timed(answer: Callable[[str], Any], questions: Sequence[str]) -> tuple[list[Any], list[float]]:
    """The answers, and the milliseconds each took; the first twenty are asked once before, to fill what is cached.

    Time of the processor, not of the clock on the wall: nothing here waits, and other programs must not count.
    """
    for text in questions[:20]:
        answer(text)
    answers, times = [], []
    for text in questions:
        began = time.process_time()
        answers.append(answer(text))
        times.append(1000 * (time.process_time() - began))
    return answers, times


def megabytes() -> float:
    """What this process holds in memory now."""
    gc.collect()
    return float(psutil.Process().memory_info().rss / 2**20)


if __name__ == "__main__":
    main()
