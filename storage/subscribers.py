"""Who may be told news that nobody asked for: agreed to it, still there, not stopped; and known to live somewhere.

A broadcast an official writes chooses its own people; this is for what comes round by the calendar.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from storage.campaigns import CONSENT
from storage.database import Connection
from storage.people import Person

_PERSON = ", ".join(f"p.{field.name}" for field in dataclasses.fields(Person))


def list_page(
    c: Connection, after: int, limit: int, communes: Iterable[str] = (), groups: Iterable[str] = ()
) -> list[Person]:
    """The next people by id, held until the transaction ends; `communes` and `groups` narrow, empty is everybody.

    Held so that "dừng" comes either before this look at them or after the delivery it then cancels.
    """
    params: dict[str, Any] = {"purpose": CONSENT, "after": after, "limit": limit}
    among = _among("p.commune", "commune", communes, params)
    belongs = _among("g.group_slug", "group", groups, params)
    member = f"AND EXISTS (SELECT 1 FROM person_groups AS g WHERE g.person_id = p.id AND {belongs})"  # noqa: S608
    rows = c.rows(
        f"""
        SELECT {_PERSON} FROM consents AS agreed JOIN people AS p ON p.id = agreed.person_id
        WHERE agreed.purpose = :purpose AND agreed.withdrawn_at = '' AND agreed.person_id > :after
            AND p.commune <> '' AND p.pushes_allowed = 1 AND p.gone_at = '' AND p.erased_at = ''
            {f"AND {among}" if among else ""} {member if belongs else ""}
        ORDER BY agreed.person_id LIMIT :limit {{for_update}}
        """,  # noqa: S608
        params,
    )
    return [Person(**{**row, "pushes_allowed": bool(row["pushes_allowed"])}) for row in rows]


def _among(column: str, name: str, values: Iterable[str], params: dict[str, Any]) -> str:
    names = []
    for number, value in enumerate(values):
        params[f"{name}_{number}"] = value
        names.append(f":{name}_{number}")
    return f"{column} IN ({', '.join(names)})" if names else ""
