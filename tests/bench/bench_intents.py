"""How long one decision takes with all live phrasings, what the engine holds in memory, how long it takes to build.

Each figure is taken in a process of its own that keeps to one core.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from intents.evaluate import load_cases
from tests.bench.alone import ask
from tests.bench.phrasings import RESULTS, live_phrasings
from tests.bench.tables import save

TUNE = Path(__file__).parents[1] / "intents" / "questions" / "tune.tsv"
Row = tuple[str, str]


def run() -> list[Row]:
    """Rows of (what, figure) for `python -m tests.bench`."""
    phrasings = [(example.id, example.text) for example in live_phrasings()]
    built = ask("build", phrasings, [])
    found = ask("ours", phrasings, [case.text for case in load_cases(TUNE)])
    times = sorted(found.pop("times_ms"))
    del found["decisions"]
    median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    figures = {"phrasings": len(phrasings), "median_ms": median, "p99_ms": p99, **built, **found}
    save(RESULTS / "intents.json", figures)
    return [
        ("số cách hỏi", str(len(phrasings))),
        ("một câu, trung vị", f"{median:.2f} ms"),
        ("một câu, p99", f"{p99:.2f} ms"),
        ("bộ nhớ khi chạy, kể cả thư viện", f"{found['memory_mb']:.0f} MB"),
        ("  trong đó thư viện và mã", f"{found['libraries_mb']:.0f} MB"),
        ("nạp từ bộ đệm", f"{found['warm_ms']:.0f} ms"),
        ("dựng lại từ đầu", f"{built['build_s']:.1f} s"),
        ("  bộ nhớ cao nhất khi dựng", f"{built['peak_mb']:.0f} MB"),
        ("  tệp bộ đệm", f"{built['file_mb']:.1f} MB"),
    ]
