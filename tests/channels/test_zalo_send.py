"""Sending to Zalo over loopback: what the chat shows, and what each refusal becomes, whichever way it is told."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import zalo
from bot.channels.contract import ChannelError, Gone, Misconfigured, Outgoing, Refused, TryLater
from bot.channels.markdown import utf16_length
from bot.channels.zalo import TEXT_LENGTH, to_bubbles
from bot.channels.zalo_request import IdleError, ZaloClient, parse_answer
from bot.messages import Choice
from content.wording import ZALO_LENGTH

HOA = "6ede9afa66b88fe6d6a9"
LONG = "\n\n".join(f"**Đoạn {number}.** " + "Câu này có tám chữ và kết thúc. " * 20 for number in range(8))


@pytest.fixture(autouse=True)
def hoa_wrote_first(zalo_platform):
    zalo_platform.chats[HOA] = "open"


def hello(text="Chào **chị**", **more):
    return Outgoing(HOA, text, **more)


async def test_plain_text_with_numbered_choices(zalo_platform, zalo_channel):
    choices = (Choice("BHTN", "entry:bhtn.muc-huong", "Mức hưởng trợ cấp"), Choice("Gặp cán bộ", "handover"))
    message_id = await zalo_channel.send(hello("Chào **chị** <Hoa>, [xem](https://a.vn):\n- một", choices=choices))
    (sent,) = zalo_platform.sent_to(HOA)
    assert sent.text == ("Chào chị <Hoa>, xem (https://a.vn):\n• một\n\n1. Mức hưởng trợ cấp\n2. Gặp cán bộ")
    assert message_id == sent.message_id


async def test_a_long_answer_is_cut_at_the_ends_of_sentences(zalo_platform, zalo_channel):
    message_id = await zalo_channel.send(hello(LONG, choices=(Choice("Tiếp", "menu"),)))
    bubbles = [sent.text for sent in zalo_platform.sent_to(HOA)]
    assert len(bubbles) == 3
    assert all(bubble.endswith(".") for bubble in bubbles[:-1])
    assert bubbles[-1].endswith("1. Tiếp")
    assert "".join("".join(bubbles).split()).count("kếtthúc.") == 160
    assert message_id == zalo_platform.sent_to(HOA)[-1].message_id


def test_our_limit_is_the_one_content_is_checked_against():
    assert TEXT_LENGTH == ZALO_LENGTH


@given(st.text(max_size=6000), st.lists(st.text(min_size=1, max_size=24), max_size=8))
def test_no_bubble_is_empty_or_over_the_limit(text, labels):
    for bubble in to_bubbles(text, tuple(Choice(label, "x") for label in labels)):
        assert bubble.strip()
        assert utf16_length(bubble) <= TEXT_LENGTH


async def test_a_long_answer_goes_on_where_it_stopped(zalo_platform, zalo_channel):
    zalo_platform.fail_next(wait=0)  # the first message passes
    zalo_platform.fail_next(status=502)
    with pytest.raises(TryLater):
        await zalo_channel.send(hello(LONG))
    assert len(zalo_platform.sent_to(HOA)) == 1
    await zalo_channel.send(hello(LONG))
    assert [sent.text for sent in zalo_platform.sent_to(HOA)] == to_bubbles(LONG, ())
    await zalo_channel.send(hello(LONG))
    assert len(zalo_platform.sent_to(HOA)) == 6, "asked for once more, all of it is sent"


async def test_what_was_refused_in_the_middle_is_not_remembered(zalo_platform, zalo_channel):
    zalo_platform.fail_next(wait=0)
    zalo_platform.fail_next(status=400, description="Bad Request")
    with pytest.raises(Refused):
        await zalo_channel.send(hello(LONG))
    await zalo_channel.send(hello(LONG))
    assert len(zalo_platform.sent_to(HOA)) == 4


async def test_the_parts_of_a_long_answer_keep_the_pace(zalo_platform, open_zalo):
    zalo_platform.chat_interval = 0.1
    channel = open_zalo(chat_interval=0.1)
    began = time.monotonic()
    await channel.send(hello(LONG))
    assert len(zalo_platform.sent_to(HOA)) == 3
    assert time.monotonic() - began >= 0.19


async def test_only_so_many_unfinished_answers_are_remembered(zalo_platform, zalo_channel, monkeypatch):
    monkeypatch.setattr(zalo, "UNFINISHED_KEPT", 2)
    for number in range(3):
        zalo_platform.fail_next(wait=0)
        zalo_platform.fail_next(status=502)
        with pytest.raises(TryLater):
            await zalo_channel.send(hello(f"{number} {LONG}"))
    for number in (2, 1, 0):
        await zalo_channel.send(hello(f"{number} {LONG}"))
    begun = [sent.text[:1] for sent in zalo_platform.sent_to(HOA) if "Đoạn 0" in sent.text]
    assert begun == ["0", "1", "2", "0"], "the oldest is begun again; the others go on"


async def test_the_channels_rate_holds_for_the_parts_too(zalo_platform, open_zalo):
    zalo_platform.per_second = 24  # a fifth more, for a machine that stutters; unpaced they would be 60 a second
    for number in range(10):
        zalo_platform.chats[str(number)] = "open"
    channel = open_zalo(per_second=20)
    await asyncio.gather(*(channel.send(Outgoing(str(number), LONG)) for number in range(10)))
    assert len(zalo_platform.sent) == 30


@pytest.mark.parametrize("http", [False, True], ids=["http-200", "http-status"])
@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Gone),
        (403, "Forbidden", Gone),
        (400, "Bad Request: user has not interacted with the bot", Gone),
        (400, "User hasn't interacted with this bot yet", Gone),
        (400, "Bad Request: chat not found", Gone),
        (404, "User not found", Gone),
        (400, "Invalid parameter: chat_id is invalid", Gone),
        (-213, "Người dùng chưa tương tác với bot", Gone),
        (400, "Bad Request: text must have 1 to 2000 characters", Refused),
        (413, "Payload too large", Refused),
        (400, "Something new", Refused),
        (401, "Unauthorized", Misconfigured),
        (400, "Invalid bot token", Misconfigured),
        (404, "Not Found", Misconfigured),
        (408, "Request timeout", TryLater),
        (500, "Internal Server Error", TryLater),
        (502, "Bad Gateway", TryLater),
        (-9, "Lỗi lạ", TryLater),
    ],
)
async def test_refusals(zalo_platform, zalo_channel, code, description, expected, http):
    zalo_platform.fail_next(
        status=code, description=description, http=http and code > 0
    )  # a negative code is no status
    with pytest.raises(expected) as refusal:
        await zalo_channel.send(hello())
    assert description in refusal.value.reason
    assert zalo_platform.sent == []


async def test_the_platforms_own_rules(zalo_platform, zalo_channel):
    with pytest.raises(Gone, match="interacted"):
        await zalo_channel.send(Outgoing("nguoi-la", "Chào"))
    with pytest.raises(Refused):
        await zalo_channel.send(hello(" "))
    zalo_platform.chats[HOA] = "blocked"
    with pytest.raises(Gone, match="blocked"):
        await zalo_channel.send(hello())
    zalo_platform.chats[HOA] = "deactivated"
    with pytest.raises(Gone, match="not found"):
        await zalo_channel.send(hello())


async def test_too_fast_waits_longer_each_time_and_short_again_afterwards(zalo_platform, zalo_channel):
    waits = []
    for _ in range(5):
        zalo_platform.fail_next(status=429)
        with pytest.raises(TryLater) as refusal:
            await zalo_channel.send(hello())
        waits.append(refusal.value.after)
        assert not refusal.value.may_have_arrived
        await asyncio.sleep(refusal.value.after)
    assert waits == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.4], abs=0.02)
    await zalo_channel.send(hello())
    zalo_platform.fail_next(status=429, http=True)
    with pytest.raises(TryLater) as refusal:
        await zalo_channel.send(hello())
    assert refusal.value.after == pytest.approx(0.05, abs=0.02)


async def test_one_burst_of_too_fast_is_one_pause(zalo_platform, zalo_channel):
    zalo_platform.fail_next(status=429, times=8)
    refusals = await asyncio.gather(*(zalo_channel.send(hello(f"{n}")) for n in range(8)), return_exceptions=True)
    assert all(refusal.after <= 0.06 for refusal in refusals)


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": True},
        {"half": True},
        {"wait": 2},  # longer than the time-outs
        {"body": "<html>chưa sẵn sàng</html>"},
        {"body": "[]"},
        {"body": "{}"},
        {"body": '{"ok":1}'},
        {"body": '{"ok":true}'},
        {"body": '{"ok":true,"result":"x"}'},
        {"body": '{"ok":true,"result":{"message_id":""}}'},
        {"body": '{"ok":false}'},
        {"body": '{"ok":false,"error_code":"x","description":5}'},
        {"status": 302, "location": "/trang-cua-nha-mang"},  # not followed: it would be given the message
        {"status": 503, "body": "bảo trì"},
        {"status": 500},
        {"status": 408},
    ],
)
async def test_it_may_have_arrived(zalo_platform, zalo_channel, fault):
    zalo_platform.fail_next(**fault, carried_out=True)
    with pytest.raises(TryLater) as refusal:
        await zalo_channel.send(hello())
    assert refusal.value.may_have_arrived
    assert refusal.value.after is None
    assert len(zalo_platform.sent_to(HOA)) == 1


async def test_nobody_listens(open_zalo, unused_tcp_port):
    channel = open_zalo(api_url=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(TryLater) as refusal:
        await channel.send(hello())
    assert not refusal.value.may_have_arrived


async def test_wrong_token_is_answered_with_a_page(zalo_platform, open_zalo):
    channel = open_zalo(token="1:sai")
    with pytest.raises(Misconfigured) as refusal:
        await channel.send(hello())
    assert "1:sai" not in refusal.value.reason


async def test_a_token_the_platform_repeats_is_not_repeated_by_us(zalo_platform, zalo_channel):
    zalo_platform.fail_next(status=400, description=f"no such path /bot{zalo_platform.token}/x")
    with pytest.raises(Refused) as refusal:
        await zalo_channel.send(hello())
    assert zalo_platform.token not in refusal.value.reason


async def test_a_closed_channel_sends_nothing(zalo_platform, zalo_channel):
    await zalo_channel.stop()
    with pytest.raises(TryLater) as refusal:
        await zalo_channel.send(hello())
    assert not refusal.value.may_have_arrived
    assert zalo_platform.calls == []


@pytest.fixture
async def client(zalo_platform):
    client = ZaloClient(
        zalo_platform.token, zalo_platform.url + "/", connections=2, connect_timeout=1, read_timeout=0.3
    )
    yield client
    await client.close()


async def test_a_picture_by_its_address(zalo_platform, client):
    await client.send_photo(HOA, "https://gocua.vn/ban-do.png", "Đường tới trung tâm")
    await client.send_photo(HOA, "https://gocua.vn/ban-do.png")
    shown = [(sent.photo, sent.text) for sent in zalo_platform.sent_to(HOA)]
    assert shown == [("https://gocua.vn/ban-do.png", "Đường tới trung tâm"), ("https://gocua.vn/ban-do.png", "")]
    with pytest.raises(Refused):
        await client.send_photo(HOA, "/ban-do.png")
    with pytest.raises(Refused):
        await client.send_photo(HOA, "https://gocua.vn/ban-do.png", "ệ" * 2001)


async def test_the_bots_name(zalo_platform, client):
    assert await client.get_name() == zalo_platform.name
    zalo_platform.fail_next("getMe", body='{"ok":true,"result":{"account_name":"bot.abc"}}')
    assert await client.get_name() == "bot.abc"
    zalo_platform.fail_next("getMe", body='{"ok":true}')
    assert await client.get_name() == ""


def test_an_answer_without_a_result_is_still_a_yes():
    assert parse_answer(200, b'{"ok":true}') is None
    with pytest.raises(IdleError):
        parse_answer(408, b'{"ok":false,"description":"timeout"}')


@given(st.integers(200, 599), st.binary(max_size=60) | st.sampled_from([b'{"ok":true,"result":1}', b"[" * 9000]))
def test_any_answer_is_a_result_or_one_of_the_closed_set(status, payload):
    try:
        parse_answer(status, payload)
    except ChannelError as error:
        assert error.reason  # noqa: PT017
