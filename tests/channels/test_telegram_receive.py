"""Reading from Telegram, by polling and by webhook: nothing is acknowledged before it is received, nothing is lost."""

import asyncio
import json
import time

import pytest
from aiohttp import web

from bot.channels.contract import Misconfigured
from tests.fakes.telegram_platform import FakeTelegram

HOA, BINH = 1001, 1002
SECRET = "bi-mat_1"


async def test_reads_and_remembers_how_far(platform, channel, inbox, eventually):
    first = platform.say(HOA, "xin chào")
    await channel.start()
    await eventually(lambda: inbox.texts == ["xin chào"])
    await eventually(lambda: inbox.offset == first + 1)
    platform.tap(HOA, "menu")
    await eventually(lambda: len(inbox.messages) == 2)
    assert inbox.messages[1].choice == "menu"
    assert inbox.messages[1].callback_id in platform.tap_ids
    await eventually(lambda: platform.waiting == [])
    assert channel.status()["state"] == "ok"
    asked = next(asked for method, asked in platform.calls if method == "getUpdates")
    assert json.loads(asked["allowed_updates"]) == ["message", "callback_query", "my_chat_member"]


async def test_a_new_process_goes_on_where_the_last_one_stopped(platform, open_channel, inbox, eventually):
    platform.say(HOA, "một")
    await open_channel_and_wait(open_channel, inbox, eventually, ["một"])
    platform.say(HOA, "hai")
    await open_channel_and_wait(open_channel, inbox, eventually, ["một", "hai"])


async def open_channel_and_wait(open_channel, inbox, eventually, texts):
    channel = open_channel()
    await channel.start()
    await eventually(lambda: inbox.texts == texts)
    await eventually(lambda: inbox.offset)
    await channel.stop()


async def test_a_message_that_could_not_be_stored_comes_again(platform, channel, inbox, eventually, caplog):
    inbox.failures = [OSError("đĩa đầy"), OSError("đĩa đầy")]
    update_id = platform.say(HOA, "đừng mất tôi")
    await channel.start()
    await eventually(lambda: not inbox.failures)
    assert platform.waiting == [update_id]
    await eventually(lambda: inbox.texts == ["đừng mất tôi"])
    await eventually(lambda: inbox.offset == update_id + 1)
    assert "inbound.not_stored" in caplog.text


async def test_the_offset_stands_before_the_first_that_failed(platform, channel, inbox, eventually):
    platform.say(HOA, "một")
    second = platform.say(BINH, "hai")
    platform.say(HOA, "ba")
    seen_offsets = []

    async def receive(inbound):
        if inbound.text == "hai" and len(seen_offsets) == 0:
            seen_offsets.append(None)
            raise OSError("khóa")
        inbox.messages.append(inbound)

    async def save_offset(name, offset):
        assert name == "telegram"
        seen_offsets.append(offset)

    channel._receive, channel._save_offset = receive, save_offset
    await channel.start()
    await eventually(lambda: "hai" in inbox.texts)
    assert seen_offsets[:2] == [None, second]


async def test_a_failing_offset_store_loses_nothing(platform, channel, inbox, eventually):
    save = inbox.save_offset
    failures = [OSError("chỉ đọc")]

    async def save_offset(name, offset):
        if failures:
            raise failures.pop()
        await save(name, offset)

    channel._save_offset = save_offset
    update_id = platform.say(HOA, "một")
    await channel.start()
    await eventually(lambda: inbox.offset == update_id + 1)
    assert inbox.texts == ["một", "một"], "given twice: the seen-check makes it harmless"


async def test_chats_side_by_side_one_chat_in_order(platform, channel, inbox, eventually):
    inbox.wait = 0.05
    for number in range(4):
        for chat in range(8):
            platform.say(2000 + chat, f"{number}")
    began = time.monotonic()
    await channel.start()
    await eventually(lambda: len(inbox.messages) == 32)
    assert time.monotonic() - began < 32 * 0.05 / 2
    for chat in range(8):
        assert [m.text for m in inbox.messages if m.address == str(2000 + chat)] == ["0", "1", "2", "3"]


async def test_follows_ids_that_begin_again_lower(platform, channel, inbox, eventually):
    await channel.start()
    platform.say(HOA, "một")
    await eventually(lambda: inbox.offset)
    await eventually(lambda: platform.waiting == [])
    platform.restart_ids(5000)
    for text in ("hai", "ba"):
        platform.say(HOA, text)
        await eventually(lambda text=text: inbox.texts[-1] == text)
    await eventually(lambda: inbox.offset == 5002)
    await eventually(lambda: platform.waiting == [])
    assert inbox.texts == ["một", "hai", "ba"]


async def test_garbled_updates_do_not_hold_up_the_rest(platform, channel, inbox, eventually):
    platform.push({"message": {"chat": None}})
    platform.push({"message": "?"})
    platform.push({"callback_query": {"id": 3, "data": ["x"]}})
    platform.say(HOA, "sau rác")
    await channel.start()
    await eventually(lambda: inbox.texts == ["sau rác"])
    await eventually(lambda: platform.waiting == [])


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": True},
        {"half": True},
        {"status": 502},
        {"status": 429, "retry_after": 0.01},
        {"body": "chưa"},
        {"body": '{"ok":true,"result":5}'},
        {"body": '{"ok":true,"result":[{"message":{}}]}'},
    ],
)
async def test_survives_a_bad_poll(platform, channel, inbox, eventually, fault):
    platform.fail_next("getUpdates", **fault, times=2)
    await channel.start()
    await eventually(lambda: not platform.faults)
    platform.say(HOA, "vẫn nghe")
    await eventually(lambda: inbox.texts == ["vẫn nghe"])
    assert channel.status()["state"] == "ok"
    assert channel.status()["last_error"]


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
async def test_survives_a_bad_start(platform, channel, inbox, eventually, method):
    platform.fail_next(method, status=500, times=3)
    platform.say(HOA, "chào")
    await channel.start()
    await eventually(lambda: inbox.texts == ["chào"])


async def test_platform_out_of_reach_then_back(open_channel, inbox, eventually, unused_tcp_port):
    channel = open_channel(api_url=f"http://127.0.0.1:{unused_tcp_port}")
    assert channel.status() == {"state": "connecting", "last_ok_at": "", "last_error": ""}
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "down")
    late = FakeTelegram()
    await late.start(unused_tcp_port)
    try:
        late.say(HOA, "chào")
        await eventually(lambda: inbox.texts == ["chào"])
        assert channel.status()["state"] == "ok"
    finally:
        await channel.stop()
        await late.stop()


async def test_wrong_token_is_said_and_tried_again(platform, open_channel, inbox, eventually, caplog):
    right, platform.token = platform.token, "1:khac"
    channel = open_channel(token=right)
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "misconfigured")
    assert right not in caplog.text
    platform.token = right
    platform.say(HOA, "chào")
    await eventually(lambda: inbox.texts == ["chào"])


async def test_two_processes_reading_are_told(platform, open_channel, inbox, eventually, caplog):
    one, other = open_channel(), open_channel()
    await one.start()
    await other.start()
    await eventually(lambda: any("hai tiến trình cùng đọc" in getattr(r, "reason", "") for r in caplog.records))
    await other.stop()
    platform.say(HOA, "chào")
    await eventually(lambda: "chào" in inbox.texts)


async def test_a_webhook_left_behind_is_removed(platform, channel, inbox, eventually):
    platform.webhook = {"url": "https://cu.vn/telegram/webhook"}
    platform.say(HOA, "chào")
    await channel.start()
    await eventually(lambda: inbox.texts == ["chào"])
    platform.webhook = {"url": "https://cu.vn/telegram/webhook"}  # set again behind our back
    platform.say(HOA, "còn đó không")
    await eventually(lambda: inbox.texts == ["chào", "còn đó không"])


async def test_stops_in_the_middle_of_a_poll(platform, channel, eventually):
    await channel.start()
    await eventually(lambda: any(method == "getUpdates" for method, _ in platform.calls))
    began = time.monotonic()
    await channel.stop()
    assert time.monotonic() - began < 1


async def test_stops_in_the_middle_of_receiving_and_the_message_comes_again(platform, open_channel, inbox, eventually):
    inbox.wait = 30
    platform.say(HOA, "chào")
    channel = open_channel()
    await channel.start()
    await eventually(lambda: any(method == "getUpdates" for method, _ in platform.calls))
    await asyncio.sleep(0.05)
    await channel.stop()
    assert (inbox.texts, inbox.offset) == ([], 0)
    inbox.wait = 0
    await open_channel_and_wait(open_channel, inbox, eventually, ["chào"])


# Webhook


@pytest.fixture
async def webhook(platform, open_channel):
    """A channel in webhook mode behind a real HTTP server, registered with the platform."""
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def take(request):
        return web.Response(status=await channel.handle_webhook(request.headers, await request.read()))

    app.router.add_post("/telegram/webhook", take)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    public_url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    channel = open_channel(mode="webhook", webhook_secret=SECRET, public_url=public_url)
    yield channel
    await channel.stop()
    await runner.cleanup()


async def test_webhook_end_to_end(platform, webhook, inbox, eventually):
    platform.fail_next("setWebhook", status=502)
    await webhook.start()
    platform.say(HOA, "xin chào")
    platform.say(-77, f"@{platform.username} cho hỏi")
    await eventually(lambda: inbox.texts == ["xin chào", "cho hỏi"])
    assert webhook.status()["state"] == "ok"
    assert json.loads(platform.webhook["allowed_updates"]) == ["message", "callback_query", "my_chat_member"]
    assert platform.webhook["secret_token"] == SECRET


async def test_webhook_asks_again_for_what_could_not_be_stored(platform, webhook, inbox, eventually):
    inbox.failures = [OSError("khóa"), OSError("khóa")]
    await webhook.start()
    platform.say(HOA, "đừng mất tôi")
    await eventually(lambda: platform.waiting == [])
    assert platform.webhook_answers == [500, 500, 200]
    assert inbox.texts == ["đừng mất tôi"]


def update(text="chào"):
    chat = {"id": HOA, "type": "private", "first_name": "Hoa"}
    return json.dumps(
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": chat, "from": chat, "text": text}}
    )


@pytest.mark.parametrize(
    ("headers", "body", "status", "received"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, update(), 200, 1),
        ({"x-telegram-bot-api-secret-token": SECRET}, update(), 200, 1),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, '{"update_id":1}', 200, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, "[]", 200, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, "{", 400, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, "[" * 100_000, 400, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, update("a" * 1024 * 1024), 413, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET + "x"}, update(), 403, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": "bí mật\udcff"}, update(), 403, 0),
        ({"X-Telegram-Bot-Api-Secret-Token": ""}, update(), 403, 0),
        ({}, update(), 403, 0),
        ({}, "{", 403, 0),
    ],
)
async def test_webhook_statuses(open_channel, inbox, headers, body, status, received):
    channel = open_channel(mode="webhook", webhook_secret=SECRET)
    assert await channel.handle_webhook(headers, body.encode()) == status
    assert len(inbox.messages) == received


async def test_webhook_takes_invalid_utf8_as_bad_json(open_channel):
    channel = open_channel(mode="webhook", webhook_secret=SECRET)
    assert await channel.handle_webhook({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b'{"a":"\xff"}') == 400


async def test_webhook_without_a_secret_lets_nobody_in(platform, open_channel, eventually):
    channel = open_channel(mode="webhook", public_url=platform.url)
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "misconfigured")
    assert await channel.handle_webhook({"X-Telegram-Bot-Api-Secret-Token": ""}, update().encode()) == 403
    assert platform.webhook == {}


async def test_webhook_address_the_platform_refuses(platform, open_channel, eventually):
    platform.fail_next("setWebhook", status=400, description="Bad Request: bad webhook: HTTPS URL must be provided")
    channel = open_channel(mode="webhook", webhook_secret=SECRET, public_url="http://x.vn")
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "misconfigured")
    assert "HTTPS" in channel.status()["last_error"].upper()


async def test_a_channel_for_sending_does_not_read(platform, open_channel):
    reader = type(open_channel()).for_sending(platform.token, platform.url)
    assert await reader.identify() == platform.username
    with pytest.raises(RuntimeError):
        await reader._receive(None)
    await reader.stop()
    wrong = type(reader).for_sending("1:sai", platform.url)
    with pytest.raises(Misconfigured):
        await wrong.identify()
    await wrong.stop()
