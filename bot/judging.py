"""`main.py test`: how well questions are understood, measured on labelled files with the content that is live now.

The tune part is shown question by question. Of the final part only totals leave this module: whoever improves the
matcher must never see one of its questions.
"""

from __future__ import annotations

from pathlib import Path

from bot.voice import load_voice
from intents.decide import decide
from intents.evaluate import Report, Tally, evaluate, format_report, load_cases

QUESTIONS = Path(__file__).parents[1] / "tests" / "intents" / "questions"
TUNE = QUESTIONS / "tune.tsv"
FINAL = QUESTIONS / "final.tsv"
DOCUMENT_MARK = "cuoi-cung"
WAYS = {
    "sach": "có dấu",
    "khongdau": "không dấu",
    "teencode": "viết tắt, teencode",
    "telex": "phím Telex",
    "phuongngu": "theo giọng nói",
    "xa": "ngoài phạm vi: xa",
    "gan": "ngoài phạm vi: gần",
}


def judge(content_dir: Path, questions: Path = TUNE) -> str:
    """Top-1, top-3, right, wrong, out-of-scope answered, and the questions that went wrong. Raises OSError."""
    return f"== {questions.stem}\n{format_report(_measure(content_dir, questions))}"


def judge_totals(content_dir: Path, questions: Path = FINAL) -> str:
    """The totals by way of typing as a Markdown table, no question and no entry named. Raises OSError."""
    return format_totals(_measure(content_dir, questions))


def _measure(content_dir: Path, questions: Path) -> Report:
    voice = load_voice(content_dir)
    return evaluate(load_cases(questions), lambda text: decide(voice.companion, text))


def format_totals(report: Report) -> str:
    """One row a way of typing and one for all, as Markdown."""
    head = ["kiểu gõ", "số câu", "hạng 1", "hạng 1–3", "đúng", "sai", "hỏi lại", "ngoài phạm vi mà trả lời"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    rows += [
        _row(WAYS.get(typing, typing), report.by_typing[typing]) for typing in sorted(report.by_typing, key=_place)
    ]
    rows.append(_row("**tất cả**", report.total))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _place(typing: str) -> int:
    return list(WAYS).index(typing) if typing in WAYS else len(WAYS)


def _row(name: str, tally: Tally) -> list[str]:
    counts = (tally.first, tally.among_three, tally.right, tally.wrong, tally.asked_back)
    shares = [_share(count, tally.cases) for count in counts]
    return [name, str(tally.cases + tally.outside), *shares, _share(tally.outside_answered, tally.outside)]


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %".replace(".", ",") if of else "–"


def put_between(document: str, mark: str, text: str) -> str:
    """The document with `text` between `<!-- mark -->` and `<!-- /mark -->`. Raises ValueError without these."""
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    if document.count(start) != 1 or document.count(end) != 1:
        raise ValueError(f"cần đúng một cặp {start} … {end}")
    before, _, rest = document.partition(start)
    return f"{before}{start}\n{text}\n{end}{rest.partition(end)[2]}"
