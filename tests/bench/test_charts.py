"""Charts are whole SVG that show the figures given, and the document has a place for every table."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from bot.judging import DOCUMENT_MARK
from tests.bench.bench_charts import DOCUMENT, draw_ablation, draw_growth, draw_machine, draw_peers, draw_reliability

TYPED = {typing: {"right": 0.9, "first": 0.8} for typing in ("sach", "khongdau", "teencode", "telex", "phuongngu")}
SHARES = {"first": 0.8, "among_three": 0.9, "right": 0.85, "wrong": 0.02, "by_typing": TYPED}
ENGINE = SHARES | {"first_prepared": None, "cost": 0.5, "outside": {"xa": 0.0, "gan": 0.1}, "name": "A & <B>"}
SPEED = {"median_ms": 1.5, "p99_ms": 4.0, "memory_mb": 40.0}
BUILD = {"build_s": 9.0, "peak_mb": 200.0, "warm_ms": 30.0}
STEP = SHARES | {"name": "khái niệm", "right": 0.8, "phrasings": 10}

DRAWN = [
    draw_peers({"phrasings": 10, "engines": [ENGINE | SPEED]}),
    draw_ablation({"whole": STEP | {"right": 0.85}, "steps": [STEP], "counts": [STEP]}),
    draw_reliability(
        {"bins": [{"from": 0.9, "to": 1.0, "messages": 7, "right": 0.99, "answered": 0, "answered_right": None}]}
    ),
    draw_growth({"sizes": [{"phrasings": 2000} | SPEED | BUILD, {"phrasings": 20000} | SPEED | BUILD]}),
    draw_machine({"phrasings": 10} | SPEED | BUILD),
]


def test_every_chart_is_well_formed_and_names_what_it_shows() -> None:
    charts = [ET.fromstring(chart) for chart, _ in DRAWN if chart]
    texts = [" ".join(charts[at].itertext()) for at in range(len(charts))]
    assert "A & <B>" in texts[0]
    assert "85,0 %" in texts[0]
    assert "−5,0" in texts[1]
    assert "20.000" in texts[3]


def test_the_document_has_one_place_for_every_table() -> None:
    marks = {mark for _, tables in DRAWN for mark in tables} | {DOCUMENT_MARK}
    assert sorted(re.findall(r"<!-- ([a-z-]+) -->", DOCUMENT.read_text(encoding="utf-8"))) == sorted(marks)


def test_a_table_shows_the_change_that_a_step_makes() -> None:
    assert "| khái niệm | −5,0 | 0,0 | 0,0 | 0,0 |" in DRAWN[1][1]["tung-buoc"]
