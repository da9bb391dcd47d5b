"""How cost grows with the phrasings, 2,000 to 20,000; beyond what there is, made ones (see `phrasings.grow`)."""

from __future__ import annotations

import statistics
from pathlib import Path

from intents.evaluate import load_cases
from tests.bench.alone import ask
from tests.bench.phrasings import RESULTS, grow, live_phrasings
from tests.bench.tables import save

SIZES = (2_000, 5_000, 10_000, 20_000)
Row = tuple[str, str]


def run(questions: Path, _tune: Path) -> list[Row]:
    """Rows for `python -m tests.bench growth`; a few minutes."""
    live, texts = live_phrasings(), [case.text for case in load_cases(questions)]
    measured, rows = [], []
    for size in SIZES:
        phrasings = [(example.id, example.text) for example in grow(live, size)]
        built, found = ask("build", phrasings, []), ask("ours", phrasings, texts)
        times = sorted(found["times_ms"])
        measured.append(
            {
                "phrasings": size,
                "median_ms": statistics.median(times),
                "p99_ms": times[int(len(times) * 0.99)],
                "memory_mb": found["memory_mb"],
                "warm_ms": found["warm_ms"],
                **built,
            }
        )
        last = measured[-1]
        figures = (
            f"trung vị {last['median_ms']:.2f} ms, p99 {last['p99_ms']:.2f} ms, bộ nhớ {last['memory_mb']:.0f} MB, "
            f"dựng {last['build_s']:.1f} s (đỉnh {last['peak_mb']:.0f} MB), nạp {last['warm_ms']:.0f} ms"
        )
        rows.append((f"{size} cách hỏi", figures))
    save(RESULTS / "growth.json", {"real": len(live), "sizes": measured})
    growth = measured[-1]["median_ms"] / measured[0]["median_ms"]
    return [*rows, ("gấp mười cách hỏi: thời gian gấp", f"{growth:.1f}")]
