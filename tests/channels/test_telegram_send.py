"""Sending to Telegram over loopback: what the chat shows, and what each refusal becomes."""

import asyncio
import json
import time

import pytest

from bot.channels.contract import Gone, Misconfigured, Outgoing, Refused, TryLater
from bot.messages import Choice

HOA = 1001


@pytest.fixture(autouse=True)
def hoa_knows_the_bot(platform):
    platform.chats[HOA] = "open"


def hello(text="Chào **chị**", **more):
    return Outgoing(str(HOA), text, **more)


async def test_bubble_with_buttons(platform, channel):
    choices = (Choice("Bảo hiểm thất nghiệp", "entry:bhtn.muc-huong"), Choice("Gặp cán bộ", "handover"))
    message_id = await channel.send(hello("Chào **chị** <Hoa>:\n- một", choices=choices))

    (sent,) = platform.sent_to(HOA)
    assert sent.text == "Chào chị <Hoa>:\n• một"
    assert sent.raw == "Chào <b>chị</b> &lt;Hoa&gt;:\n• một"
    assert sent.buttons == (("Bảo hiểm thất nghiệp", "entry:bhtn.muc-huong"), ("Gặp cán bộ", "handover"))
    assert message_id == str(sent.message_id)
    (asked,) = [asked for method, asked in platform.calls if method == "sendMessage"]
    assert asked["link_preview_options"] == '{"is_disabled": true}'
    assert [len(row) for row in json.loads(asked["reply_markup"])["inline_keyboard"]] == [1, 1]


async def test_tap_is_answered(platform, channel):
    platform.tap(HOA, "menu")
    (tap_id,) = platform.tap_ids
    await channel.send(hello(callback_id=tap_id))
    assert platform.answered_taps == [tap_id]
    assert len(platform.sent_to(HOA)) == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429, "retry_after": 60}, {"reset": True}, {"body": "x"}])
async def test_a_tap_that_cannot_be_answered_does_not_matter(platform, channel, fault):
    platform.fail_next("answerCallbackQuery", **fault)
    await channel.send(hello(callback_id="42"))
    await channel.send(hello(callback_id="quá cũ"))
    assert len(platform.sent_to(HOA)) == 2


@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Gone),
        (403, "Forbidden: user is deactivated", Gone),
        (403, "Forbidden: bot was kicked from the supergroup chat", Gone),
        (403, "Forbidden: bot can't initiate conversation with a user", Gone),
        (400, "Bad Request: chat not found", Gone),
        (400, "Bad Request: user not found", Gone),
        (400, "Bad Request: PEER_ID_INVALID", Gone),
        (400, "Bad Request: group chat was upgraded to a supergroup chat", Gone),
        (400, "Bad Request: message is too long", Refused),
        (400, "Bad Request: BUTTON_DATA_INVALID", Refused),
        (400, "Bad Request: something new", Refused),
        (401, "Unauthorized", Misconfigured),
        (404, "Not Found", Misconfigured),
        (409, "Conflict: terminated by other getUpdates request", TryLater),
        (500, "Internal Server Error", TryLater),
        (502, "Bad Gateway", TryLater),
    ],
)
async def test_refusals(platform, channel, status, description, expected):
    platform.fail_next(status=status, description=description)
    with pytest.raises(expected) as refusal:
        await channel.send(hello())
    assert description.partition(": ")[2].lower() in refusal.value.reason.lower()
    assert platform.token not in refusal.value.reason


async def test_the_platforms_own_rules(platform, channel):
    with pytest.raises(Gone, match=r"(?i)chat not found"):
        await channel.send(Outgoing("999", "Chào"))
    with pytest.raises(Refused, match=r"(?i)too long"):
        await channel.send(hello("ệ" * 4097))
    with pytest.raises(Refused, match=r"(?i)empty"):
        await channel.send(hello(" "))
    with pytest.raises(Refused, match=r"(?i)button_data_invalid"):
        await channel.send(hello(choices=(Choice("Chọn", "x" * 65),)))
    await channel.send(hello("😀" * 2048))
    platform.block(HOA)
    with pytest.raises(Gone, match="blocked"):
        await channel.send(hello())
    platform.deactivate(HOA)
    with pytest.raises(Gone, match="deactivated"):
        await channel.send(hello())


async def test_too_fast_says_how_long_to_wait(platform, channel):
    platform.fail_next(status=429, retry_after=17)
    with pytest.raises(TryLater) as refusal:
        await channel.send(hello())
    assert (refusal.value.after, refusal.value.may_have_arrived) == (17, False)


async def test_too_fast_without_parameters(platform, channel):
    platform.fail_next(status=429, body='{"ok":false,"description":"Too Many Requests: retry after 9"}')
    platform.fail_next(status=429, body="chậm lại")
    for after in (9, 5):
        with pytest.raises(TryLater) as refusal:
            await channel.send(hello())
        assert refusal.value.after == after


async def test_real_rates(platform, channel):
    platform.strict_rates = True
    await channel.send(hello())
    with pytest.raises(TryLater) as refusal:
        await channel.send(hello())
    assert refusal.value.after == 1


async def test_group_moved(platform, channel):
    moved = '{"ok":false,"error_code":400,"description":"Bad Request","parameters":{"migrate_to_chat_id":-1005}}'
    platform.fail_next(status=400, body=moved)
    with pytest.raises(Gone):
        await channel.send(hello())


async def test_markup_the_platform_cannot_read_is_sent_again_without(platform, channel):
    platform.fail_next(status=400, description="Bad Request: can't parse entities: Unexpected end tag at byte offset 3")
    await channel.send(hello("Chào **chị**", choices=(Choice("Chọn", "x"),)))
    (sent,) = platform.sent_to(HOA)
    assert (sent.raw, sent.parse_mode, len(sent.buttons)) == ("Chào chị", "", 1)


async def test_without_markup_it_is_tried_only_once(platform, channel):
    platform.fail_next(status=400, description="Bad Request: can't parse entities: odd", times=2)
    with pytest.raises(Refused):
        await channel.send(hello())
    assert platform.sent == []


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": True},
        {"half": True},
        {"wait": 2},  # longer than the time-outs
        {"body": "<html>chưa sẵn sàng</html>"},
        {"body": "[]"},
        {"body": "{}"},
        {"body": '{"ok":true}'},
        {"body": '{"ok":false}'},
        {"body": '{"ok":true,"result":true}'},
        {"body": '{"ok":true,"result":"x"}'},
        {"body": '{"ok":true,"result":{}}'},
        {"status": 302, "location": "/trang-cua-nha-mang"},  # not followed: it would be given the message
        {"status": 503, "body": "bảo trì"},
        {"status": 500, "body": "[1]"},
        {"status": 500, "body": '{"description":5,"parameters":"x"}'},
    ],
)
async def test_it_may_have_arrived(platform, channel, fault):
    platform.fail_next(**fault, carried_out=True)
    with pytest.raises(TryLater) as refusal:
        await channel.send(hello())
    assert refusal.value.may_have_arrived
    assert refusal.value.after is None
    assert len(platform.sent_to(HOA)) == 1


async def test_a_slow_answer_is_still_an_answer(platform, channel):
    platform.fail_next(wait=0.1)
    await channel.send(hello())
    assert len(platform.sent_to(HOA)) == 1


async def test_nobody_listens(open_channel, unused_tcp_port):
    channel = open_channel(api_url=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(TryLater) as refusal:
        await channel.send(hello())
    assert not refusal.value.may_have_arrived


async def test_wrong_token(open_channel):
    channel = open_channel(token="1:sai")
    with pytest.raises(Misconfigured) as refusal:
        await channel.send(hello())
    assert "1:sai" not in refusal.value.reason
    with pytest.raises(Misconfigured):
        await channel.identify()


async def test_identify(platform, channel):
    assert await channel.identify() == platform.username


async def test_many_at_once(platform, channel):
    began = time.monotonic()
    await asyncio.gather(*(channel.send(hello(f"tin {number}")) for number in range(100)))
    assert {sent.text for sent in platform.sent_to(HOA)} == {f"tin {number}" for number in range(100)}
    assert time.monotonic() - began < 5


async def test_a_closed_channel_sends_nothing(platform, channel):
    await channel.stop()
    with pytest.raises(TryLater) as refusal:
        await channel.send(hello())
    assert not refusal.value.may_have_arrived
    assert platform.calls == []
