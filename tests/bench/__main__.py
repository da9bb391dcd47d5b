"""`make bench`: the benchmarks one after the other. Quote ratios and shares: absolute times mean little.

`python -m tests.bench NAME …` runs the named ones; those that take minutes run only so. Those that judge accuracy read
the tune questions, or the file given with --questions; they print shares, never a question.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import (
    bench_ablation,
    bench_broadcast,
    bench_charts,
    bench_content,
    bench_dashboard,
    bench_growth,
    bench_hands,
    bench_hostile,
    bench_intents,
    bench_peers,
    bench_queue,
    bench_receiving,
    bench_reliability,
    bench_scale,
    bench_sending,
)

TUNE = Path(__file__).parents[1] / "intents" / "questions" / "tune.tsv"
BENCHMARKS = (bench_intents, bench_content, bench_receiving, bench_sending)
ON_QUESTIONS = (bench_peers, bench_ablation, bench_reliability, bench_growth, bench_charts)  # only when named
LONG = (bench_broadcast, bench_dashboard, bench_queue, bench_hands, bench_hostile, bench_scale)  # only when named


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = {module.__name__.rpartition("bench_")[2]: module for module in (*BENCHMARKS, *ON_QUESTIONS, *LONG)}
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}; none: the quick ones")
    parser.add_argument("--questions", type=Path, default=TUNE, help="labelled questions (default: the tune part)")
    parser.add_argument("--count", type=int, default=bench_hostile.COUNT, help="how many calls `hostile` makes")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(names)}")
    for module in [names[name] for name in options.names] or BENCHMARKS:
        run: Callable[[], Iterable[tuple[str, str]]] = module.run
        if module in ON_QUESTIONS:
            run = functools.partial(module.run, options.questions, TUNE)
        if module is bench_hostile:
            run = functools.partial(bench_hostile.run, options.count)
        print(f"== {module.__name__.rpartition('bench_')[2]}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        for label, value in run():
            print(f"  {label:<40} {value}", flush=True)


if __name__ == "__main__":
    main()
