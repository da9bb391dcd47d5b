"""Draws what the other benchmarks measured last into docs/*.svg and puts their tables into docs/hieu-cau-hoi.md.

It measures nothing: run `peers`, `ablation`, `reliability`, `growth` and `intents` first. Only the tune part is drawn;
the figures of the final part are put into the document by `main.py test --final --into`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.judging import WAYS, put_between
from tests.bench.bench_peers import TYPINGS
from tests.bench.phrasings import RESULTS, ROOT
from tests.bench.svg import bars, lines
from tests.bench.tables import markdown, number, percent, points

DOCS = ROOT / "docs"
DOCUMENT = DOCS / "hieu-cau-hoi.md"
Row = tuple[str, str]


def run(_questions: Path, tune: Path) -> list[Row]:
    """Rows for `python -m tests.bench charts`: what was drawn, and what has to be measured first."""
    rows: list[Row] = []
    for name, source, draw in (
        ("so-sanh", f"peers-{tune.stem}", draw_peers),
        ("tung-buoc", f"ablation-{tune.stem}", draw_ablation),
        ("tin-cay", f"reliability-{tune.stem}", draw_reliability),
        ("tang-truong", "growth", draw_growth),
        ("may", "intents", draw_machine),
    ):
        measured = RESULTS / f"{source}.json"
        if not measured.exists():
            rows.append((name, f"!!! chưa đo: python -m tests.bench {source.partition('-')[0]}"))
            continue
        chart, tables = draw(json.loads(measured.read_text(encoding="utf-8")))
        if chart:
            (DOCS / f"hieu-cau-hoi-{name}.svg").write_text(chart, encoding="utf-8")
        document = DOCUMENT.read_text(encoding="utf-8")
        for mark, table in tables.items():
            document = put_between(document, mark, table)
        DOCUMENT.write_text(document, encoding="utf-8")
        rows.append((name, "đã vẽ"))
    return rows


def draw_peers(found: dict[str, Any]) -> tuple[str, dict[str, str]]:
    engines = found["engines"]
    chart = bars(
        f"Cùng {number(found['phrasings'])} cách hỏi, cùng các câu hỏi",
        [engine["name"] for engine in engines],
        [
            (label, [(100 * engine[key], percent(engine[key])) for engine in engines])
            for label, key in (("đúng", "right"), ("mục đầu đúng", "first"))
        ],
        (0, 100),
    )
    accuracy = markdown(
        ["", "hạng 1", "hạng 1, chuẩn hóa của ta", "hạng 1–3", "đúng", "sai", "ngoài: xa", "ngoài: gần", "giá mỗi câu"],
        [
            [
                engine["name"],
                percent(engine["first"]),
                percent(engine["first_prepared"]),
                *(percent(engine[key]) for key in ("among_three", "right", "wrong")),
                *(percent(engine["outside"][kind]) for kind in ("xa", "gan")),
                number(engine["cost"], 2),
            ]
            for engine in engines
        ],
    )
    typing = markdown(
        ["đúng (hạng 1)", *(WAYS[typing] for typing in TYPINGS)],
        [[engine["name"], *(_both(engine["by_typing"].get(typing)) for typing in TYPINGS)] for engine in engines],
    )
    speed = markdown(
        ["", "trung vị", "p99", "bộ nhớ"],
        [
            [
                engine["name"],
                f"{number(engine['median_ms'], 2)} ms",
                f"{number(engine['p99_ms'], 2)} ms",
                f"{number(engine['memory_mb'])} MB",
            ]
            for engine in engines
        ],
    )
    return chart, {"so-sanh": accuracy, "kieu-go": typing, "toc-do": speed}


def _both(shares: dict[str, float] | None) -> str:
    return f"{percent(shares['right'], 0)} ({percent(shares['first'], 0)})" if shares else "–"


def draw_ablation(found: dict[str, Any]) -> tuple[str, dict[str, str]]:
    whole, steps = found["whole"], sorted(found["steps"], key=lambda each: (each["right"], each["first"]))
    change = {each["name"]: {key: each[key] - whole[key] for key in ("right", "first", "wrong")} for each in steps}
    least = min(100 * each[key] for each in change.values() for key in ("right", "first"))
    most = max(100 * each[key] for each in change.values() for key in ("right", "first"))
    chart = bars(
        "Bỏ từng bước một: thay đổi bao nhiêu điểm phần trăm",
        list(change),
        [
            (label, [(100 * each[key], points(each[key])) for each in change.values()])
            for label, key in (("đúng", "right"), ("mục đầu đúng", "first"))
        ],
        (min(least, -1), max(most, 1)),
    )
    rows = [["**đủ các bước**", *(percent(whole[key]) for key in ("right", "first", "wrong")), *_ways(whole, None)]]
    for each in steps:
        changed = [points(change[each["name"]][key]) for key in ("right", "first", "wrong")]
        rows.append([each["name"], *changed, *_ways(each, whole)])
    head = ["khi bỏ", "đúng", "hạng 1", "sai", *(WAYS[typing] for typing in TYPINGS)]
    counts = markdown(
        ["mỗi mục", "số cách hỏi", "hạng 1", "đúng", "sai"],
        [
            [each["name"].removesuffix(" mỗi mục"), number(each["phrasings"])]
            + [percent(each[key]) for key in ("first", "right", "wrong")]
            for each in found["counts"]
        ],
    )
    return chart, {"tung-buoc": markdown(head, rows), "so-cach-hoi": counts}


def _ways(each: dict[str, Any], whole: dict[str, Any] | None) -> list[str]:
    """The share that is right by way of typing, or its change against the whole."""
    shares = [each["by_typing"][typing]["right"] for typing in TYPINGS]
    if whole is None:
        return [percent(share) for share in shares]
    return [points(share - whole["by_typing"][typing]["right"]) for share, typing in zip(shares, TYPINGS, strict=True)]


def draw_reliability(found: dict[str, Any]) -> tuple[str, dict[str, str]]:
    bins = found["bins"]
    tenths = [(at / 10, number(at / 10, 1)) for at in range(11)]
    shares = [(at / 5, percent(at / 5, 0)) for at in range(6)]
    series = [
        (
            label,
            [((each["from"] + each["to"]) / 2, each[key]) for each in bins if each[key] is not None],
        )
        for label, key in (("mục đầu đúng (mọi câu)", "right"), ("trả lời đúng", "answered_right"))
    ]
    chart = lines("Độ tin cậy có đáng tin không", series, ("độ tin cậy", ""), (1, 1), (tenths, shares), diagonal=True)
    table = markdown(
        ["độ tin cậy", "số câu", "mục đầu đúng", "được trả lời ngay", "trong đó đúng"],
        [
            [
                f"{number(each['from'], 1)}–{number(each['to'], 1)}",
                number(each["messages"]),
                percent(each["right"], 0),
                number(each["answered"]),
                percent(each["answered_right"], 0),
            ]
            for each in bins
        ],
    )
    return chart, {"tin-cay": table}


def draw_growth(found: dict[str, Any]) -> tuple[str, dict[str, str]]:
    sizes = found["sizes"]
    top = max(each["p99_ms"] for each in sizes)
    step = max(1, round(top / 5))
    chart = lines(
        "Nhiều cách hỏi hơn thì chậm hơn bao nhiêu",
        [
            ("trung vị", [(each["phrasings"], each["median_ms"]) for each in sizes]),
            ("p99", [(each["phrasings"], each["p99_ms"]) for each in sizes]),
        ],
        ("số cách hỏi", "ms mỗi câu"),
        (max(each["phrasings"] for each in sizes), top),
        (
            [(each["phrasings"], number(each["phrasings"])) for each in sizes],
            [(at, number(at)) for at in range(0, int(top) + 1, step)],
        ),
    )
    table = markdown(
        ["số cách hỏi", "trung vị", "p99", "bộ nhớ", "dựng", "đỉnh bộ nhớ khi dựng", "nạp lại"],
        [
            [
                number(each["phrasings"]),
                f"{number(each['median_ms'], 2)} ms",
                f"{number(each['p99_ms'], 2)} ms",
                f"{number(each['memory_mb'])} MB",
                f"{number(each['build_s'], 1)} s",
                f"{number(each['peak_mb'])} MB",
                f"{number(each['warm_ms'])} ms",
            ]
            for each in sizes
        ],
    )
    return chart, {"tang-truong": table}


def draw_machine(found: dict[str, Any]) -> tuple[str, dict[str, str]]:
    rows = [
        ("số cách hỏi đang dùng", number(found["phrasings"])),
        ("một câu, trung vị", f"{number(found['median_ms'], 2)} ms"),
        ("một câu, p99", f"{number(found['p99_ms'], 2)} ms"),
        ("bộ nhớ khi chạy, kể cả thư viện", f"{number(found['memory_mb'])} MB"),
        ("dựng lại từ đầu", f"{number(found['build_s'], 1)} s"),
        ("bộ nhớ cao nhất khi dựng (tiến trình riêng)", f"{number(found['peak_mb'])} MB"),
        ("nạp từ bộ đệm lúc khởi động", f"{number(found['warm_ms'])} ms"),
    ]
    return "", {"may": markdown(["", "đo được"], rows)}
