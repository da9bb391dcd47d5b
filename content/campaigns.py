"""Series of messages for a group of people: reading content/campaigns/*.yaml, and what must hold of each.

It knows nobody: who joins and when a step is sent is decided by who runs them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from datetime import date

from content.fields import (
    check_keys,
    parse_number,
    read_date,
    read_document,
    read_items,
    read_text,
    read_texts,
    suggest,
)
from content.figures import check_filter
from content.findings import Findings
from content.model import PRIORITY_GROUPS, Campaign, CampaignStep, Figure, FigureUse, Segment
from content.render import render_segments
from content.templates import TemplateProblem, parse_template
from content.wording import Literals, check_literals, check_markdown, check_sentences
from content.yaml_lines import Fields, Node

APART = 3  # days from one step to the next, at least: more often is a nuisance
EARLIEST, LATEST = 8, 19  # hours of the day, well inside the hours in which a phone may ring
LONGEST = 600  # characters of a step's own text, as rendered: one screen of a small phone
MOST_STEPS = 8
LAST_DAY = 365
MENU_LENGTH = 24
NEEDS = ("hoc-nghe", "tim-viec", "di-nuoc-ngoai", "vay-von")

_KEYS = ("title", "menu", "about", "who", "from", "until", "paused", "steps")
_WHO = ("groups", "needs", "topics")
_STEP_KEYS = ("id", "day", "hour", "text", "entry")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclasses.dataclass(frozen=True, slots=True)
class CampaignFile:
    """One series as read; `lines` maps "who.topics.0", "steps.2.entry" and the like to where they stand."""

    campaign: Campaign
    lines: Mapping[str, int]


def parse_campaign(text: str, slug: str, findings: Findings) -> CampaignFile | None:
    """Read the text of one file; `slug` is its name without .yaml. None when nothing in it can be read."""
    if not _SLUG.fullmatch(slug):
        findings.error(1, "", f"Tên tệp không hợp lệ: {slug}.yaml", "Chữ thường không dấu, nối bằng gạch ngang.")
    fields = read_document(text, findings)
    if fields is None:
        return None
    check_keys(fields, _KEYS, findings)
    lines = {**dict.fromkeys(_KEYS, 1), **fields.lines}
    values = fields.values
    menu = read_text(values.get("menu"), lines["menu"], "menu", findings)
    if len(menu) > MENU_LENGTH:
        findings.error(lines["menu"], "menu", f"Nhãn nút dài {len(menu)} ký tự", f"Tối đa {MENU_LENGTH} ký tự.")
    start = read_date(values.get("from"), lines["from"], "from", findings)
    end = read_date(values["until"], lines["until"], "until", findings) if "until" in values else None
    if start and end and end < start:
        findings.error(lines["until"], "until", "Ngày kết thúc trước ngày bắt đầu", "Sửa `from` hoặc `until`.")
    who = _parse_who(values.get("who"), lines, findings)
    campaign = Campaign(
        slug=slug,
        title=read_text(values.get("title"), lines["title"], "title", findings),
        menu=menu,
        about=read_text(values.get("about"), lines["about"], "about", findings),
        groups=who["groups"],
        needs=who["needs"],
        topics=who["topics"],
        start=start or date(2000, 1, 1),
        end=end,
        paused=read_yes_no(values.get("paused"), lines["paused"], "paused", findings),
        steps=_parse_steps(values.get("steps"), lines, findings),
    )
    return CampaignFile(campaign, lines)


def read_yes_no(node: Node | None, line: int, field: str, findings: Findings) -> bool:
    """`true` or `false`; a missing field is false."""
    text = read_text(node, line, field, findings, required=False)
    if text not in {"", "true", "false"}:
        findings.error(line, field, f"`{field}` phải là true hoặc false", "Viết true (có) hoặc false (không).")
    return text == "true"


def read_whole(node: Node | None, line: int, field: str, span: tuple[int, int], findings: Findings) -> int:
    """A whole number from `span`; its first number, with a finding, when it is none."""
    text = read_text(node, line, field, findings)
    number = parse_number(text)
    if text and (number is None or number != int(number) or not span[0] <= number <= span[1]):
        findings.error(line, field, f"`{field}` không hợp lệ: {text}", f"Một số nguyên từ {span[0]} đến {span[1]}.")
        return span[0]
    return int(number) if number is not None else span[0]


def _parse_who(node: Node | None, lines: dict[str, int], findings: Findings) -> Mapping[str, tuple[str, ...]]:
    """Whom it is for: any one of the values under groups, needs and topics is enough."""
    who: dict[str, tuple[str, ...]] = dict.fromkeys(_WHO, ())
    if not isinstance(node, Fields):
        findings.error(lines["who"], "who", "Chưa ghi loạt tin dành cho ai", "Thêm groups, needs hoặc topics.")
        return who
    check_keys(node, _WHO, findings, "who.")
    for key in _WHO:
        if key in node.values:
            read = read_texts(node.values[key], node.lines[key], f"who.{key}", findings)
            lines.update({f"who.{key}.{number}": line for number, (_, line) in enumerate(read)})
            who[key] = tuple(value for value, _ in read)
    for key, known in (("groups", PRIORITY_GROUPS), ("needs", NEEDS)):
        for number, value in enumerate(who[key]):
            if value not in known:
                line = lines[f"who.{key}.{number}"]
                findings.error(line, f"who.{key}", f"Không có `{value}`", suggest(value, known))
    if not any(who.values()):
        findings.error(lines["who"], "who", "Loạt tin không dành cho ai", "Thêm groups, needs hoặc topics.")
    return who


def _parse_steps(node: Node | None, lines: dict[str, int], findings: Findings) -> tuple[CampaignStep, ...]:
    steps: list[CampaignStep] = []
    for item in read_items(node, lines["steps"], "steps", findings):
        if not isinstance(item, Fields):
            findings.error(item.line, "steps", "Bước viết sai", "Mỗi bước có id, day, hour, text hoặc entry.")
            continue
        place = f"steps.{len(steps)}"
        check_keys(item, _STEP_KEYS, findings, f"{place}.")
        at = {key: item.lines.get(key, item.line) for key in _STEP_KEYS}
        lines.update({f"{place}.{key}": at[key] for key in _STEP_KEYS})
        steps.append(_parse_step(item, place, at, findings))
        _check_order(steps, place, at, findings)
    if node is not None and not steps:
        findings.error(lines["steps"], "steps", "Loạt tin chưa có bước nào", "Thêm ít nhất một bước.")
    if len(steps) > MOST_STEPS:
        findings.error(lines["steps"], "steps", f"Loạt tin có {len(steps)} bước", f"Tối đa {MOST_STEPS} bước.")
    return tuple(steps)


def _parse_step(item: Fields, place: str, at: Mapping[str, int], findings: Findings) -> CampaignStep:
    def text_of(key: str, *, required: bool) -> str:
        return read_text(item.values.get(key), at[key], f"{place}.{key}", findings, required=required)

    id_ = text_of("id", required=True)
    if id_ and not _SLUG.fullmatch(id_):
        findings.error(at["id"], f"{place}.id", f"Mã bước `{id_}` viết sai", "Chữ thường không dấu, gạch ngang.")
    entry, text = text_of("entry", required=False), text_of("text", required=False)
    if not (entry or text):
        findings.error(item.line, place, "Bước này không nói gì", "Thêm `text` (lời nhắn) hoặc `entry` (mục trả lời).")
    segments: tuple[Segment, ...] = ()
    try:
        segments = parse_template(text)
    except TemplateProblem as problem:
        findings.error(at["text"], f"{place}.text", problem.message, problem.hint)
    return CampaignStep(
        id=id_,
        day=read_whole(item.values.get("day"), at["day"], f"{place}.day", (0, LAST_DAY), findings),
        hour=read_whole(item.values.get("hour"), at["hour"], f"{place}.hour", (EARLIEST, LATEST), findings),
        text=segments,
        entry=entry,
    )


def _check_order(steps: list[CampaignStep], place: str, at: Mapping[str, int], findings: Findings) -> None:
    """A step's id is new and it comes late enough after the one before it."""
    *before, step = steps
    if step.id and step.id in {other.id for other in before}:
        findings.error(at["id"], f"{place}.id", f"Mã bước `{step.id}` dùng hai lần", "Đặt mã khác; không đổi mã cũ.")
    if before and step.day < before[-1].day + APART:
        hint = f"Mỗi bước cách bước trước ít nhất {APART} ngày, theo thứ tự."
        findings.error(at["day"], f"{place}.day", f"Ngày {step.day} quá sát hoặc trước bước trên", hint)


def check_campaign(
    file: CampaignFile,
    entries: Collection[str],
    figures: Mapping[str, Figure],
    literals: Literals,
    on: date,
    findings: Findings,
) -> set[str]:
    """Report what does not exist and words that do not fit a phone; the ids of the figures that are used."""
    campaign, lines = file.campaign, file.lines
    topics = {*entries, *(id_.partition(".")[0] for id_ in entries)}
    for number, topic in enumerate(campaign.topics):
        if topic not in topics:
            hint = suggest(topic, topics) or "Ghi tên một nhóm (bhtn) hoặc id một mục (bhtn.tu-nghi)."
            findings.error(lines[f"who.topics.{number}"], "who.topics", f"Không có nhóm hay mục `{topic}`", hint)
    used: set[str] = set()
    for number, step in enumerate(campaign.steps):
        place = f"steps.{number}"
        if step.entry and step.entry not in entries:
            hint = suggest(step.entry, entries) or "Tạo mục này, hoặc sửa id."
            findings.error(lines[f"{place}.entry"], f"{place}.entry", f"Không có mục `{step.entry}`", hint)
        used |= _check_words(step, place, lines[f"{place}.text"], figures, literals, on, findings)
    return used


def _check_words(
    step: CampaignStep,
    place: str,
    line: int,
    figures: Mapping[str, Figure],
    literals: Literals,
    on: date,
    findings: Findings,
) -> set[str]:
    field = f"{place}.text"
    uses = [segment for segment in step.text if isinstance(segment, FigureUse)]
    unknown = [use for use in uses if use.figure not in figures]
    for use in unknown:
        hint = suggest(use.figure, figures)
        findings.error(line, field, f"Không có số `{use.figure}` trong figures.yaml", hint)
    for use in uses:
        wrong = check_filter(figures[use.figure].unit, use.filter) if use.figure in figures else ""
        if wrong:
            findings.error(line, field, f"`{use.figure}|{use.filter}`: {wrong}", "Sửa bộ lọc.")
    plain = "".join(segment if isinstance(segment, str) else "{{ … }}" for segment in step.text)
    check_markdown(plain, line, field, findings)
    check_sentences(plain, line, field, findings)
    check_literals(plain, line, field, step.entry.partition(".")[0], literals, findings)
    length = 0 if unknown else len(render_segments(step.text, figures, on))
    if length > LONGEST:
        findings.error(line, field, f"Lời nhắn dài {length} ký tự", f"Rút còn tối đa {LONGEST} ký tự.")
    return {use.figure for use in uses}
