"""Who wants no more messages says so in their own words; everybody else is not silenced."""

from __future__ import annotations

import pytest

from bot.orders import wants_quiet


@pytest.mark.parametrize(
    "text",
    [
        "thôi đừng nhắn nữa",
        "phiền quá đừng nhắn",
        "dung nhan nx",
        "k nhan tin nx",
        "ngưng gửi cho tôi đi",
        "tôi không muốn nhận tin nữa",
        "đừng làm phiền tôi nữa",
        "stop spam",
        "tắt thông báo đi",
        "làm ơn đừng nhắn nữa",
        "từ nay đừng gửi tin cho bác nữa nhé",
        "Dừng gửi tin!!!",
        "huy thong bao",
        "thôi không nhận tin nữa đâu",
    ],
)
def test_these_stop_everything(text: str) -> None:
    assert wants_quiet(text)


@pytest.mark.parametrize(
    "text",
    [
        "dừng nhận trợ cấp thất nghiệp",
        "đúng là nhắn cho tôi",
        "đúng rồi nhắn tin nữa đi",
        "không nhận được tin",
        "làm sao để dừng nhận tin?",
        "hủy đăng ký",
        "hủy phiên",
        "thôi",
        "nhắn lại cho tôi",
        "không gửi nữa",
        "phiền quá",
        "thôi nhắn sau nhé",
        "",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not wants_quiet(text)
