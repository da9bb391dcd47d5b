"""The first page and the reports: what the filters may ask for, and that nobody outside one's communes counts."""

from __future__ import annotations

import io
import re

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.console.charts import bars, columns, shares, ticks
from tests.console.office import Office, words_of
from tests.reporting.history import COMMUNES, make_history, write_history

PERIOD = "from=2026-09-20&until=2026-11-20"


def panel(page: str, name: str) -> str:
    """One chart's part of the page."""
    return page.partition(f'id="{name}-head"')[2].partition("</section>")[0]


def numbers_of(page: str, name: str) -> dict[str, list[str]]:
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', panel(page, name))
    return {label: re.findall(r"<td>(.*?)</td>", cells) for label, cells in rows}


def test_charts_are_read_aloud_and_stand_beside_their_numbers(office: Office) -> None:
    write_history(office.database, make_history(1))
    page = office.a("viewer").get(f"/console?{PERIOD}").text
    for name in ("asked", "entries", "unanswered", "communes", "groups", "broadcasts", "trades"):
        part = panel(page, name)
        assert f'role="img" aria-labelledby="{name}-title {name}-desc"' in part
        assert numbers_of(page, name)
    assert "<script>" not in page
    assert "<style" not in page
    assert "style=" not in page


def test_an_empty_city_has_a_page_that_says_so(office: Office) -> None:
    page = office.a("viewer").get("/console")
    assert page.status_code == 200
    assert page.text.count("Chưa có số liệu.") == 8
    assert "<svg" not in page.text.partition('class="charts"')[2]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-20&until=2026-11-01",
        "from=2020-01-01&until=2026-11-01",
        "from=2026-02-31",
        "until=2999-01-01",
        "commune=khong-co",
    ],
)
def test_a_filter_that_cannot_be_is_refused_kindly(office: Office, query: str) -> None:
    page = office.a("viewer").get(f"/console?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_a_long_range_is_shown_by_the_month(office: Office) -> None:
    write_history(office.database, make_history(1))
    page = office.a("viewer").get("/console?from=2026-01-15&until=2026-11-20").text
    assert list(numbers_of(page, "asked"))[:2] == ["1/2026", "2/2026"]
    assert list(numbers_of(page, "asked"))[-1] == "11/2026"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=st.sets(st.sampled_from(COMMUNES[:3])), asked=st.sampled_from(("", *COMMUNES[:3], "ba-dinh", "' OR 1=1")))
def test_a_commune_official_counts_nobody_elsewhere(office: Office, mine: set[str], asked: str) -> None:
    history = make_history(1)
    with office.database.reading() as c:
        empty = c.row("SELECT 1 FROM people LIMIT 1") is None
    if empty:
        write_history(office.database, history)
    browser = office.a("viewer", frozenset(mine))
    page = browser.request("GET", f"/console?{PERIOD}&commune={asked}")
    names = office.console.commune_names
    shown = {asked} if asked in mine else mine
    people = [row for row in history.people if row["commune"] in shown]
    assert set(numbers_of(page.text, "communes")) == {names[row["commune"]] for row in people}
    assert f'<p class="value">{len(people)}</p>' in page.text
    assert page.status_code == (422 if asked and asked not in mine else 200)
    report = browser.post("/console/reports/file", period="month 2026-11", commune=asked, shape="docx", cut="1")
    if asked and asked not in mine:
        assert report.status_code == 422
        return
    letter = docx.Document(io.BytesIO(report.content))
    words = " ".join(cell.text for table in letter.tables for row in table.rows for cell in row.cells)
    for slug in set(COMMUNES[:3]) - shown:
        assert names[slug] not in words


def test_a_report_leaves_with_an_entry_in_the_log(office: Office) -> None:
    browser = office.a("viewer")
    for shape, start in (("docx", b"PK"), ("xlsx", b"PK")):
        file = browser.post("/console/reports/file", period="half 2026-2", commune="hoa-xa", shape=shape, cut="15")
        assert file.content.startswith(start)
        assert f"bao-cao-6-thang-2026-2-hoa-xa.{shape}" in file.headers["Content-Disposition"]
    with office.database.reading() as c:
        rows = c.rows("SELECT subject, detail_json FROM audit WHERE action = 'export' ORDER BY id")
    assert [row["subject"] for row in rows] == [f"bao-cao-6-thang-2026-2-hoa-xa.{end}" for end in ("docx", "xlsx")]
    assert '"period": "2026-2"' in rows[0]["detail_json"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"shape": "docx"}, "chọn kỳ báo cáo"),
        ({"shape": "docx", "period": "month 1999-01"}, "chọn kỳ báo cáo"),
        ({"period": "year 2026"}, "chọn tải văn bản hay bảng tính"),
        ({"period": "year 2026", "shape": "docx", "commune": "khong-co"}, "không thuộc phạm vi"),
    ],
)
def test_a_form_that_lacks_something_is_shown_again(office: Office, form: dict[str, str], sentence: str) -> None:
    page = office.a("viewer").post("/console/reports/file", **form)
    assert page.status_code == 422
    assert sentence in words_of(page.text)
    chosen = form.get("period", "")
    assert not chosen.startswith("year") or f'value="{chosen}" selected' in page.text


def test_whole_numbers_on_every_axis() -> None:
    assert [ticks(most) for most in (1, 3, 9, 24)] == [[0, 1], [0, 1, 2, 3], [0, 2, 4, 6, 8], [0, 5, 10, 15, 20]]
    assert all(len(ticks(most)) <= 5 for most in range(1, 5000))


def test_what_people_wrote_stays_text_in_a_chart() -> None:
    chart = bars("x", "Tên", "", ("Câu", "Lượt"), [("<script>a</script>", 2)])
    assert "<script" not in chart.svg
    assert "&lt;script&gt;" in chart.svg
    assert columns("y", "Tên", "", ("Ngày", "Lượt"), [("1/11", 0)]).rows == ()


def test_the_rest_is_told_together() -> None:
    assert shares({"a": 1, "b": 5, "c": 2, "d": 1}, {"b": "Bê"}, 2) == [("Bê", 5), ("c", 2), ("2 nơi, loại khác", 2)]
    assert shares({"a": 1}, {}, 2) == [("a", 1)]
