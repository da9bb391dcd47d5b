"""Reading from Zalo, by polling and by webhook: nothing it has got is lost while the process lives."""

import asyncio
import dataclasses
import json
import time

import pytest
from aiohttp import web

from tests.fakes.zalo_platform import FakeZalo

HOA, BINH = "6ede9afa66b88fe6d6a9", "77aa9afa66b88fe6d6b0"
SECRET = "bi-mat_1234"


def polls(platform):
    return [asked for method, asked in platform.calls if method == "getUpdates"]


async def test_reads_one_after_the_other(zalo_platform, zalo_channel, inbox, eventually):
    for text in ("xin chào", "3", "gặp cán bộ"):
        zalo_platform.say(HOA, text)
    await zalo_channel.start()
    await eventually(lambda: inbox.texts == ["xin chào", "3", "gặp cán bộ"])
    assert inbox.messages[0].name == "Nguyễn Thị Hoa"
    assert zalo_channel.status()["state"] == "ok"
    assert polls(zalo_platform)[0] == {"timeout": "5"}


async def test_asks_for_the_next_only_when_the_last_is_committed(zalo_platform, zalo_channel, inbox, eventually):
    inbox.wait = 0.1
    zalo_platform.say(HOA, "một")
    zalo_platform.say(BINH, "hai")
    await zalo_channel.start()
    await eventually(lambda: polls(zalo_platform))
    await asyncio.sleep(0.05)
    assert len(polls(zalo_platform)) == 1
    assert zalo_platform.waiting == 1
    await eventually(lambda: inbox.texts == ["một", "hai"])
    assert zalo_platform.polls_at_once == 1


async def test_a_message_that_could_not_be_stored_is_kept_and_tried_again(
    zalo_platform, zalo_channel, inbox, eventually, caplog
):
    inbox.failures = [OSError("đĩa đầy")] * 5
    zalo_platform.say(HOA, "đừng mất tôi")
    zalo_platform.say(BINH, "đừng vượt tôi")
    await zalo_channel.start()
    await eventually(lambda: zalo_channel.status()["state"] == "down")
    assert zalo_platform.waiting == 1
    await eventually(lambda: inbox.texts == ["đừng mất tôi", "đừng vượt tôi"])
    assert caplog.text.count("inbound.not_stored") == 1
    await eventually(lambda: zalo_channel.status()["state"] == "ok")


async def test_idle_is_well_and_does_not_hammer_a_platform_that_will_not_wait(
    zalo_platform, open_zalo, fast_zalo, caplog
):
    channel = open_zalo(timing=dataclasses.replace(fast_zalo, idle=0.1, poll=0))
    await channel.start()
    await asyncio.sleep(0.55)
    assert 3 <= len(polls(zalo_platform)) <= 6
    assert channel.status()["state"] == "ok"
    assert caplog.text == ""


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": True},
        {"half": True},
        {"status": 502},
        {"status": 502, "http": True},
        {"status": 429},
        {"status": 409},
        {"body": "chưa"},
        {"body": "[1]"},
        {"body": '{"ok":true,"result":5}'},
        {"body": '{"ok":true,"result":[]}'},
    ],
)
async def test_survives_a_bad_poll(zalo_platform, zalo_channel, inbox, eventually, fault):
    zalo_platform.fail_next("getUpdates", **fault, times=2)
    await zalo_channel.start()
    await eventually(lambda: not zalo_platform.faults)
    zalo_platform.say(HOA, "vẫn nghe")
    await eventually(lambda: inbox.texts == ["vẫn nghe"])
    await eventually(lambda: zalo_channel.status()["state"] == "ok")


async def test_after_trouble_it_is_soon_known_that_all_is_well(zalo_platform, zalo_channel, eventually):
    zalo_platform.fail_next("getUpdates", status=502)
    await zalo_channel.start()
    await eventually(lambda: zalo_channel.status()["state"] == "down")
    await eventually(lambda: zalo_channel.status()["state"] == "ok", 3)
    assert [asked["timeout"] for asked in polls(zalo_platform)[:2]] == ["5", "1"]


async def test_a_storm_is_two_lines_in_the_log(zalo_platform, zalo_channel, inbox, eventually, caplog):
    caplog.set_level("INFO")
    await zalo_channel.start()
    await eventually(lambda: zalo_channel.status()["state"] == "ok")
    for fault in ({"reset": True}, {"status": 502}, {"status": 429}, {"body": "?"}):
        zalo_platform.fail_next("getUpdates", **fault, times=3)
    zalo_platform.say(HOA, "chào")
    await eventually(lambda: inbox.texts == ["chào"])
    zalo_platform.say(HOA, "còn đó không")
    await eventually(lambda: len(inbox.texts) == 2)
    said = [record.message for record in caplog.records if getattr(record, "part", "") == "zalo"]
    assert said == ["part.down", "part.ok"]


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
async def test_survives_a_bad_start(zalo_platform, zalo_channel, inbox, eventually, method):
    zalo_platform.fail_next(method, status=500, times=3)
    zalo_platform.say(HOA, "chào")
    await zalo_channel.start()
    await eventually(lambda: inbox.texts == ["chào"])


async def test_no_webhook_to_remove_is_no_trouble(zalo_platform, zalo_channel, inbox, eventually, caplog):
    zalo_platform.fail_next("deleteWebhook", status=400, description="Bad Request: webhook is not set")
    zalo_platform.say(HOA, "chào")
    await zalo_channel.start()
    await eventually(lambda: inbox.texts == ["chào"])
    assert caplog.text == ""


async def test_a_webhook_left_behind_is_removed(zalo_platform, zalo_channel, inbox, eventually):
    zalo_platform.webhook = {"url": "https://cu.vn/zalo/webhook"}
    zalo_platform.say(HOA, "chào")
    await zalo_channel.start()
    await eventually(lambda: inbox.texts == ["chào"])
    zalo_platform.webhook = {"url": "https://cu.vn/zalo/webhook"}  # set again behind our back
    zalo_platform.say(HOA, "còn đó không")
    await eventually(lambda: len(inbox.texts) == 2)
    zalo_platform.say(HOA, "alo")
    await eventually(lambda: inbox.texts[-1] == "alo")


async def test_platform_out_of_reach_then_back(open_zalo, inbox, eventually, unused_tcp_port):
    channel = open_zalo(api_url=f"http://127.0.0.1:{unused_tcp_port}")
    assert channel.status() == {"state": "connecting", "last_ok_at": "", "last_error": ""}
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "down")
    assert "không nối được" in channel.status()["last_error"]
    late = FakeZalo()
    await late.start(unused_tcp_port)
    try:
        late.say(HOA, "chào")
        await eventually(lambda: inbox.texts == ["chào"])
        assert channel.status()["state"] == "ok"
    finally:
        await channel.stop()
        await late.stop()


async def test_a_token_revoked_midway_is_said_and_tried_again(zalo_platform, zalo_channel, inbox, eventually, caplog):
    await zalo_channel.start()
    await eventually(lambda: polls(zalo_platform))
    right, zalo_platform.token = zalo_platform.token, "1:khac"
    zalo_platform.say(HOA, "một")
    await eventually(lambda: zalo_channel.status()["state"] == "misconfigured")
    assert right not in caplog.text
    zalo_platform.token = right
    zalo_platform.say(HOA, "hai")
    await eventually(lambda: inbox.texts == ["một", "hai"])


async def test_garbled_events_do_not_hold_up_the_rest(zalo_platform, zalo_channel, inbox, eventually):
    zalo_platform.push({"event_name": "message.text.received"})
    zalo_platform.push({"message": {}, "event_name": 3})
    zalo_platform.act(HOA, "message.unsupported.received")
    zalo_platform.say(HOA, "sau rác")
    await zalo_channel.start()
    await eventually(lambda: inbox.texts == ["sau rác"])


async def test_stops_in_the_middle_of_a_poll_and_the_next_process_gets_what_comes(
    zalo_platform, open_zalo, inbox, eventually
):
    first = open_zalo()
    await first.start()
    await eventually(lambda: polls(zalo_platform))
    began = time.monotonic()
    await first.stop()
    assert time.monotonic() - began < 1
    zalo_platform.say(HOA, "chào")
    await open_zalo().start()
    await eventually(lambda: inbox.texts == ["chào"])


async def test_stopping_takes_what_is_already_on_the_wire(zalo_platform, open_zalo, inbox, eventually):
    channel = open_zalo()
    await channel.start()
    await eventually(lambda: polls(zalo_platform))
    zalo_platform.say(HOA, "chào")
    await channel.stop()
    assert inbox.texts == ["chào"]
    assert len(polls(zalo_platform)) == 1


async def test_stopping_waits_for_the_message_in_hand(zalo_platform, open_zalo, inbox, eventually):
    inbox.wait = 0.2
    zalo_platform.say(HOA, "một")
    zalo_platform.say(HOA, "hai")
    channel = open_zalo()
    await channel.start()
    await eventually(lambda: zalo_platform.waiting == 1)
    await asyncio.sleep(0.05)
    await channel.stop()
    assert inbox.texts == ["một"]
    assert zalo_platform.waiting == 1, "the next one is left for the next process"


async def test_stopping_does_not_wait_for_ever(zalo_platform, open_zalo, fast_zalo, inbox, eventually):
    inbox.wait = 60
    channel = open_zalo(timing=dataclasses.replace(fast_zalo, stop=0.1))
    zalo_platform.say(HOA, "một")
    await channel.start()
    await eventually(lambda: polls(zalo_platform) and zalo_platform.waiting == 0)
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await channel.stop()
    assert time.monotonic() - began < 1


# Webhook


@pytest.fixture
async def webhook(open_zalo):
    """A channel in webhook mode behind a real HTTP server, registered with the platform."""
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def take(request):
        return web.Response(status=await channel.handle_webhook(request.headers, await request.read()))

    app.router.add_post("/zalo/webhook", take)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    public_url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    channel = open_zalo(mode="webhook", webhook_secret=SECRET, public_url=public_url)
    yield channel
    await channel.stop()
    await runner.cleanup()


@pytest.mark.parametrize("wrapped", [True, False])
async def test_webhook_end_to_end(zalo_platform, webhook, inbox, eventually, wrapped):
    zalo_platform.wrapped = wrapped
    zalo_platform.fail_next("setWebhook", status=502)
    await webhook.start()
    zalo_platform.say(HOA, "xin chào")
    zalo_platform.act(HOA, "message.sticker.received", sticker="0e078a2f")
    zalo_platform.act(HOA, "message.unsupported.received")
    await eventually(lambda: zalo_platform.waiting == 0)
    assert [(inbound.kind, inbound.text) for inbound in inbox.messages] == [("text", "xin chào"), ("sticker", "")]
    assert zalo_platform.webhook_answers == [200, 200, 200]
    assert webhook.status()["state"] == "ok"
    assert zalo_platform.webhook["secret_token"] == SECRET
    assert zalo_platform.webhook["url"].endswith("/zalo/webhook")
    assert polls(zalo_platform) == []


async def test_webhook_asks_again_for_what_could_not_be_stored(zalo_platform, webhook, inbox, eventually):
    inbox.failures = [OSError("khóa"), OSError("khóa")]
    await webhook.start()
    zalo_platform.say(HOA, "đừng mất tôi")
    await eventually(lambda: webhook.status()["state"] == "ok" and zalo_platform.waiting == 0)
    assert zalo_platform.webhook_answers == [500, 500, 200]
    assert inbox.texts == ["đừng mất tôi"]


async def test_a_repeat_has_the_same_id(zalo_platform, webhook, inbox, eventually):
    zalo_platform.repeats = 3
    await webhook.start()
    message_id = zalo_platform.say(HOA, "một lần thôi")
    await eventually(lambda: zalo_platform.waiting == 0)
    assert [inbound.message_id for inbound in inbox.messages] == [message_id] * 3


def call(text="chào"):
    message = {"message_id": "m1", "date": 1750316131602, "from": {"id": HOA}, "chat": {"id": HOA}, "text": text}
    return json.dumps({"ok": True, "result": {"event_name": "message.text.received", "message": message}})


HEADER = "X-Bot-Api-Secret-Token"


@pytest.mark.parametrize(
    ("headers", "body", "status", "received"),
    [
        ({HEADER: SECRET}, call(), 200, 1),
        ({HEADER.lower(): SECRET}, call(), 200, 1),
        ({HEADER: SECRET}, json.dumps(json.loads(call())["result"]), 200, 1),
        ({HEADER: SECRET}, '{"ok":true,"result":{"event_name":"message.unsupported.received"}}', 200, 0),
        ({HEADER: SECRET}, '{"event_name":"bot.joined"}', 200, 0),
        ({HEADER: SECRET}, "[]", 200, 0),
        ({HEADER: SECRET}, "{", 400, 0),
        ({HEADER: SECRET}, "", 400, 0),
        ({HEADER: SECRET}, "[" * 100_000, 400, 0),
        ({HEADER: SECRET}, call("a" * 1024 * 1024), 413, 0),
        ({HEADER: SECRET + "x"}, call(), 403, 0),
        ({HEADER: "bí mật\udcff"}, call(), 403, 0),
        ({HEADER: ""}, call(), 403, 0),
        ({}, call(), 403, 0),
        ({}, "{", 403, 0),
    ],
)
async def test_webhook_statuses(open_zalo, inbox, caplog, headers, body, status, received):
    channel = open_zalo(mode="webhook", webhook_secret=SECRET)
    assert await channel.handle_webhook(headers, body.encode()) == status
    assert len(inbox.messages) == received
    assert caplog.text.count("webhook.not_json") == (status == 400)


async def test_webhook_without_a_secret_lets_nobody_in(zalo_platform, open_zalo, eventually):
    channel = open_zalo(mode="webhook", public_url=zalo_platform.url)
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "misconfigured")
    assert await channel.handle_webhook({HEADER: ""}, call().encode()) == 403
    assert zalo_platform.webhook == {}


async def test_webhook_address_the_platform_refuses(zalo_platform, open_zalo, eventually):
    channel = open_zalo(mode="webhook", webhook_secret=SECRET, public_url="http://x.vn")
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "misconfigured")
    assert "HTTPS" in channel.status()["last_error"]


async def test_webhook_set_by_hand_is_left_alone(zalo_platform, open_zalo, eventually):
    channel = open_zalo(mode="webhook", webhook_secret=SECRET)
    await channel.start()
    await eventually(lambda: channel.status()["state"] == "ok")
    assert [method for method, _ in zalo_platform.calls] == ["getMe"]
