"""Whose data a query may touch: the whole city or a set of communes.

Every query the console makes about people takes a `Scope`, without a default: a query that forgets it does not
type-check. Who has which scope is decided elsewhere.
"""

from __future__ import annotations

import dataclasses

from storage.sql import Value


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """`communes` are slugs as in `people.commune`; None is the whole city, including people with no commune yet."""

    communes: frozenset[str] | None

    def where(self, column: str) -> str:
        """The SQL condition, e.g. `p.commune IN (:scope_0, :scope_1)`; use it together with `params`.

        `column` is written by us and never comes from a request.
        """
        if self.communes is None:
            return "1 = 1"
        names = ", ".join(f":{name}" for name in self.params)
        return f"{column} IN ({names})" if names else "1 = 0"

    def whose(self, column: str = "person_id") -> str:
        """The condition that the person a row is about is in scope; the whole city needs no look at the people."""
        if self.communes is None:
            return "1 = 1"
        return f"{column} IN (SELECT id FROM people WHERE {self.where('commune')})"  # noqa: S608 — ours

    @property
    def params(self) -> dict[str, Value]:
        """What `where` refers to, to be merged into the parameters of the query."""
        return {f"scope_{place}": commune for place, commune in enumerate(sorted(self.communes or ()))}

    def covers(self, commune: str) -> bool:
        """Whether a person of this commune ("" for none known) is inside."""
        return self.communes is None or commune in self.communes

    def narrowed(self, communes: frozenset[str]) -> Scope:
        """Only these communes, as far as they are inside: what a filter on a page may do."""
        return Scope(communes if self.communes is None else self.communes & communes)


WHOLE_CITY = Scope(None)
