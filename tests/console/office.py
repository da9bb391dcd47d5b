"""A console to knock on: officials are appointed, sign in as people do, open pages and send their forms."""

from __future__ import annotations

import asyncio
import dataclasses
import html.parser
import re
from urllib.parse import urljoin

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.console import guarding
from bot.console.access import ROLES, Official, Role, official_of
from bot.console.frame import Console
from bot.console.passwords import hash_password
from bot.console.routes import console_routes
from bot.web.headers import SecurityHeaders
from storage import officials, people, sign_ins
from storage.database import Database
from tests.conftest import NOW

PASSWORD = "mưa rào tháng bảy"
# Hashing is slow on purpose, and a hundred officials of the tests may share one password.
PASSWORD_HASH = hash_password(PASSWORD)
FAR_FUTURE = "2999-01-01T00:00:00.000Z"
BASE = "http://gocua.test"


@dataclasses.dataclass(frozen=True)
class Form:
    """A form as it stands in a page; `values` are its fields as they would be sent untouched."""

    method: str
    action: str
    values: dict[str, str]


class _Forms(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("method", "get"), given.get("action", ""), {}))
        elif tag == "input" and self.found and given.get("name"):
            unticked = given.get("type") in {"checkbox", "radio"} and "checked" not in given
            if not unticked:
                self.found[-1].values[given["name"]] = given.get("value", "")


def forms_of(page: str) -> list[Form]:
    parser = _Forms()
    parser.feed(page)
    return parser.found


class Browser:
    """One official's browser (or a stranger's), with its cookies; it speaks to the application without a socket."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.cookies = httpx.Cookies()

    def request(
        self,
        method: str,
        path: str,
        data: dict[str, str | list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=self.cookies) as client:
                response = await client.request(method, path, data=data, headers=headers)
                self.cookies = client.cookies
                return response

        return asyncio.run(ask())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post_raw(
        self, path: str, data: dict[str, str | list[str]], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Exactly this, with no token added."""
        return self.request("POST", path, data, headers)

    def post(self, path: str, **values: str | list[str]) -> httpx.Response:
        """As our own form would: with the token of this browser."""
        return self.post_raw(path, {"csrf": self.csrf, **values}, {"Origin": BASE})

    @property
    def csrf(self) -> str:
        return guarding.csrf_of(self.cookies.get(guarding.COOKIE, ""))

    def send(self, page: str, action: str, **values: str | list[str]) -> httpx.Response:
        """Open a page, fill in its form for `action` and send it, and go where it leads."""
        response = self.get(page)
        assert response.status_code == 200, response.text
        form = next(form for form in forms_of(response.text) if urljoin(page, form.action) == action)
        response = self.post_raw(action, {**form.values, **values}, {"Origin": BASE})
        return self.follow(response)

    def follow(self, response: httpx.Response) -> httpx.Response:
        while response.status_code == 303:
            response = self.get(response.headers["Location"])
        return response


class Office:
    """The application, and people to open it as."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.database: Database = console.database
        self.app = Starlette(routes=console_routes(console), middleware=[Middleware(SecurityHeaders)])

    def stranger(self) -> Browser:
        """A browser nobody has signed in with."""
        return Browser(self.app)

    def appoint(
        self, role: Role = "admin", communes: frozenset[str] | None = None, login: str = "", *, settled: bool = True
    ) -> Official:
        """An official with `PASSWORD`; not `settled`, they still have to change it."""
        with self.database.transaction() as c:
            login = login or f"{role}-{len(officials.list_officials(c))}"
            number = officials.add_official(c, login, f"Cán bộ {login}", role, communes, PASSWORD_HASH, NOW)
            if settled:
                officials.set_password(c, number, PASSWORD_HASH, must_change=False)
            return official_of(officials.get_official(c, number))

    def browser_of(self, official: Official) -> Browser:
        """A browser in which this official is signed in, without the cost of typing the password."""
        browser, token = self.stranger(), guarding.new_token()
        with self.database.transaction() as c:
            now = guarding.iso(guarding.utc_now())
            token_hash = guarding.token_hash_of(token)
            sign_ins.open_sign_in(c, token_hash, official.id, proven=True, now=now, expires_at=FAR_FUTURE)
        browser.cookies.set(guarding.COOKIE, token, domain="gocua.test", path="/console")
        return browser

    def a(self, role: Role, communes: frozenset[str] | None = None) -> Browser:
        """A new official of this role and scope, signed in."""
        return self.browser_of(self.appoint(role, communes))

    def person(self, address: str, commune: str = "", channel: str = "telegram") -> people.Person:
        """Somebody who wrote to the bot."""
        with self.database.transaction() as c:
            person = people.get_or_create_person(c, channel, address, "", NOW)
            c.execute("UPDATE people SET commune = :commune WHERE id = :id", {"commune": commune, "id": person.id})
            return people.get_person(c, person.id)


def roles_below(least: str) -> tuple[Role, ...]:
    """The roles a page must not let in."""
    return ROLES[: ROLES.index(least)] if least in ROLES else ()


def words_of(page: str) -> str:
    """The text of a page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
