"""What an admin sees before publishing is what people will see; and every answer fits every platform."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

import main
from bot.channels.markdown import utf16_length
from bot.messages import Choice, Reply
from bot.previewing import answer_of, preview, telegram_length, zalo_bubbles
from content.load import load_library
from content.model import Library
from content.wording import TELEGRAM_LENGTH, ZALO_BUBBLES, ZALO_LENGTH, count_bubbles

CONTENT = Path(__file__).parents[2] / "content"
TODAY = datetime.date(2026, 11, 22)
RAISE = datetime.date(2026, 7, 1)  # of the base salary
LONG_PAST_REVIEW = datetime.date(2028, 1, 1)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(CONTENT, on=TODAY)


@pytest.mark.parametrize("commune", ["", "hoa-xa"])
@pytest.mark.parametrize("on", [TODAY, LONG_PAST_REVIEW], ids=str)
def test_every_answer_fits_telegram_in_one_message_and_zalo_in_two(
    library: Library, on: datetime.date, commune: str
) -> None:
    too_long = []
    for id_ in library.entries:
        for reply in answer_of(library, id_, on, commune):
            bubbles = zalo_bubbles(reply)
            fits = len(bubbles) <= ZALO_BUBBLES and all(utf16_length(bubble) <= ZALO_LENGTH for bubble in bubbles)
            if not fits or telegram_length(reply) > TELEGRAM_LENGTH:
                too_long.append((id_, [len(bubble) for bubble in bubbles], telegram_length(reply)))
    assert too_long == []


def test_no_choice_is_lost_between_zalos_messages(library: Library) -> None:
    for id_ in library.entries:
        for reply in answer_of(library, id_, TODAY):
            said = "\n".join(zalo_bubbles(reply))
            for number, choice in enumerate(reply.choices, 1):
                assert f"\n{number}. {choice.title or choice.label}" in said, id_


def section(text: str, name: str) -> str:
    """What stands under "=== name"."""
    return re.split(r"^=== ", text.partition(f"=== {name}")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_an_entry_is_shown_as_the_three_platforms_show_it(library: Library) -> None:
    shown = preview(library, "bhtn.muc-huong", TODAY)
    assert shown.startswith("bhtn.muc-huong · Mức hưởng trợ cấp thất nghiệp mỗi tháng · ngày 22/11/2026\n")
    for name in ("Telegram", "Zalo", "Web"):
        assert "26.550.000 đồng/tháng" in section(shown, name), name
        assert "**" not in section(shown, name), name
        assert "<b>" not in section(shown, name), name
    label = library.get_entry("bhtn.tinh-thu").menu
    assert f"\n[ {label} ]\n" in section(shown, "Telegram")
    assert f"\n1. {label}\n" in section(shown, "Zalo")
    assert f"\n( {label} ) " in section(shown, "Web")


def test_bold_and_links_look_like_themselves_in_a_terminal(library: Library) -> None:
    plain = preview(library, "bhtn.muc-huong", TODAY)
    styled = preview(library, "bhtn.muc-huong", TODAY, styled=True)
    assert "\x1b[1mCách tính\x1b[0m" in styled
    assert re.sub(r"\x1b\[\dm", "", styled) == plain


@pytest.mark.parametrize(
    ("on", "said", "not_said"),
    [
        (datetime.date(2026, 6, 30), "28.080.000 đồng", "30.360.000"),
        (RAISE, "30.360.000 đồng", "28.080.000"),
    ],
    ids=str,
)
def test_the_day_decides_the_figures(library: Library, on: datetime.date, said: str, not_said: str) -> None:
    shown = preview(library, "dtn.xuat-ngu", on)
    assert said in shown
    assert not_said not in shown


def test_the_commune_decides_the_local_office(library: Library) -> None:
    office = "Phòng giao dịch Ngân hàng Chính sách xã hội Ứng Hòa"
    assert office not in preview(library, "vay.lai-suat", TODAY)
    assert preview(library, "vay.lai-suat", TODAY, "hoa-xa").count(office) == 3


def test_a_long_reply_is_counted_message_by_message() -> None:
    reply = Reply(
        "\n\n".join(f"**Đoạn {number}:** " + "chữ " * 90 for number in range(8)), (Choice("Mục khác", "e:x"),)
    )
    bubbles = zalo_bubbles(reply)
    assert len(bubbles) == 2 == count_bubbles("\n\n".join(bubbles))
    assert bubbles[-1].endswith("1. Mục khác")
    assert telegram_length(Reply("a **b** [c](https://x.vn) & <d>")) == len("a b c & <d>")


def test_the_command_prints_it_and_names_what_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["preview", "vay.lai-suat", "--on", "2026-07-01", "--commune", "hoa-xa"]) == 0
    assert "ngày 01/07/2026 · hoa-xa" in capsys.readouterr().out
    assert main.main(["preview", "vay.lai-xuat"]) == 1
    assert "Có phải là `vay.lai-suat`?" in capsys.readouterr().err
    assert main.main(["preview", "vay.lai-suat", "--commune", "hoa-sa"]) == 1
    assert "Có phải là `hoa-xa`?" in capsys.readouterr().err
