"""Rules about the words themselves: Markdown, length of sentences and messages, figures written out.

Each rule takes a text and adds findings. None of them knows other entries or changes a text.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from content.figures import find_value, format_value
from content.findings import Findings
from content.model import Figure

SHORT_LENGTH = 300
TELEGRAM_LENGTH = 4096
ZALO_LENGTH = 2000
ZALO_BUBBLES = 2
COMFORTABLE_LENGTH = 3200
WAYS_ON = ("Gặp cán bộ", "Danh mục chính")  # stand under every answer, after what `next` leads to
SENTENCE_WORDS = 30

_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_LINK = re.compile(r"\[([^\]\n]*)\]\(([^)\n]*)\)")
_LIST_ITEM = re.compile(r"\s*(-|\d+\.)\s")
_PLACEHOLDER = "…"
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|(?<=[:.?]\*\*)\s+")

# What each pattern forbids, tried line by line once templates and links are out of the way.
_FORBIDDEN: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r" {0,3}#{1,6}(\s|$)"), "Không dùng tiêu đề #", "Dùng **chữ đậm:** ở đầu đoạn."),
    (re.compile(r" {0,3}(={3,}|-{3,}|\*{3,}|_{3,})\s*$"), "Không dùng đường kẻ ngang", "Bỏ dòng này."),
    (
        re.compile(r"\s*\|.*\||.*\|\s*:?-{2,}"),
        "Không dùng bảng",
        "Viết thành danh sách, mỗi ý một dòng `- `.",
    ),
    (re.compile(r".*!\["), "Không dùng hình", "Bỏ hình, hoặc đặt liên kết [tên](https://…)."),
    (re.compile(r".*(</?[A-Za-z!][^>]*>|&[A-Za-z]+;|&#\d+;)"), "Không dùng HTML", "Viết chữ thường."),
    (re.compile(r"\s*>"), "Không dùng trích dẫn >", "Bỏ dấu > đầu dòng."),
    (re.compile(r".*`"), "Không dùng dấu `", "Dùng ngoặc kép."),
    (
        re.compile(r"(\s{2,}|\t)([-*+]|\d+[.)])\s"),
        "Không dùng danh sách lồng nhau",
        "Đưa dòng này ra sát lề.",
    ),
    (re.compile(r"[*+]\s"), "Gạch đầu dòng phải là `- `", "Thay bằng dấu gạch ngang và dấu cách."),
    (re.compile(r"\d+\)\s"), "Danh sách đánh số viết `1. `", "Thay dấu ) bằng dấu chấm."),
    (
        re.compile(r".*((?<![*\w])\*(?![*\s])[^*]+(?<![*\s])\*(?!\*)|(?<!\w)_(?!\s)[^_]+_(?!\w))"),
        "Không dùng chữ nghiêng",
        "Bỏ dấu * hoặc _.",
    ),
    (
        re.compile("[^\U0001f000-\U0001faff☀-➿⭐️]*[\U0001f000-\U0001faff☀-➿⭐️]"),
        "Không dùng biểu tượng cảm xúc",
        "Bỏ ký hiệu này.",
    ),
)


def _without_figures(text: str) -> str:
    return _TEMPLATE.sub(_PLACEHOLDER, text) if "{{" in text else text


def _without_addresses(text: str) -> str:
    return _LINK.sub(r"\1", text) if "](" in text else text


def check_markdown(text: str, line: int, field: str, findings: Findings) -> None:
    """Report Markdown the channels cannot all show. `line` is where the text starts in its file."""
    for number, raw in enumerate(text.split("\n"), start=line):
        written = _without_figures(raw)
        for _, address in _LINK.findall(written):
            if not address.startswith("https://") or " " in address:
                findings.error(number, field, f"Liên kết không hợp lệ: ({address})", "Viết [tên](https://địa-chỉ).")
        plain = _without_addresses(written) if "![" not in written else written
        for pattern, message, hint in _FORBIDDEN:
            if pattern.match(plain):
                findings.error(number, field, message, hint)
        if plain.count("**") % 2:
            findings.error(number, field, "Dấu ** không có cặp", "Chữ đậm mở và đóng trên cùng một dòng: **chữ**.")


def check_sentences(text: str, line: int, field: str, findings: Findings) -> None:
    """Warn about sentences too long for a phone. A figure counts as one word, a bold lead is left out."""
    for start, paragraph in _paragraphs(_without_figures(text)):
        for sentence in _SENTENCE_END.split(_without_addresses(paragraph)):
            words = len(sentence.split())
            if words > SENTENCE_WORDS:
                opening = " ".join(sentence.split()[:6])
                findings.warning(
                    line + start,
                    field,
                    f"Câu dài {words} từ: “{opening}…”",
                    f"Tách thành các câu không quá {SENTENCE_WORDS} từ.",
                )


def _paragraphs(text: str) -> Iterable[tuple[int, str]]:
    """Paragraphs and list items, each with its line offset."""
    start, held = 0, ""
    for number, line in enumerate(text.split("\n")):
        opens = _LIST_ITEM.match(line) is not None
        if held and (opens or not line.strip()):
            yield start, held
            held = ""
        if line.strip():
            start, held = (start, f"{held} {line}") if held else (number, line)
    if held:
        yield start, held


def check_lengths(short: str, whole: str, labels: Sequence[str], lines: Mapping[str, int], findings: Findings) -> None:
    """Check sizes as rendered. `whole` is everything a worker reads: answer, source line and review date.

    `labels` are the choices under it: on Zalo, where there are no buttons, they are lines of the message.
    """
    if len(short) > SHORT_LENGTH:
        findings.error(
            lines["short"],
            "short",
            f"Câu tóm tắt dài {len(short)} ký tự, tối đa {SHORT_LENGTH}",
            "Rút còn một hai câu; phần còn lại đưa xuống dưới.",
        )
    telegram = len(whole.encode("utf-16-le")) // 2  # Telegram counts UTF-16 units
    typed = "\n".join(f"{number}. {label}" for number, label in enumerate((*labels, *WAYS_ON), 1))
    bubbles = count_bubbles(f"{whole}\n\n{typed}")
    if telegram > TELEGRAM_LENGTH:
        findings.error(
            lines["body"],
            "body",
            f"Câu trả lời dài {telegram} ký tự, Telegram nhận tối đa {TELEGRAM_LENGTH}",
            "Tách thành hai mục.",
        )
    elif bubbles > ZALO_BUBBLES:
        findings.error(
            lines["body"],
            "body",
            f"Cần {bubbles} tin Zalo, không vừa {ZALO_BUBBLES} tin Zalo ({ZALO_LENGTH} ký tự mỗi tin)",
            "Rút ngắn hoặc tách thành hai mục.",
        )
    elif telegram > COMFORTABLE_LENGTH:
        findings.warning(
            lines["body"],
            "body",
            f"Câu trả lời dài {telegram} ký tự",
            f"Nên dưới {COMFORTABLE_LENGTH} ký tự.",
        )


def count_bubbles(text: str, limit: int = ZALO_LENGTH) -> int:
    """How many messages of `limit` characters the text needs when it is cut between lines."""
    bubbles, room = 0, 0
    for line in text.split("\n"):
        needed = len(line) + 1
        if needed <= room:
            room -= needed
            continue
        bubbles += max(1, -(-len(line) // limit))
        room = limit - (len(line) % limit if len(line) > limit else needed)
    return bubbles


@dataclasses.dataclass(frozen=True, slots=True)
class Literals:
    """Every way a figure can stand written out, and the figures written that way."""

    pattern: re.Pattern[str]
    figures: Mapping[str, tuple[str, ...]]


# Words that make a bare number a quantity: what has one of these should be a figure.
_QUANTITY = re.compile(
    r"(?<![\w.,/])\d[\d.,]*(?<![.,])\s?"
    r"(?:%|đồng\b|triệu\b|tỷ\b|ngày\b|tuần\b|năm\b|giờ\b|người\b|tuổi\b|lần\b|km\b|tháng\b(?!\s+\d))"
)


def list_literals(figures: Mapping[str, Figure], on: date) -> Literals:
    """Collect the written forms of all figures: every dated value, and products as of the day `on`."""
    forms: dict[str, list[str]] = {}
    for figure in figures.values():
        values: list[Decimal | str | None] = [each.value for each in figure.values]
        for value in values or [find_value(figures, figure.id, on)]:
            for form in _forms(figure.unit, value):
                names = forms.setdefault(form, [])
                if figure.id not in names:
                    names.append(figure.id)
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    alternatives = "|".join(re.escape(form) for form in ordered) or r"(?!)"
    pattern = re.compile(rf"(?<![\w.,/])(?:{alternatives})(?!\w|[.,/]\d)")
    return Literals(pattern, {form: tuple(names) for form, names in forms.items()})


def _forms(unit: str, value: Decimal | str | None) -> Iterable[str]:
    if value is None:
        return
    if isinstance(value, str):
        if len(value) >= 6 and any(character.isdigit() for character in value):
            yield value
    elif unit.startswith("dong"):
        if value >= 10_000:
            yield format_value(value, unit, "so")
        if value >= 100_000:
            yield format_value(value, "dong", "trieu").removesuffix(" đồng")
        if value >= 1_000_000_000:
            yield format_value(value, "dong", "ty").removesuffix(" đồng")
    elif unit == "percent_year":
        yield format_value(value, "percent")
    elif unit != "count" or value >= 100:
        yield format_value(value, unit)


def check_literals(text: str, line: int, field: str, group: str, literals: Literals, findings: Findings) -> None:
    """Report figures written out: an error for the group's own and the common ones.

    Other quantities are warned about, unless the line, or the one a list hangs on, says "ví dụ" (example).
    """
    spaces = (f"{group}.", f"{group}_.", "ltt.", "lh.")
    example = False
    for number, raw in enumerate(text.split("\n"), start=line):
        written = _without_addresses(_without_figures(raw))
        hanging = not written.strip() or _LIST_ITEM.match(written) is not None
        example = "ví dụ" in written.lower() or (example and hanging)
        reported = []
        for match in literals.pattern.finditer(written):
            names = [name for name in literals.figures[match[0]] if name.startswith(spaces)]
            before_month = match[0].endswith("tháng") and re.match(r"\s+\d", written[match.end() :])
            if names and not before_month:
                reported.append(match.span())
                hint = "Dùng " + " hoặc ".join(f"{{{{ {name} }}}}" for name in names[:3]) + "."
                findings.error(number, field, f"Con số “{match[0]}” viết thẳng trong câu", hint)
        for match in _QUANTITY.finditer(written):
            if example or any(start < match.end() and match.start() < end for start, end in reported):
                continue
            findings.warning(
                number,
                field,
                f"Con số “{match[0]}” viết thẳng trong câu",
                "Số của chính sách: đưa vào figures.yaml và gọi tên. Ví dụ: ghi chữ “ví dụ” trong dòng.",
            )
