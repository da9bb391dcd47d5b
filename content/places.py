"""The city's communes and wards: reading places.yaml, and what only shows when all of them stand side by side.

It does not understand what people type (`intents` does) and does not know the entries.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Literal

from content.fields import check_keys, read_document, read_items, read_text, read_texts, suggest
from content.findings import Findings
from content.model import Contact, OldUnit, Place
from content.yaml_lines import Fields, Node

COUNT = 126  # Nghị quyết 1656/NQ-UBTVQH15
REGIONS: Mapping[str, str] = {"I": "ltt.vung_1", "II": "ltt.vung_2", "III": "ltt.vung_3", "IV": "ltt.vung_4"}
KINDS = ("xã", "phường")

_KEYS = ("name", "kind", "region", "whole", "people", "part", "districts", "exchange", "contacts")
_CONTACT_KEYS = ("office", "does", "groups")
_SHARES: tuple[Literal["whole", "people", "part"], ...] = ("whole", "people", "part")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OLD_UNIT = re.compile(r"(xã|phường|thị trấn) ([^()]+?)(?: \(([^()]+)\))?")
_DISTRICT = re.compile(r"(quận|huyện|thị xã) [^()]+")


@dataclasses.dataclass(frozen=True, slots=True)
class PlaceFile:
    """The places in the file's order; `lines` maps "hoa-xa", "hoa-xa.contacts.0" … to where they stand."""

    places: tuple[Place, ...]
    lines: Mapping[str, int]


def parse_places(text: str, findings: Findings) -> PlaceFile:
    """Read places.yaml. A place that cannot be read is left out, and then the whole is not counted."""
    document = read_document(text, findings)
    if document is None:
        return PlaceFile((), {})
    lines: dict[str, int] = dict(document.lines)
    for slug, at in document.duplicates:
        findings.error(at, slug, f"Địa danh `{slug}` viết hai lần", "Gộp lại làm một.")
    read = [_parse_place(slug, node, lines, findings) for slug, node in document.values.items()]
    places = tuple(place for place in read if place)
    if len(document.values) != COUNT:
        hint = f"Hà Nội có {COUNT} xã, phường: kiểm tra dòng thừa hoặc thiếu."
        findings.error(1, "", f"Có {len(document.values)} xã, phường", hint)
    _check_names(places, lines, findings)
    _check_shares(places, lines, findings)
    return PlaceFile(places, lines)


def _parse_place(slug: str, node: Node, lines: dict[str, int], findings: Findings) -> Place | None:
    line = lines[slug]
    if not _SLUG.fullmatch(slug):
        findings.error(
            line, slug, f"Tên gọi `{slug}` không hợp lệ", "Chữ thường không dấu, nối bằng gạch ngang: hoa-xa."
        )
    if not isinstance(node, Fields):
        findings.error(line, slug, f"`{slug}` phải có name, kind, region, districts", "Chép theo mẫu của xã khác.")
        return None
    before = len(findings.problems)
    check_keys(node, _KEYS, findings, f"{slug}.")
    given = node.values
    lines.update({f"{slug}.{key}": at for key, at in node.lines.items()})
    place = Place(
        slug=slug,
        name=read_text(given.get("name"), line, "name", findings),
        kind=_one_of(KINDS, given.get("kind"), line, "kind", findings),
        region=_one_of(REGIONS, given.get("region"), line, "region", findings),
        old=tuple(unit for share in _SHARES for unit in _parse_old_units(share, given.get(share), findings)),
        districts=_parse_districts(given.get("districts"), line, findings),
        exchange=read_text(given.get("exchange"), line, "exchange", findings, required=False),
        contacts=_parse_contacts(slug, given.get("contacts"), lines, findings),
    )
    return place if len(findings.problems) == before else None


def _one_of(
    known: Mapping[str, str] | tuple[str, ...], node: Node | None, line: int, field: str, found: Findings
) -> str:
    text = read_text(node, line, field, found)
    if text and text not in known:
        found.error(node.line if node else line, field, f"Không có `{field}` là `{text}`", suggest(text, known))
    return text


def _parse_old_units(share: Literal["whole", "people", "part"], node: Node | None, findings: Findings) -> list[OldUnit]:
    units = []
    for text, line in read_texts(node, node.line, share, findings) if node else ():
        match = _OLD_UNIT.fullmatch(text)
        if match is None:
            hint = "Viết loại rồi tên: xã Phù Lưu, thị trấn Phùng, xã Hòa Phú (Ứng Hòa)."
            findings.error(line, share, f"Không đọc được đơn vị cũ `{text}`", hint)
            continue
        units.append(OldUnit(match[1], match[2], match[3] or "", share))
    return units


def _parse_districts(node: Node | None, line: int, findings: Findings) -> tuple[str, ...]:
    found = read_texts(node, line, "districts", findings)
    for text, at in found:
        if not _DISTRICT.fullmatch(text):
            findings.error(
                at, "districts", f"Không đọc được `{text}`", "Viết loại rồi tên: quận Ba Đình, huyện Ứng Hòa."
            )
    return tuple(text for text, _ in found)


def _parse_contacts(slug: str, node: Node | None, lines: dict[str, int], findings: Findings) -> tuple[Contact, ...]:
    contacts = []
    for number, item in enumerate(read_items(node, node.line, "contacts", findings) if node else ()):
        if not isinstance(item, Fields):
            findings.error(item.line, "contacts", "Mỗi nơi liên hệ viết dạng {office: …, does: …, groups: […]}")
            continue
        lines[f"{slug}.contacts.{number}"] = item.line
        check_keys(item, _CONTACT_KEYS, findings, "contacts.")
        office = read_text(item.values.get("office"), item.line, "office", findings)
        does = read_text(item.values.get("does"), item.line, "does", findings)
        groups = read_texts(item.values.get("groups"), item.line, "groups", findings)
        contacts.append(Contact(office, does, tuple(group for group, _ in groups)))
    return tuple(contacts)


def _check_names(places: tuple[Place, ...], lines: Mapping[str, int], findings: Findings) -> None:
    names: dict[str, str] = {}
    for place in places:
        other = names.setdefault(place.name.casefold(), place.slug)
        if other != place.slug:
            at = lines[f"{place.slug}.name"]
            findings.error(at, "name", f"Tên `{place.name}` trùng với `{other}`", "Mỗi xã, phường một tên.")


def _check_shares(places: tuple[Place, ...], lines: Mapping[str, int], findings: Findings) -> None:
    """A unit that went somewhere whole is nowhere else; its people went to one place; a part has another part."""
    uses: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for place in places:
        for unit in place.old:
            uses.setdefault((unit.kind, unit.name, unit.district), []).append((place.slug, unit.share))
    for (kind, name, _), found in uses.items():
        shares = [share for _, share in found]
        slug, share = found[-1]
        at = lines[f"{slug}.{share}"]
        if "whole" in shares and len(found) > 1:
            other = next(each for each, its in found if its == "whole" or each != slug)
            message = f"{kind} {name} đã nhập toàn bộ, không thể có ở cả `{other}` và `{slug}`"
            findings.error(at, share, message, "Sửa thành `part` ở mọi nơi, hoặc bỏ chỗ sai.")
        elif shares.count("people") > 1:
            findings.error(
                at, share, f"Toàn bộ dân số {kind} {name} ghi ở hai nơi", "Giữ một `people`, còn lại `part`."
            )
        elif shares == ["part"]:
            findings.warning(
                at, share, f"{kind} {name} nhập một phần mà chỉ có ở một nơi", "Thêm nơi nhận phần còn lại."
            )
