"""Every desk there is. A new one is a module beside this one, a line here, and its entry actions among the content's
ACTIONS."""

from __future__ import annotations

from collections.abc import Mapping

from bot.outreach import announcing, campaigns, deadlines, needs, profile, questions, ratings, sessions
from bot.outreach.desk import Desk, Open

DESKS: tuple[Desk, ...] = (
    announcing.DESK,
    campaigns.DESK,
    deadlines.DESK,
    needs.DESK,
    profile.DESK,
    questions.DESK,
    ratings.DESK,
    sessions.DESK,
)

ORDERS: Mapping[str, str] = {words: action for desk in DESKS for words, action in desk.orders.items()}
BEGINS: Mapping[str, str] = {words: action for desk in DESKS for words, action in desk.begins.items()}
OPENS: Mapping[str, Open] = {action: opens for desk in DESKS for action, opens in desk.opens.items()}


def find_desk(action: str) -> Desk | None:
    """The desk whose action this is; None for one no version knows any more."""
    return next((desk for desk in DESKS if action.startswith(desk.prefix)), None)
