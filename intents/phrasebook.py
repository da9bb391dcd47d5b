"""The phrasebook: how many different people ask for each entry, beside the entry's own `ask` lines.

`phrasebook/<group>/<slug>.txt`, one message a line as it was typed; lines that begin with # say whose they are. It only
reads: an admin adds a line where a worker's wording was not understood.
"""

from __future__ import annotations

from pathlib import Path

from intents.lexicon import load_rows
from intents.match import OUTSIDE, Example

FOLDER = Path(__file__).parent / "phrasebook"


def load_phrasebook(folder: Path = FOLDER) -> tuple[Example, ...]:
    """Every line of every file, by entry id. Raises OSError and UnicodeDecodeError."""
    return tuple(
        Example(f"{path.parent.name}.{path.stem}", line.strip())
        for path in sorted(folder.glob("*/*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    )


def load_outside() -> tuple[Example, ...]:
    """Messages that no entry answers, by kind: without them the nearest entry would always win."""
    return tuple(Example(OUTSIDE + kind, text) for kind, text in load_rows("ngoai-pham-vi.tsv"))
