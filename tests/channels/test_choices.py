"""Choices on buttons and as numbered lines: the number a person reads is the number they may type."""

from __future__ import annotations

from bot.channels.choices import for_buttons, for_typing
from bot.messages import Choice

PLAIN = (Choice("Nộp ở đâu?", "e:bhtn.noi-nop"), Choice("Danh mục chính", "m"))
TITLED = (
    Choice("Nộp ở đâu?", "e:bhtn.noi-nop", "Nơi nộp hồ sơ thất nghiệp"),
    Choice("Không phải các ý này", "n"),
)


def test_choices_without_titles_are_buttons_as_they_are() -> None:
    assert for_buttons("Chọn:", PLAIN) == ("Chọn:", PLAIN)


def test_titles_stand_in_the_bubble_with_the_numbers_of_their_buttons() -> None:
    text, buttons = for_buttons("Ý anh/chị là:", TITLED)
    assert text == "Ý anh/chị là:\n\n1. Nơi nộp hồ sơ thất nghiệp\n2. Không phải các ý này"
    assert [button.label for button in buttons] == ["1. Nộp ở đâu?", "2. Không phải các ý này"]
    assert [button.action for button in buttons] == ["e:bhtn.noi-nop", "n"]


def test_without_buttons_every_choice_is_a_numbered_line() -> None:
    assert for_typing("**Chọn**:", PLAIN) == "Chọn:\n\n1. Nộp ở đâu?\n2. Danh mục chính"
    assert for_typing("Ý:", TITLED) == "Ý:\n\n1. Nơi nộp hồ sơ thất nghiệp\n2. Không phải các ý này"
    assert for_typing("Xong.", ()) == "Xong."
