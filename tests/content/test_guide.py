"""The editor's guide tells the truth: its examples are read without complaint and it names all there is to choose."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from content.abbreviations import WELL_KNOWN
from content.entries import parse_entry
from content.facts import CERTAINTIES, parse_facts
from content.figures import FILTERS, UNITS, find_value, parse_figures
from content.findings import Findings
from content.model import PRIORITY_GROUPS
from content.old_law import find_old_values, parse_old_law
from content.places import parse_places
from content.policies import parse_policies
from content.sessions import parse_sessions
from main import build_parser

GUIDE = (Path(__file__).parents[2] / "docs/bien-tap.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_sample_entry_is_read() -> None:
    findings = Findings("mẫu")
    (sample,) = blocks("markdown")
    read = parse_entry(sample, "vay", "lai-suat", findings)
    assert findings.problems == []
    assert read is not None
    assert read.entry.next == ("vay.lai-uu-dai", "vay.tinh-lai")


def sample(start: str) -> str:
    """The one YAML sample that begins so."""
    (found,) = [block for block in blocks("yaml") if block.startswith(start)]
    return found


def test_every_sample_is_tried_below() -> None:
    assert len(blocks("yaml")) == 8


def test_the_sample_session_is_read() -> None:
    findings = Findings("mẫu")
    file = parse_sessions(sample("ha-dong-2026-12-05:"), findings)
    assert findings.problems == []
    assert file.sessions[0].asks == "name+phone"


def test_the_sample_figure_is_read() -> None:
    findings = Findings("mẫu")
    file = parse_figures(sample("vay:"), findings)
    assert findings.problems == []
    assert list(file.figures) == ["vay.lai_suat"]


def test_the_sample_product_is_read_and_multiplied() -> None:
    findings = Findings("mẫu")
    factors = (
        "ltt:\n  vung_1: {name: Vùng I, unit: dong, values: [{value: 5310000, from: 2026-01-01, doc: D}]}\n"
        "bhtn:\n  he_so_tran: {name: Hệ số, unit: times, values: [{value: 5, from: 2026-01-01, doc: D}]}\n"
    )
    file = parse_figures(factors + sample("  tran_vung_1:"), findings)
    assert findings.problems == []
    assert find_value(file.figures, "bhtn.tran_vung_1", date(2026, 11, 22)) == 26_550_000


def test_the_sample_rows_change_on_their_day() -> None:
    findings = Findings("mẫu")
    head = "ltt:\n  luong_co_so:\n    name: Lương cơ sở\n    unit: dong_month\n"
    file = parse_figures(head + sample("    values:"), findings)
    assert findings.problems == []
    days = (date(2026, 6, 30), date(2026, 7, 1))
    assert [find_value(file.figures, "ltt.luong_co_so", day) for day in days] == [2_340_000, 2_530_000]


def test_the_sample_contact_is_read() -> None:
    findings = Findings("mẫu")
    head = "hoa-xa:\n  name: Hòa Xá\n  kind: xã\n  region: II\n  whole: [xã Hòa Phú]\n  districts: [huyện Ứng Hòa]\n"
    (place,) = parse_places(head + sample("  contacts:"), findings).places
    assert [problem.message for problem in findings.problems] == ["Có 1 xã, phường"]
    assert [contact.groups for contact in place.contacts] == [("dtn", "vl")]


def test_the_sample_policy_is_read() -> None:
    findings = Findings("mẫu")
    (policy,) = parse_policies(sample("vay-lai-thap"), findings).policies
    assert findings.problems == []
    assert (policy.entry.partition(".")[0], policy.wish) == ("vay", "vay")


def test_the_sample_fact_is_read() -> None:
    findings = Findings("mẫu")
    file = parse_facts(sample("facts:"), findings)
    assert findings.problems == []
    assert [(fact.id, fact.certainty, bool(fact.unsure)) for fact in file.facts.values()] == [("VAY-19", "found", True)]


def test_the_sample_old_value_is_read_and_found() -> None:
    findings = Findings("mẫu")
    file = parse_old_law(sample("quyet-dinh-20-ngay:"), findings)
    assert findings.problems == []
    assert [written for _, written, _ in find_old_values("Chờ 20 ngày làm việc, không phải 120.", "bhtn.x", file)] == [
        "20 ngày làm việc"
    ]
    assert list(find_old_values("Chờ 20 ngày làm việc.", "dn.ho-tro-dao-tao", file)) == []


@pytest.mark.parametrize("arguments", re.findall(r"`python main\.py ([^`]*)`", GUIDE))
def test_every_command_is_one(arguments: str) -> None:
    build_parser().parse_args(shlex.split(arguments))


def test_all_there_is_to_choose_from_is_named() -> None:
    missing = [each for each in (*UNITS, *PRIORITY_GROUPS, *CERTAINTIES) if f"`{each}`" not in GUIDE]
    missing += [each for each in WELL_KNOWN if " " not in each and f"`{each}`" not in GUIDE]
    missing += [each for each in FILTERS if f"|{each}" not in GUIDE]
    assert missing == []
