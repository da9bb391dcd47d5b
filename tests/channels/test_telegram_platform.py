"""The fake platform itself: its words are Telegram's, and it runs as a process of its own."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.telegram_html import EntityError, parse_html

SCRIPT = Path(__file__).parents[1] / "fakes" / "telegram_platform.py"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("Chào <b>chị</b> &lt;Hoa&gt; &amp; &quot;em&quot;", 'Chào chị <Hoa> & "em"'),
        ("<a href='https://a.vn/?x=1&amp;y=2'>xem</a>", "xem"),
        ('<B>đậm</B> <i>a</> <span class="tg-spoiler">kín</span>', "đậm a kín"),
        ("&nbsp; &copy; &#7879; &#x1EC7;", "&nbsp; &copy; ệ ệ"),
        ("<a href=https>x</a>", "x"),
    ],
)
def test_reads_markup(markup, shown):
    assert parse_html(markup) == shown


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("ệ <x>", 'Unsupported start tag "x" at byte offset 4'),
        ("5 < 6 và 7 > 6", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", "Can't find end tag corresponding to start tag b"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
    ],
)
def test_says_what_is_wrong_with_markup(markup, words):
    with pytest.raises(EntityError) as error:
        parse_html(markup)
    assert str(error.value) == words


async def ask(platform, method, token=None, **asked):
    url = f"{platform.url}/bot{token or platform.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=asked) as answer:
        return answer.status, await answer.json()


async def test_token_and_method(platform):
    assert (await ask(platform, "getMe"))[1]["result"]["username"] == platform.username
    assert (await ask(platform, "getMe", token="1:x"))[0] == 401
    assert (await ask(platform, "sendTiền"))[0] == 404


async def test_offset_acknowledges_what_lies_below(platform):
    first, second = platform.say(7, "một"), platform.say(7, "hai")
    assert len((await ask(platform, "getUpdates"))[1]["result"]) == 2
    (left,) = (await ask(platform, "getUpdates", offset=second))[1]["result"]
    assert left["update_id"] == second == first + 1
    assert len((await ask(platform, "getUpdates", offset=second + 100))[1]["result"]) == 1, "far beyond: not believed"
    assert (await ask(platform, "getUpdates", offset=second + 1))[1]["result"] == []


async def test_the_second_poller_throws_out_the_first(platform):
    first = asyncio.create_task(ask(platform, "getUpdates", timeout=20))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(ask(platform, "getUpdates", timeout=20))
    status, answer = await first
    assert status == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")
    platform.say(7, "chào")
    assert (await second)[0] == 200


async def test_no_polling_while_a_webhook_is_set(platform):
    await ask(platform, "setWebhook", url="http://127.0.0.1:9/x")
    assert (await ask(platform, "getWebhookInfo"))[1]["result"]["url"] == "http://127.0.0.1:9/x"
    assert (await ask(platform, "getUpdates"))[0] == 409
    await ask(platform, "deleteWebhook")
    assert (await ask(platform, "getUpdates"))[0] == 200


@pytest.mark.process
def test_as_a_process():
    with subprocess.Popen([sys.executable, SCRIPT, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            post(f"{url}/control/say", {"chat_id": 7, "text": "chào"})
            bot = f"{url}/bot123456789:AAFakeTokenFakeTokenFakeTokenFake_1"
            (update,) = post(f"{bot}/getUpdates", {})["result"]
            assert update["message"]["text"] == "chào"
            post(f"{bot}/sendMessage", {"chat_id": 7, "text": "<b>Chào</b>", "parse_mode": "HTML"})
            with urllib.request.urlopen(f"{url}/control/sent?chat_id=7") as answer:
                (sent,) = json.load(answer)
            assert sent["text"] == "Chào"
        finally:
            process.kill()


def post(url, asked):
    request = urllib.request.Request(url, json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
