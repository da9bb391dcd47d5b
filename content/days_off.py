"""Which days the authorities work beyond what the law fixes: reading ngay-nghi.yaml.

It knows no public holiday; counting working days is `bot.working_days`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from content.fields import check_keys, read_date, read_document, read_items, read_text
from content.findings import Findings
from content.model import OfficeYear
from content.yaml_lines import Fields, Node

_KEYS = ("source", "off", "working")
_YEAR = re.compile(r"20[0-9]{2}")


def parse_days_off(text: str, findings: Findings) -> Mapping[int, OfficeYear]:
    """Read the text of ngay-nghi.yaml. A year with errors is reported; what is right in it counts."""
    years: dict[int, OfficeYear] = {}
    document = read_document(text, findings)
    for key, line in document.duplicates if document else ():
        findings.error(line, key, f"Năm {key} viết hai lần", "Giữ lại một.")
    for key, node in document.values.items() if document else ():
        line = document.lines[key] if document else 1
        if not _YEAR.fullmatch(key) or not isinstance(node, Fields):
            findings.error(line, key, f"`{key}` viết sai", "Mỗi năm viết `2026:` rồi source, off, working.")
            continue
        check_keys(node, _KEYS, findings, f"{key}.")
        at = {name: node.lines.get(name, line) for name in _KEYS}
        source = read_text(node.values.get("source"), at["source"], f"{key}.source", findings)
        off, working = (
            _read_days(node.values.get(name), at[name], f"{key}.{name}", int(key), findings)
            for name in ("off", "working")
        )
        for day in sorted(off & working):
            findings.error(at["off"], f"{key}.off", f"Ngày {day} vừa nghỉ vừa làm việc", "Giữ ở một danh sách.")
        years[int(key)] = OfficeYear(int(key), source, off, working)
    return years


def _read_days(node: Node | None, line: int, field: str, year: int, findings: Findings) -> frozenset[date]:
    days = set()
    for item in read_items(node, line, field, findings):
        day = read_date(item, item.line, field, findings)
        if day and day.year != year:
            findings.error(item.line, field, f"Ngày {day} không thuộc năm {year}", "Viết ngày này dưới năm của nó.")
        elif day:
            days.add(day)
    return frozenset(days)
