"""The fake Zalo itself: an independent client reads it as it reads the real one; it runs as a process of its own."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import aiohttp
import pytest
import zalo_bot
from zalo_bot.error import InvalidToken, ZaloError

HOA = "6ede9afa66b88fe6d6a9"
SCRIPT = Path(__file__).parents[1] / "fakes" / "zalo_platform.py"


@pytest.fixture
async def reader(zalo_platform):
    """The client published for this platform, by other people."""
    async with zalo_bot.Bot(zalo_platform.token, base_url=zalo_platform.url) as bot:
        yield bot


async def test_an_independent_client_understands_every_answer(zalo_platform, reader):
    me = await reader.get_me()
    assert (me.account_name, me.can_join_groups) == ("bot.GoCua", False)
    message_id = zalo_platform.say(HOA, "xin chào")
    update = await reader.get_update(timeout=5)
    assert (update.message.text, update.message.message_id) == ("xin chào", message_id)
    assert (update.message.chat.id, update.message.chat.type) == (HOA, "PRIVATE")
    assert update.effective_user.display_name == "Nguyễn Thị Hoa"
    sent = await reader.send_message(HOA, "Chào chị")
    photo = await reader.send_photo(HOA, "Bản đồ", "https://gocua.vn/ban-do.png")
    assert [one.message_id for one in zalo_platform.sent_to(HOA)] == [sent.message_id, photo.message_id]
    await reader.send_chat_action(HOA, "typing")
    assert zalo_platform.actions == [(HOA, "typing")]


async def test_it_takes_a_no_for_nothing_which_is_why_our_client_is_our_own(zalo_platform, reader):
    assert await reader.get_update(timeout=0) is None
    zalo_platform.chats[HOA] = "blocked"
    assert await reader.send_message(HOA, "Chào chị") is None
    assert zalo_platform.sent == []


async def test_it_sees_a_wrong_token_and_a_page_instead_of_json(zalo_platform):
    wrong = zalo_bot.Bot("1:sai", base_url=zalo_platform.url)
    with pytest.raises((InvalidToken, ZaloError)):
        await wrong.get_me()
    await wrong.shutdown()


async def ask(platform, method, **asked):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{platform.url}/bot{platform.token}/{method}", json=asked) as answer,
    ):
        assert answer.status == 200
        return await answer.json()


async def test_an_event_is_handed_out_once(zalo_platform):
    for text in ("một", "hai"):
        zalo_platform.say(HOA, text)
    assert (await ask(zalo_platform, "getUpdates"))["result"]["message"]["text"] == "một"
    assert (await ask(zalo_platform, "getUpdates"))["result"]["message"]["text"] == "hai"
    idle = await ask(zalo_platform, "getUpdates", timeout="0")
    assert (idle["ok"], idle["error_code"]) == (False, 408)


async def test_no_polling_while_a_webhook_is_set(zalo_platform):
    secret = "bi-mat_1234"
    for url, token in (("http://gocua.vn/x", secret), ("https://gocua.vn/x", "ngan")):
        assert (await ask(zalo_platform, "setWebhook", url=url, secret_token=token))["error_code"] == 400
    assert (await ask(zalo_platform, "setWebhook", url="http://127.0.0.1:9/x", secret_token=secret))["ok"]
    assert (await ask(zalo_platform, "getWebhookInfo"))["result"]["url"] == "http://127.0.0.1:9/x"
    assert (await ask(zalo_platform, "getUpdates"))["error_code"] == 409
    await ask(zalo_platform, "deleteWebhook")
    assert (await ask(zalo_platform, "getUpdates", timeout="0"))["error_code"] == 408


async def test_limits(zalo_platform):
    zalo_platform.chats[HOA] = "open"
    assert (await ask(zalo_platform, "sendMessage", chat_id=HOA, text="ệ" * 2000))["ok"]
    for text in ("", " ", "ệ" * 2001):
        assert (await ask(zalo_platform, "sendMessage", chat_id=HOA, text=text))["error_code"] == 400
    zalo_platform.chat_interval = 1
    refusal = await ask(zalo_platform, "sendMessage", chat_id=HOA, text="x")
    assert refusal == {"ok": False, "error_code": 429, "description": "Too Many Requests"}
    assert (await ask(zalo_platform, "sendTiền"))["error_code"] == 404


@pytest.mark.process
def test_as_a_process():
    with subprocess.Popen([sys.executable, SCRIPT, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            bot = f"{url}/bot1459232241454765289:FakeZaloTokenFakeZaloTokenFakeZalo"
            post(f"{url}/control/say", {"chat_id": HOA, "text": "chào"})
            assert post(f"{bot}/getUpdates", {})["result"]["message"]["text"] == "chào"
            post(f"{url}/control/fail", {"method": "sendMessage", "status": 429})
            assert post(f"{bot}/sendMessage", {"chat_id": HOA, "text": "Chào"})["error_code"] == 429
            post(f"{bot}/sendMessage", {"chat_id": HOA, "text": "Chào"})
            with urllib.request.urlopen(f"{url}/control/sent?chat_id={HOA}") as answer:
                (sent,) = json.load(answer)
            assert sent["text"] == "Chào"
        finally:
            process.kill()


def post(url, asked):
    request = urllib.request.Request(url, json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
