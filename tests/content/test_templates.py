"""What may stand in `{{ }}`: figures with a filter, and nothing that could run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.model import FigureUse
from content.templates import TemplateProblem, parse_template


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", ()),
        ("Không có số nào.", ("Không có số nào.",)),
        ("{{ vay.tran }}", (FigureUse("vay.tran", ""),)),
        ("Tối đa {{vay.tran|trieu}}/người", ("Tối đa ", FigureUse("vay.tran", "trieu"), "/người")),
        ("{{ as_.a }} {{ bhtn.b | so }}", (FigureUse("as_.a", ""), " ", FigureUse("bhtn.b", "so"))),
        ("một\nhai {{ a.b }}\n", ("một\nhai ", FigureUse("a.b", ""), "\n")),
    ],
)
def test_figures_are_found(text: str, segments: tuple[object, ...]) -> None:
    assert parse_template(text) == segments


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ vay.tran.__class__ }}",
        "{{ vay.__class__.__mro__ }}",
        "{{ vay['tran'] }}",
        "{{ vay }}",
        "{{ range(10**9) }}",
        "{{ vay.tran * 10**9 }}",
        "{{ vay.tran() }}",
        "{{ vay.tran|upper }}",
        "{{ vay.tran|so|so }}",
        "{{ vay.tran|so(1) }}",
        "{{ vay.tran if vay.x }}",
        "{{ 60 }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% for i in range(9) %}{{ vay.tran }}{% endfor %}",
        "{% set a = 1 %}",
        "{{ vay.tran",
        "vay.tran }}",
        "{{ vay tran }}",
        "{{ " + "(" * 5000 + " }}",
        "{{ " + "9" * 5000 + " }}",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(TemplateProblem):
        parse_template(text)


def test_the_line_of_a_mistake_is_kept() -> None:
    with pytest.raises(TemplateProblem) as caught:
        parse_template("một\nhai\nba {{ vay.tran|upper }}")
    assert caught.value.line == 3


@given(st.text(alphabet=st.sampled_from("{}%#|.a_ '\n(["), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        segments = parse_template(text)
    except TemplateProblem:
        return
    assert all(isinstance(segment, str | FigureUse) for segment in segments)
