"""What people wish for: to learn a trade, to find work, to go abroad, to borrow. One open wish per kind and person."""

from __future__ import annotations

import dataclasses

from storage.database import Connection
from storage.scope import Scope
from storage.sql import Value

KINDS = ("hoc-nghe", "tim-viec", "di-nuoc-ngoai", "vay-von")


@dataclasses.dataclass(frozen=True, slots=True)
class Need:
    """`status` is open, met or withdrawn; every text may be empty but `kind`. `year` is the survey's year.

    `group_slug` may be several priority groups: "ho-ngheo+nong-thon".
    """

    id: int
    person_id: int
    kind: str
    level: str
    trade: str
    commune: str
    group_slug: str
    note: str
    year: int
    status: str
    created_at: str
    updated_at: str


COLUMNS = ", ".join(field.name for field in dataclasses.fields(Need))


def keep_need(  # noqa: PLR0913, PLR0917 — the row's columns, one by one
    c: Connection,
    person_id: int,
    kind: str,
    level: str,
    trade: str,
    commune: str,
    group_slug: str,
    year: int,
    now: str,
) -> int:
    """Store a wish, or change the open one of the same kind; return its id."""
    row = c.row(
        """
        INSERT INTO needs (
            person_id, kind, level, trade, commune, group_slug, note, year, status, created_at, updated_at
        )
        VALUES (:person_id, :kind, :level, :trade, :commune, :group_slug, '', :year, 'open', :now, :now)
        ON CONFLICT (person_id, kind) WHERE status = 'open' DO UPDATE SET
            level = excluded.level, trade = excluded.trade, commune = excluded.commune,
            group_slug = excluded.group_slug, year = excluded.year, updated_at = excluded.updated_at
        RETURNING id
        """,
        {
            "person_id": person_id,
            "kind": kind,
            "level": level,
            "trade": trade,
            "commune": commune,
            "group_slug": group_slug,
            "year": year,
            "now": now,
        },
    )
    assert row is not None
    return int(row["id"])


def move_needs(c: Connection, person_id: int, commune: str, now: str) -> None:
    """The person lives elsewhere: their open wishes count there."""
    c.execute(
        "UPDATE needs SET commune = :commune, updated_at = :now WHERE person_id = :person_id AND status = 'open'",
        {"person_id": person_id, "commune": commune, "now": now},
    )


def close_need(c: Connection, person_id: int, kind: str, status: str, now: str) -> bool:
    """End the open wish of this kind as met or withdrawn; False when there was none."""
    return (
        c.execute(
            """
            UPDATE needs SET status = :status, updated_at = :now
            WHERE person_id = :person_id AND kind = :kind AND status = 'open'
            """,
            {"person_id": person_id, "kind": kind, "status": status, "now": now},
        )
        == 1
    )


def list_of_person(c: Connection, person_id: int) -> list[Need]:
    """All of a person's wishes, oldest first."""
    rows = c.rows(
        f"SELECT {COLUMNS} FROM needs WHERE person_id = :person_id ORDER BY id",  # noqa: S608
        {"person_id": person_id},
    )
    return [Need(**row) for row in rows]


def forget_needs(c: Connection, person_id: int) -> None:
    """Delete all of a person's wishes, also those that are over: the agreement to keep them was taken back."""
    c.execute("DELETE FROM needs WHERE person_id = :person_id", {"person_id": person_id})


@dataclasses.dataclass(frozen=True, slots=True)
class Searched:
    """Which wishes are looked for; what is empty does not narrow. `before` is the id below which the page begins."""

    year: int
    kind: str = ""
    level: str = ""
    trade: str = ""
    group: str = ""
    status: str = ""
    before: int = 2**62


@dataclasses.dataclass(frozen=True, slots=True)
class Wisher:
    """A wish with whose it is, as far as a list shows it."""

    need: Need
    full_name: str
    name: str
    phone: str
    channel: str

    @property
    def called(self) -> str:
        return self.full_name or self.name


def search_needs(c: Connection, scope: Scope, searched: Searched, limit: int) -> list[Wisher]:
    """Wishes of people in scope, the newest first. The wish's and the person's commune both must be."""
    rows = c.rows(
        f"""
        SELECT {", ".join(f"n.{field.name}" for field in dataclasses.fields(Need))},
            p.full_name, p.name, p.phone, p.channel
        FROM needs AS n JOIN people AS p ON p.id = n.person_id
        WHERE n.year = :year AND n.id < :before AND {scope.where("n.commune")} AND {scope.where("p.commune")}
            AND (:kind = '' OR n.kind = :kind) AND (:level = '' OR n.level = :level)
            AND (:trade = '' OR n.trade = :trade) AND (:status = '' OR n.status = :status)
            AND (:group = '' OR '+' || n.group_slug || '+' LIKE '%+' || :group || '+%')
        ORDER BY n.id DESC LIMIT :limit
        """,  # noqa: S608 — the scope's column is ours
        {**dataclasses.asdict(searched), "limit": limit, **scope.params},
    )
    own = [field.name for field in dataclasses.fields(Need)]
    return [
        Wisher(Need(**{name: row[name] for name in own}), row["full_name"], row["name"], row["phone"], row["channel"])
        for row in rows
    ]


def get_in_scope(c: Connection, need_id: int, scope: Scope) -> Need:
    """The wish with this id; LookupError when there is none, or none of somebody in scope."""
    row = c.row(
        f"""
        SELECT {", ".join(f"n.{field.name}" for field in dataclasses.fields(Need))}
        FROM needs AS n JOIN people AS p ON p.id = n.person_id
        WHERE n.id = :id AND {scope.where("n.commune")} AND {scope.where("p.commune")}
        """,  # noqa: S608 — the scope's column is ours
        {"id": need_id, **scope.params},
    )
    if row is None:
        raise LookupError(f"Không có nhu cầu số {need_id}.")
    return Need(**row)


@dataclasses.dataclass(frozen=True, slots=True)
class NeedCount:
    """How many people of one commune ("" for not told) wish for one thing. `level` and `trade` may be empty."""

    commune: str
    kind: str
    level: str
    trade: str
    people: int


def count_by_commune(c: Connection, scope: Scope, year: int) -> list[NeedCount]:
    """The survey of one year: wishes that are open or were met, by commune, kind, level and trade.

    A withdrawn wish is not counted. A person with two wishes counts once under each.
    """
    rows = c.rows(
        f"""
        SELECT commune, kind, level, trade, COUNT(*) AS people FROM needs
        WHERE year = :year AND status <> 'withdrawn' AND {scope.where("commune")}
        GROUP BY commune, kind, level, trade ORDER BY commune, kind, people DESC, level, trade
        """,  # noqa: S608 — the scope's column is ours
        {"year": year, **scope.params},
    )
    return [NeedCount(**{**row, "people": int(row["people"])}) for row in rows]


def count_by_group(c: Connection, scope: Scope, year: int) -> dict[str, int]:
    """How many people with a wish of that year said to belong to each priority group; in two groups counts in both."""
    told = f"year = :year AND group_slug <> '' AND status <> 'withdrawn' AND {scope.where('commune')}"
    params: dict[str, Value] = {"year": year, **scope.params}
    rows = c.rows(f"SELECT DISTINCT group_slug FROM needs WHERE {told}", params)  # noqa: S608 — our own conditions
    several = [str(row["group_slug"]) for row in rows]
    counts: dict[str, int] = {}
    for group in sorted({group for slugs in several for group in slugs.split("+")}):
        names = {f"slugs_{n}": slugs for n, slugs in enumerate(several) if group in slugs.split("+")}
        among = f"{told} AND group_slug IN ({', '.join(f':{name}' for name in names)})"
        row = c.row(f"SELECT COUNT(DISTINCT person_id) AS people FROM needs WHERE {among}", {**params, **names})  # noqa: S608
        counts[group] = int(row["people"]) if row else 0
    return counts
