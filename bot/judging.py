"""`main.py test`: how well questions are understood, measured on labelled files with the content that is live now."""

from __future__ import annotations

from pathlib import Path

from bot.voice import load_voice
from intents.decide import decide
from intents.evaluate import evaluate, format_report, load_cases

QUESTIONS = Path(__file__).parents[1] / "tests" / "intents" / "questions"


def judge(content_dir: Path) -> str:
    """A report per file of questions: top-1, top-3, right, wrong, out-of-scope answered, confusions."""
    voice = load_voice(content_dir)
    reports = []
    for path in sorted(QUESTIONS.glob("*.tsv")):
        report = evaluate(load_cases(path), lambda text: decide(voice.companion, text))
        reports.append(f"== {path.stem}\n{format_report(report)}")
    return "\n\n".join(reports)
