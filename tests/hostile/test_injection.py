"""Words of ill will in every column that holds words: no page of the console, no list and no report runs them."""

from __future__ import annotations

import csv
import html.parser
import io
import json
from collections.abc import Iterator

import openpyxl
import pytest

from bot.channels.markdown import to_html, to_plain
from bot.channels.telegram_format import to_telegram_html
from bot.console.exports import write_csv, write_xlsx
from bot.console.frame import Console
from bot.console.routes import ROUTES
from bot.settings import Settings
from bot.texts import escape, quote, say
from storage.database import Database
from tests.console.conftest import live_library
from tests.console.examples import EXAMPLES
from tests.console.office import Office
from tests.fakes.telegram_html import parse_html

ATTACK = "\"'><xss onxss=1>{{7*7}}</title></script><script>xss()</script>[xss](javascript:xss)&lt;"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0")
# Columns of free words: what people typed, what officials typed, what a platform calls somebody.
WORDS = (
    ("people", "name"),
    ("people", "full_name"),
    ("people", "gone_reason"),
    ("questions", "text"),
    ("questions", "answer"),
    ("questions", "official"),
    ("question_messages", "text"),
    ("turns", "text"),
    ("ratings", "text"),
    ("registrations", "full_name"),
    ("needs", "trade"),
    ("needs", "note"),
    ("sessions", "title"),
    ("sessions", "place"),
    ("sessions", "organiser"),
    ("sessions", "employers"),
    ("sessions", "note"),
    ("broadcasts", "title"),
    ("broadcasts", "text"),
    ("officials", "name"),
    ("consents", "text"),
    ("deadlines", "note"),
)


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(Console(Settings(), sqlite_database, live_library(), {}, lambda _: None))


class Page(html.parser.HTMLParser):
    """The tags and attributes a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


def poisoned(office: Office) -> dict[str, str]:
    """Every kind of thing a page may show, with its words replaced; the addresses' parts by name."""
    parts = {name: make(office) for name, make in EXAMPLES.items()}
    with office.database.transaction() as c:
        for table, column in WORDS:
            c.execute(f"UPDATE {table} SET {column} = :attack", {"attack": ATTACK})
        c.execute("UPDATE questions SET context_json = :context", {"context": json.dumps([ATTACK])})
    return parts


def addresses(parts: dict[str, str]) -> Iterator[str]:
    for route in ROUTES:
        if route.writes or route.path.startswith("/console/content"):  # which shows nobody's words, and learns first
            continue
        path = route.path
        for name, value in parts.items():
            path = path.replace(f"{{{name}:int}}", value).replace(f"{{{name}}}", value)
        yield path


def test_no_page_runs_what_people_wrote(office: Office) -> None:
    parts = poisoned(office)
    browser = office.a("admin")
    shown = 0
    for path in addresses(parts):
        response = browser.get(path)
        assert response.status_code in {200, 303, 404}, (path, response.status_code)  # 404: names nothing to unlink
        page = Page(response.text)
        assert "xss" not in page.tags, path
        assert "onxss" not in page.attributes, path
        assert not [link for link in page.links if link.strip().lower().startswith(("javascript:", "data:"))], path
        assert "<script>xss()" not in response.text, path
        shown += "&lt;xss" in response.text
    assert shown >= 12, "the words must stand on the pages, or nothing was tried"


def test_an_address_s_own_words_do_not_run_either(office: Office) -> None:
    browser = office.a("admin")
    tried = 0
    for path in ("/console", "/console/people", "/console/questions", "/console/wordings", "/console/audit"):
        for name in ("q", "commune", "from", "group", "before", "status", "official", "month"):
            response = browser.request("GET", f"{path}?{name}=%22%3E%3Cxss%20onxss%3D1%3E%00")
            assert response.status_code < 500, (path, name)
            assert "<xss" not in response.text, (path, name)
            tried += 1
    assert tried == 40


@pytest.mark.parametrize("path", ["/console/static/../../settings.py", "/console/content/../../../etc/passwd"])
@pytest.mark.parametrize("dots", ["..", "%2e%2e", "%252e%252e", "..%2f"])
def test_no_address_leaves_its_folder(office: Office, path: str, dots: str) -> None:
    response = office.a("admin").get(path.replace("..", dots))
    assert response.status_code in {303, 404, 400}
    assert "root:" not in response.text
    assert "import" not in response.text


def test_a_list_holds_no_formula() -> None:
    rows = [[word, 1] for word in (*FORMULAS, ATTACK, "\x00\x0b=1", "bình thường")]
    lines = list(csv.reader(io.StringIO(write_csv(["Tên", "Số"], rows).decode("utf-8-sig"))))
    assert len(lines) == len(rows) + 1
    assert not [cell for cell, _ in lines if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx("Danh sách", ["Tên", "Số"], rows)))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[0].value == FORMULAS[0]


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_what_leaves_the_console_holds_no_formula(office: Office, shape: str) -> None:
    parts = poisoned(office)
    with office.database.transaction() as c:
        for table, column in WORDS[:14]:
            c.execute(f"UPDATE {table} SET {column} = '=1+1'")
    browser = office.a("admin")
    paths = ("/console/people/export", "/console/needs/export", f"/console/sessions/{parts['session_id']}/export")
    for path in paths:
        response = browser.post(path, shape=shape)
        assert response.status_code == 200, path
        if response.headers["content-type"].startswith("text/csv"):
            assert "=1+1" in response.text
            cells = [cell for row in csv.reader(io.StringIO(response.text)) for cell in row]
            assert not [cell for cell in cells if cell.startswith("=")], path
        else:
            book = openpyxl.load_workbook(io.BytesIO(response.content))
            cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "=1+1"]
            assert cells, path
            assert {cell.data_type for cell in cells} == {"s"}, path


@pytest.mark.parametrize(
    "words", [ATTACK, "**a [b](http://evil.vn)** _c_ `d` ~~e~~ # f\n> g\n- h\n1. i", "*" * 99, "<b>"]
)
@pytest.mark.parametrize("inside", [escape, quote])
def test_words_inside_an_answer_are_shown_as_they_were_typed(words: str, inside: object) -> None:
    """On Telegram, on the web and on Zalo."""
    text = f"Anh/chị hỏi: {inside(words)}"  # type: ignore[operator]
    page = Page(to_html(text))
    assert set(page.tags) <= {"p", "br"}
    assert page.links == []
    shown = parse_html(to_telegram_html(text))
    typed = "".join(words.split())[:60]
    assert typed in "".join(shown.split())
    assert typed in "".join(to_plain(text).split())


def test_a_sentence_takes_no_fields_from_what_was_typed() -> None:
    sentence = say("vi", "official_answer", question="{0.__class__} {question} %s")
    assert "{0.__class__} {question} %s" in sentence
