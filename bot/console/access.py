"""Who an official is and what they may do: the one place that decides.

It knows roles and scopes, no page and no database: a page states the least role it wants (`bot/console/routes.py`), a
query takes `official.scope`.
"""

from __future__ import annotations

import dataclasses

from bot.console.roles import ROLE_NAMES, ROLES, Least, Role, parse_role
from storage.officials import OfficialRow
from storage.scope import Scope

__all__ = ["ROLES", "ROLE_NAMES", "Least", "Official", "Role", "allowed", "official_of", "parse_role"]


@dataclasses.dataclass(frozen=True, slots=True)
class Official:
    """Who is asking. `communes` is None for the whole city; an empty set sees nobody."""

    id: int
    login: str
    name: str
    role: Role
    communes: frozenset[str] | None

    @property
    def scope(self) -> Scope:
        """What every query about people is given."""
        return Scope(self.communes)

    def may(self, least: Role) -> bool:
        """Whether the role is at least this one."""
        return ROLES.index(self.role) >= ROLES.index(least)


def official_of(row: OfficialRow) -> Official:
    """The stored account as the pages see it."""
    return Official(row.id, row.login, row.name, parse_role(row.role), row.communes)


def allowed(official: Official, least: Least, *, whole_city: bool) -> bool:
    """Whether a signed-in official may open a page with these demands."""
    if least in {"anyone", "half"}:
        return True
    return official.may(parse_role(least)) and (official.communes is None or not whole_city)
