"""Where the problems of one file are gathered while it is read, so that an admin sees all of them at once.

It does not judge: those who read and check add to it.
"""

from __future__ import annotations

import dataclasses

from content.model import Level, Problem


@dataclasses.dataclass
class Findings:
    """The problems of one file, in the order they were met."""

    file: str
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def error(self, line: int, field: str, message: str, hint: str = "") -> None:
        self.add(line, field, message, hint, "error")

    def warning(self, line: int, field: str, message: str, hint: str = "") -> None:
        self.add(line, field, message, hint, "warning")

    def add(self, line: int, field: str, message: str, hint: str, level: Level) -> None:
        self.problems.append(Problem(self.file, line, field, message, hint, level))
