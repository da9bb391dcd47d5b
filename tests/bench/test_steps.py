"""Every step that the ablation switches off is really there, is really off meanwhile, and is back afterwards."""

from __future__ import annotations

import pytest

from intents import build, features
from intents.build import build_matcher
from intents.decide import decide
from intents.match import Example, Matcher
from intents.normalise import normalise
from tests.bench.steps import STEPS, Step, without

PHRASINGS = [
    Example("bhtn.noi-nop", "nộp hồ sơ thất nghiệp ở đâu"),
    Example("bhtn.muc-huong", "trợ cấp thất nghiệp được bao nhiêu tiền"),
    Example("vay.lai-suat", "lãi suất vay vốn bao nhiêu"),
]
STORY = "em làm may ở khu công nghiệp được sáu năm, chồng đi phụ hồ, nhà có hai cháu nhỏ và mẹ già. " * 2
TRIED = ["nop hs tn o dau", "lộp hồ sơ thaats nghieepj", "trợ cấp thất ngiệp bn tiền", STORY + "vay vốn lãi bao nhiêu"]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return build_matcher(PHRASINGS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_can_be_switched_off_and_comes_back(matcher: Matcher, step: Step) -> None:
    before = [getattr(owner, name) for owner, name, _ in step.changes]
    with without(step):
        assert all(getattr(owner, name) is value for owner, name, value in step.changes)
        changed = build_matcher(PHRASINGS) if {features, build} & {owner for owner, _, _ in step.changes} else matcher
        assert all(decide(changed, text).reason for text in TRIED)
    assert [getattr(owner, name) for owner, name, _ in step.changes] == before


def test_what_was_remembered_before_does_not_hide_that_a_step_is_off() -> None:
    off = next(step for step in STEPS if step.name == "viết tắt, tiếng lóng")
    assert normalise("bhtn").folded == "bao hiem that nghiep"
    with without(off):
        assert normalise("bhtn").folded == "bhtn"
    assert normalise("bhtn").folded == "bao hiem that nghiep"


def test_a_step_that_no_longer_exists_is_an_error() -> None:
    with pytest.raises(AttributeError), without(Step("đã bỏ", ((normalise, "no_such_step", None),))):
        pass
