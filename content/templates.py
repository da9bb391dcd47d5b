"""The `{{ namespace.name }}` in an answer: read by Jinja's parser, allowed by a list, never executed.

A text may hold literal words and figures with at most one filter. Everything else Jinja knows (loops,
includes, attributes of attributes, arithmetic) is refused when the tree is loaded. Nothing is left to execute
when an answer is rendered: rendering is joining strings.
"""

from __future__ import annotations

import jinja2
import jinja2.sandbox
from jinja2 import nodes

from content.figures import FILTERS
from content.model import FigureUse, Segment

# Only its parser is used. The sandbox is a second wall: were a text ever compiled, it would reach nothing.
_SYNTAX = jinja2.sandbox.ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True
)

_HINT = "Chỉ viết {{ nhóm.tên }} hoặc {{ nhóm.tên|so }}, |trieu, |ty; tên lấy trong figures.yaml."


class TemplateProblem(Exception):
    """The text holds something other than figures. `line` counts from 1, the text's first line."""

    def __init__(self, line: int, message: str, hint: str = _HINT) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.hint = hint


def parse_template(text: str) -> tuple[Segment, ...]:
    """Split a text into literal pieces and figures. Raises TemplateProblem."""
    if "{" not in text and "}" not in text:
        return (text,) if text else ()
    try:
        tree = _SYNTAX.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateProblem(error.lineno, "Viết sai {{ … }}") from None
    except (RecursionError, ValueError, OverflowError):
        raise TemplateProblem(1, "Biểu thức trong {{ … }} quá phức tạp") from None
    segments: list[Segment] = []
    for node in tree.body:
        if not isinstance(node, nodes.Output):
            raise TemplateProblem(node.lineno, "Không dùng {% … %} trong câu trả lời")
        segments += [_segment(each) for each in node.nodes]
    _refuse_stray_braces(segments, text)
    return tuple(segments)


def _segment(node: nodes.Node) -> Segment:
    if isinstance(node, nodes.TemplateData):
        return node.data
    filter_ = ""
    expression: nodes.Node | None = node
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise TemplateProblem(node.lineno, f"Không có bộ lọc `{node.name}`")
        filter_, expression = node.name, node.node
    if isinstance(expression, nodes.Getattr) and isinstance(expression.node, nodes.Name):
        return FigureUse(f"{expression.node.name}.{expression.attr}", filter_)
    raise TemplateProblem(node.lineno, "Trong {{ … }} chỉ được viết tên một con số")


def _refuse_stray_braces(segments: list[Segment], text: str) -> None:
    for segment in segments:
        if isinstance(segment, str) and ("}}" in segment or "%}" in segment):
            line = text.count("\n", 0, text.find(segment)) + segment[: segment.find("}")].count("\n") + 1
            raise TemplateProblem(line, "Thừa dấu }} hoặc thiếu dấu {{")
