"""What every page of the console shares: its surroundings, rendering, flash messages and redirects.

A handler is a plain function `(request, official) -> Response` that runs in a thread; this is what it calls. Who may
call it is decided before, in `bot/console/guarding.py`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.channels.contract import Channel
from bot.clock import iso, utc_now
from bot.console.access import ROLE_NAMES, Official, allowed
from bot.console.menu import MENU, MenuItem
from bot.console.telling import FILTERS
from bot.settings import Settings
from bot.web.assets import Asset, load_assets
from content.live import LiveLibrary
from storage import sign_ins
from storage.audit import record
from storage.database import Connection, Database

FOLDER = Path(__file__).parent
HOME = "/console"
HEADERS = {
    # Names and numbers of people must not stay in a shared computer.
    "Cache-Control": "no-store",
    # With no-referrer a browser says "Origin: null" about its own forms, and nothing could be checked.
    "Referrer-Policy": "same-origin",
}

FlashKind = Literal["ok", "warning", "error"]


@dataclasses.dataclass(frozen=True, slots=True)
class Console:
    """What the pages work with. `ring` is for the event loop's thread: handlers call `wake`."""

    settings: Settings
    database: Database
    live: LiveLibrary[Any]
    channels: Mapping[str, Channel]
    ring: Callable[[str], None]

    @property
    def commune_names(self) -> dict[str, str]:
        """Slug → "xã Hòa Xá", by name."""
        places = sorted(self.live.current.places, key=lambda place: place.name)
        return {place.slug: f"{place.kind} {place.name}" for place in places}


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """One request's browser. `token_hash` is empty while nobody is signed in."""

    console: Console
    form: FormData
    csrf: str
    loop: asyncio.AbstractEventLoop
    token_hash: str = ""
    flash_json: str = ""


def visit_of(request: Request) -> Visit:
    """Set by the guard before any handler runs."""
    visit = request.state.visit
    assert isinstance(visit, Visit)
    return visit


def console_of(request: Request) -> Console:
    return visit_of(request).console


def database_of(request: Request) -> Database:
    return visit_of(request).console.database


def form_of(request: Request) -> FormData:
    """What was posted; empty on a GET. Read it with `bot/console/forms.py`."""
    return visit_of(request).form


def wake(request: Request, channel: str) -> None:
    """Let the sender of a channel look at once for what was just queued (and committed)."""
    visit = visit_of(request)
    visit.loop.call_soon_threadsafe(visit.console.ring, channel)


def page(
    request: Request, official: Official | None, template: str, /, status: int = 200, **values: object
) -> Response:
    """A template of `bot/console/templates` with the frame around it."""
    visit = visit_of(request)
    flashes: list[dict[str, str]] = []
    if visit.flash_json and status == 200:
        flashes = json.loads(visit.flash_json)
        with visit.console.database.transaction() as c:
            sign_ins.put_flash(c, visit.token_hash, "")
    html = (
        _environment()
        .get_template(template)
        .render(
            official=official,
            menu=_menu_for(official, request.url.path),
            here=request.url.path,
            query=request.query_params,
            csrf=visit.csrf,
            flashes=flashes,
            role_names=ROLE_NAMES,
            commune_names=visit.console.commune_names,
            **values,
        )
    )
    return HTMLResponse(html, status, HEADERS)


def render_alone(template: str, **values: object) -> str:
    """A page for somebody who is no official: a whole template, without the frame."""
    return _environment().get_template(template).render(**values)


def redirect(request: Request, path: str, flash: str = "", kind: FlashKind = "ok", **query: object) -> Response:
    """To another page after something was done, so that a reload does not do it again. `flash` is said there once."""
    visit = visit_of(request)
    if flash and visit.token_hash:
        said = json.loads(visit.flash_json) if visit.flash_json else []
        said.append({"kind": kind, "text": flash})
        with visit.console.database.transaction() as c:
            sign_ins.put_flash(c, visit.token_hash, json.dumps(said, ensure_ascii=False))
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303, HEADERS)


def confirm(  # noqa: PLR0913 - the words of one page
    request: Request,
    official: Official,
    *,
    title: str,
    text: str,
    button: str,
    back: str,
    action: str = "",
    fields: Mapping[str, str] | None = None,
) -> Response:
    """Ask before something that cannot be undone; pressing `button` posts `fields` to `action` (or this address)."""
    return page(
        request,
        official,
        "confirm.html",
        title=title,
        text=text,
        button=button,
        back=back,
        action=action or request.url.path,
        fields=fields or {},
    )


def refusal(request: Request, official: Official | None, status: int, title: str, text: str) -> Response:
    """A page that says why not, and what to do now."""
    return page(request, official, "refusal.html", status, title=title, text=text)


def audit(c: Connection, official: Official, action: str, subject: str, /, **detail: object) -> None:
    """Write what this official does into the log, in the same transaction. No worker's text or number in `detail`."""
    record(c, official.login, action, subject, json.dumps(detail, ensure_ascii=False), iso(utc_now()))


@functools.cache
def assets() -> dict[str, Asset]:
    return load_assets(FOLDER / "static")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["asset"] = lambda name: f"/console/static/{name}?v={assets()[name].version}"
    environment.globals["csrf_field"] = jinja2.pass_context(_csrf_field)
    return environment


def _csrf_field(context: jinja2.runtime.Context) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(context["csrf"])


def _menu_for(official: Official | None, here: str) -> list[tuple[MenuItem, bool]]:
    """What this official may open, each with whether it is where they are."""
    if official is None:
        return []
    open_to = [item for item in MENU if allowed(official, item.least, whole_city=item.whole_city)]
    # Everything lies below the first page, which is therefore only where it is itself.
    inside = [item for item in open_to if here == item.path or (item.path != HOME and here.startswith(f"{item.path}/"))]
    nearest = max(inside, key=lambda item: len(item.path), default=None)
    return [(item, item is nearest) for item in open_to]
