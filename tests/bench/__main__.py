"""`make bench`: every benchmark, one after the other. Quote ratios and shares: absolute times mean little."""

from __future__ import annotations

import sys

from tests.bench import bench_intents, bench_receiving

BENCHMARKS = (bench_intents, bench_receiving)


def main() -> None:
    wanted = set(sys.argv[1:])
    for module in BENCHMARKS:
        name = module.__name__.rpartition("bench_")[2]
        if wanted and name not in wanted:
            continue
        print(f"== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        for label, value in module.run():
            print(f"  {label:<40} {value}", flush=True)


if __name__ == "__main__":
    main()
