"""Every route of the console × who knocks: the list is walked, so a new page is held to it without being named here."""

from __future__ import annotations

import pytest

from bot.console.access import ROLES
from bot.console.guarding import ConsoleRoute
from bot.console.menu import MENU
from bot.console.routes import PUBLIC_ROUTES, ROUTES
from bot.web.headers import SECURITY_HEADERS
from tests.console.examples import address_of
from tests.console.office import BASE, Browser, Office, forms_of, roles_below

READING = [route for route in ROUTES if not route.writes]
WRITING = [route for route in ROUTES if route.writes]
COMMUNE = frozenset({"hoa-xa"})


def named(route: ConsoleRoute) -> str:
    return f"{route.method} {route.path}"


def knock(browser: Browser, route: ConsoleRoute, address: str) -> int:
    """The status of the right way to ask: a form carries its token."""
    response = browser.post(address) if route.writes else browser.get(address)
    assert "no-store" in response.headers["Cache-Control"]
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == ("same-origin" if name == "Referrer-Policy" else value), name
    return response.status_code


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_a_stranger_is_let_in_nowhere(office: Office, route: ConsoleRoute) -> None:
    assert route.least in ROLES
    stranger = office.stranger()
    stranger.get("/console/sign-in")
    assert knock(stranger, route, address_of(route.path, office)) == (401 if route.writes else 303)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_a_lower_role_is_let_in_nowhere(office: Office, route: ConsoleRoute) -> None:
    address = address_of(route.path, office)
    for role in roles_below(route.least):
        assert knock(office.a(role), route, address) == 403, role


@pytest.mark.parametrize("route", [route for route in ROUTES if route.whole_city], ids=named)
def test_what_is_for_the_whole_city_is_closed_to_officials_of_communes(office: Office, route: ConsoleRoute) -> None:
    address = address_of(route.path, office)
    for role in ROLES:
        assert knock(office.a(role, COMMUNE), route, address) == 403, role


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_the_least_role_is_let_in(office: Office, route: ConsoleRoute) -> None:
    assert route.least in ROLES
    status = knock(office.a(route.least), route, address_of(route.path, office))
    # A form sent empty may be refused for what it lacks, a thing may not be theirs; neither is a closed door.
    assert status in ({200, 303, 404, 422} if route.writes else {200, 303, 404})


@pytest.mark.parametrize("route", WRITING, ids=named)
def test_a_form_without_our_token_or_from_elsewhere_does_nothing(office: Office, route: ConsoleRoute) -> None:
    browser, other = office.a("admin"), office.a("admin")
    address = address_of(route.path, office)
    ours, right = {"Origin": BASE}, {"csrf": browser.csrf}
    for data, headers in (
        ({}, ours),
        ({"csrf": ""}, ours),
        ({"csrf": other.csrf}, ours),
        (right, {"Origin": "https://evil.example"}),
        (right, {"Origin": "null"}),
        (right, {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert browser.post_raw(address, data, headers).status_code == 403, (data, headers)
    assert browser.get("/console").status_code == 200


@pytest.mark.parametrize("route", READING, ids=named)
def test_every_form_of_every_page_carries_the_token_and_goes_to_a_route(office: Office, route: ConsoleRoute) -> None:
    browser = office.a("admin")
    response = browser.get(address_of(route.path, office))
    if response.status_code != 200 or "text/html" not in response.headers["Content-Type"]:
        return
    assert 'style="' not in response.text
    assert "<script>" not in response.text
    for form in forms_of(response.text):
        if form.method == "post":
            assert form.values.get("csrf") == browser.csrf, form
            address = form.action.partition("?")[0]
            assert browser.post_raw(address, {}).status_code == 403, f"{form.action} is no route that writes"
        else:
            assert "csrf" not in form.values


@pytest.mark.parametrize("route", READING, ids=named)
def test_opening_a_page_changes_nothing(office: Office, route: ConsoleRoute) -> None:
    browser = office.a("admin")
    address = address_of(route.path, office)

    def everything() -> dict[str, list[dict[str, object]]]:
        with office.database.reading() as c:
            tables = [row["name"] for row in c.rows("{table_names}")]
            return {table: c.rows(f"SELECT * FROM {table}") for table in tables}

    before = everything()
    status = browser.get(address).status_code
    after = everything()
    if route.logs:
        looked = after["audit"][len(before["audit"]) :]
        assert (status, len(looked)) == (200, 1)
        after["audit"] = before["audit"]
    assert after == before


def test_public_pages_are_only_those_for_signing_in() -> None:
    assert {route.path for route in PUBLIC_ROUTES} == {"/console/sign-in", "/console/sign-in/code"}


def test_the_menu_demands_what_the_routes_demand() -> None:
    demands = {route.path: (route.least, route.whole_city) for route in READING}
    assert {item.path: (item.least, item.whole_city) for item in MENU} == {
        item.path: demands[item.path] for item in MENU
    }


@pytest.mark.parametrize("role", ROLES)
def test_everything_in_the_menu_opens(office: Office, role: str) -> None:
    browser = office.a(next(known for known in ROLES if known == role))
    page = browser.get("/console").text
    shown = [item for item in MENU if f'href="{item.path}"' in page.partition('class="menu-wide"')[2]]
    assert shown
    assert all(browser.get(item.path).status_code == 200 for item in shown)
    assert len(shown) == len(MENU) or role != "admin"


def test_two_routes_never_share_an_address_and_method() -> None:
    pairs = [(route.path, route.method) for route in (*PUBLIC_ROUTES, *ROUTES)]
    assert len(pairs) == len(set(pairs))
