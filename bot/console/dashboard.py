"""The first page: what waits for this official, in numbers. Changes nothing."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import Official
from bot.console.frame import database_of, page
from storage import overview


def show_dashboard(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        numbers = overview.count_overview(c, official.scope)
        oldest = overview.oldest_open_question_at(c, official.scope)
    return page(request, official, "dashboard.html", numbers=numbers, oldest=oldest)
