"""People as an official looks them up: by name, phone, commune, group and channel, and counted by month.

Every query takes a Scope and finds nobody outside it; whoever asked to be forgotten is found by nobody. It knows no
spelling: the words of a name are folded by whoever asks and by whoever lists them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from storage.database import Connection
from storage.people import Person
from storage.scope import Scope
from storage.sql import Value

_COLUMNS = tuple(field.name for field in dataclasses.fields(Person))
_PERSON = ", ".join(f"p.{name}" for name in _COLUMNS)
_NEWEST = 2**62


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for; what is empty does not narrow. `words` are folded words of a name, all of which must occur.

    `phone` is a whole number. `before` is the id above which nobody is shown any more, for the next page.
    """

    words: tuple[str, ...] = ()
    phone: str = ""
    group: str = ""
    channel: str = ""
    before: int = _NEWEST


def find_people(c: Connection, scope: Scope, wanted: Wanted, limit: int) -> list[Person]:
    """People in scope who fit, the newest first."""
    rows = c.rows(*_found_text(scope, wanted, limit))
    return [_person(row) for row in rows]


def get_in_scope(c: Connection, person_id: int, scope: Scope) -> Person:
    """The person with this id; LookupError when there is none, or none in scope, which cannot be told apart."""
    row = c.row(
        f"SELECT {_PERSON} FROM people AS p WHERE p.id = :id AND p.erased_at = '' AND {scope.where('p.commune')}",  # noqa: S608
        {"id": person_id, **scope.params},
    )
    if row is None:
        raise LookupError(f"Không có người dùng số {person_id}.")
    return _person(row)


def count_by_month(c: Connection, scope: Scope, starts: Sequence[str]) -> list[int]:
    """How many people wrote for the first time between each of these times and the next, without end after the last."""
    params: dict[str, Value] = {f"at_{place}": at for place, at in enumerate(starts)}
    cases = " ".join(f"WHEN created_at >= :at_{place} THEN {place}" for place in reversed(range(len(starts))))
    rows = c.rows(
        f"""
        SELECT month, COUNT(*) AS people FROM (
            SELECT CASE {cases} ELSE -1 END AS month FROM people WHERE erased_at = '' AND {scope.where("commune")}
        ) AS months GROUP BY month
        """,  # noqa: S608 — the cases and the scope's column are ours
        {**params, **scope.params},
    )
    found = {int(row["month"]): int(row["people"]) for row in rows}
    return [found.get(place, 0) for place in range(len(starts))]


def is_listed(c: Connection) -> bool:
    """Whether everybody's words are listed."""
    return c.row("SELECT id FROM people WHERE names_listed = 0 ORDER BY id LIMIT 1") is None


def take_unlisted(c: Connection, limit: int) -> list[tuple[int, str]]:
    """People whose names changed since their words were listed: (id, all they are called), held by this transaction."""
    rows = c.rows(
        """
        SELECT id, name, full_name FROM people WHERE names_listed = 0 ORDER BY id LIMIT :limit {skip_locked}
        """,
        {"limit": limit},
    )
    return [(int(row["id"]), f"{row['name']} {row['full_name']}") for row in rows]


def list_words(c: Connection, words: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Replace the words by which each of these people is found."""
    ids: list[dict[str, Value]] = [{"id": person_id} for person_id, _ in words]
    c.execute_many("DELETE FROM person_words WHERE person_id = :id", ids)
    pairs: list[dict[str, Value]] = [{"id": id_, "word": word} for id_, many in words for word in sorted(set(many))]
    if pairs:
        c.execute_many("INSERT INTO person_words (word, person_id) VALUES (:word, :id)", pairs)
    c.execute_many("UPDATE people SET names_listed = 1 WHERE id = :id", ids)


def _found_text(scope: Scope, wanted: Wanted, limit: int) -> tuple[str, dict[str, Value]]:
    params: dict[str, Value] = {"before": wanted.before, "limit": limit, **scope.params}
    conditions = ["p.erased_at = ''", "p.id < :before", scope.where("p.commune")]
    joins = ""
    order = "p.id"
    if wanted.phone:
        conditions.append("p.phone = :phone AND p.phone <> ''")
        params["phone"] = wanted.phone
    for place, word in enumerate(wanted.words):
        joins += f" JOIN person_words AS w{place} ON w{place}.person_id = p.id AND w{place}.word = :word_{place}"
        params[f"word_{place}"] = word
    if wanted.words and not wanted.phone:
        # The last word is the given name, and the rarest: the list is walked along it and read no further than a page.
        last = f"w{len(wanted.words) - 1}"
        conditions.append(f"{last}.person_id < :before")
        order = f"{last}.person_id"
    if wanted.group:
        joins += " JOIN person_groups AS g ON g.person_id = p.id AND g.group_slug = :group"
        params["group"] = wanted.group
        if order == "p.id" and not wanted.phone:
            conditions.append("g.person_id < :before")
            order = "g.person_id"
    if wanted.channel:
        conditions.append("p.channel = :channel")
        params["channel"] = wanted.channel
    text = f"""
        SELECT {_PERSON} FROM people AS p{joins} WHERE {" AND ".join(conditions)}
        ORDER BY {order} DESC LIMIT :limit
    """  # noqa: S608 — every part is written above
    return text, params


def _person(row: dict[str, Value]) -> Person:
    return Person(**{**row, "pushes_allowed": bool(row["pushes_allowed"])})  # type: ignore[arg-type]
