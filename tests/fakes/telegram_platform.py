"""A Telegram Bot API on loopback that keeps the platform's rules and can be told to fail.

As a process, for tests that kill things:  python tests/fakes/telegram_platform.py --port 8081
and then  POST /control/say {"chat_id", "text"} · POST /control/tap {"chat_id", "data"} · POST /control/update {…}
          POST /control/fail {"method", "status", "retry_after", …} · GET /control/sent?chat_id=…

It is a server of its own and imports nothing of ours: what it refuses, Telegram refuses.
"""

import argparse
import asyncio
import collections
import dataclasses
import itertools
import json
import math
import sys
import time

import aiohttp
from aiohttp import web

try:
    from tests.fakes.faults import Fault, break_off, is_wrong, wait_for
    from tests.fakes.telegram_html import EntityError, parse_html
except ModuleNotFoundError:  # started as a script: this folder is on the path, not the project
    from faults import Fault, break_off, is_wrong, wait_for
    from telegram_html import EntityError, parse_html

TOKEN = "123456789:AAFakeTokenFakeTokenFakeTokenFake_1"
USERNAME = "go_cua_bot"
METHODS = {
    "getMe": "_get_me",
    "getUpdates": "_get_updates",
    "setWebhook": "_set_webhook",
    "deleteWebhook": "_delete_webhook",
    "getWebhookInfo": "_get_webhook_info",
    "sendMessage": "_send_message",
    "answerCallbackQuery": "_answer_callback_query",
    "sendChatAction": "_send_chat_action",
}
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclasses.dataclass(frozen=True)
class Sent:
    """What a chat received. `text` is what the person sees; `raw` what the bot sent."""

    chat_id: int
    message_id: int
    text: str
    raw: str
    parse_mode: str
    buttons: tuple[tuple[str, str], ...]  # (label, callback_data)
    at: float  # seconds, monotonic


class ApiError(Exception):
    """The platform's no: an HTTP status, a sentence, perhaps parameters."""

    def __init__(self, status, description, **parameters):
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class FakeTelegram:
    """The platform. `strict_rates` turns on 30 messages/s and 1/s per chat; `open_doors` knows every chat."""

    def __init__(
        self, *, token=TOKEN, username=USERNAME, strict_rates=False, open_doors=False, first_update_id=700000000
    ):
        self.token, self.username = token, username
        self.strict_rates, self.open_doors = strict_rates, open_doors
        self.url = ""
        self.sent: list[Sent] = []
        self.answered_taps: list[str] = []
        self.calls: list[tuple[str, dict]] = []
        self.webhook: dict = {}
        self.webhook_answers: list[int] = []
        self.faults: collections.deque[Fault] = collections.deque()
        self.chats: dict[int, str] = {}  # id → "open", "blocked", "deactivated", "kicked"
        self.tap_ids: set[str] = set()
        self._updates: collections.deque[dict] = collections.deque()
        self._update_ids = itertools.count(first_update_id)
        self._tail = first_update_id
        self._message_ids = itertools.count(1)
        self._news = asyncio.Event()
        self._poll = 0
        self._times: collections.deque[float] = collections.deque()
        self._chat_times: dict[int, float] = {}
        self._pushing: asyncio.Task | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    async def start(self, port=0):
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_post("/control/{verb}", self._control)
        app.router.add_get("/control/sent", self._control_sent)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"

    async def stop(self):
        if self._pushing:
            self._pushing.cancel()
            await asyncio.gather(self._pushing, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()

    # What people do

    def say(self, chat_id, text, **more):
        """A person writes; `more` is merged into the message. The update's id."""
        person = {"id": abs(chat_id), "is_bot": False, "first_name": "Hoa", "language_code": "vi"}
        kind = {"type": "private", "first_name": "Hoa"} if chat_id > 0 else {"type": "supergroup", "title": "Tổ 5"}
        message = {
            "message_id": next(self._message_ids),
            "from": person,
            "chat": {"id": chat_id, **kind},
            "date": int(time.time()),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"offset": 0, "length": len(text.split()[0]), "type": "bot_command"}]
        return self.push({"message": message | more}, chat_id)

    def tap(self, chat_id, data):
        """A person taps a button that carries `data`. The update's id."""
        query_id = str(next(self._message_ids) + 10**18)
        self.tap_ids.add(query_id)
        chat = {"id": chat_id, "type": "private", "first_name": "Hoa"}
        bot = {"id": 123456789, "is_bot": True, "first_name": "Gõ Cửa", "username": self.username}
        message = {"message_id": next(self._message_ids), "from": bot, "chat": chat, "date": 1, "text": "…"}
        person = {"id": chat_id, "is_bot": False, "first_name": "Hoa"}
        query = {"id": query_id, "from": person, "message": message, "chat_instance": "1", "data": data}
        return self.push({"callback_query": query}, chat_id)

    def block(self, chat_id):
        """A person blocks the bot."""
        self.chats[chat_id] = "blocked"
        chat = {"id": chat_id, "type": "private", "first_name": "Hoa"}
        bot = {"id": 123456789, "is_bot": True, "first_name": "Gõ Cửa", "username": self.username}
        change = {
            "chat": chat,
            "from": {"id": chat_id, "is_bot": False, "first_name": "Hoa"},
            "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
        }
        return self.push({"my_chat_member": change})

    def deactivate(self, chat_id):
        """A person deletes their account: nobody is told."""
        self.chats[chat_id] = "deactivated"

    def push(self, update, chat_id=None):
        """Put a raw update in the queue. Its id: given, or the next."""
        if chat_id is not None:
            self.chats[chat_id] = "open"
        update = {"update_id": next(self._update_ids), **update}
        self._updates.append(update)
        self._tail = update["update_id"] + 1
        self._wake()
        return update["update_id"]

    def restart_ids(self, first_update_id):
        """After a quiet week Telegram counts from anywhere, also from below."""
        self._update_ids = itertools.count(first_update_id)

    def fail_next(self, method="sendMessage", *, times=1, **fault):
        """The next calls of `method` go wrong as `Fault` says."""
        self.faults.extend([Fault(method=method, **fault)] * times)

    # What tests look at

    def sent_to(self, chat_id):
        return [sent for sent in self.sent if sent.chat_id == chat_id]

    @property
    def waiting(self):
        """Ids of the updates nobody has acknowledged."""
        return [update["update_id"] for update in self._updates]

    # What the bot asks

    async def _serve(self, request):
        method = request.match_info["method"]
        asked = await _parameters(request)
        self.calls.append((method, asked))
        fault = next((fault for fault in self.faults if fault.method == method), None)
        if fault is None:
            return await self._answer(request, method, asked)
        if not fault.lasting:
            self.faults.remove(fault)
        if fault.carried_out:
            await self._answer(request, method, asked)
        await asyncio.sleep(fault.wait)
        if not is_wrong(fault):
            return await self._answer(request, method, asked)
        return await break_off(request, fault) or _refuse(fault)

    async def _answer(self, request, method, asked):
        try:
            self._check_call(request.match_info["token"], method)
            result = await getattr(self, METHODS[method])(asked)
        except ApiError as error:
            body = {"ok": False, "error_code": error.status, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.status)
        return web.json_response({"ok": True, "result": result})

    def _check_call(self, token, method):
        if token != self.token:
            raise ApiError(401, "Unauthorized")
        if method not in METHODS:
            raise ApiError(404, "Not Found")

    async def _get_me(self, _asked):
        return {
            "id": 123456789,
            "is_bot": True,
            "first_name": "Gõ Cửa",
            "username": self.username,
            "can_join_groups": True,
        }

    async def _get_updates(self, asked):
        if self.webhook.get("url"):
            raise ApiError(409, f"Conflict: {WEBHOOK_SET}")
        self._poll += 1
        mine = self._poll
        self._wake()  # the poll before this one is thrown out
        self._forget(int(asked.get("offset", 0)))
        allowed = set(json.loads(asked.get("allowed_updates", "[]")))
        until = time.monotonic() + min(float(asked.get("timeout", 0)), 50)
        while True:
            ready = [update for update in self._updates if not allowed or update.keys() & allowed]
            if ready or (left := until - time.monotonic()) <= 0:
                return ready[: min(int(asked.get("limit", 100)), 100)]
            await wait_for(self._news, left)
            if mine != self._poll:
                raise ApiError(409, f"Conflict: {OTHER_POLLER}")

    def _forget(self, offset):
        """Offset confirms what lies below it; one far beyond the queue's end is not taken seriously."""
        if offset > self._tail + 10:
            return
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()

    async def _set_webhook(self, asked):
        if not asked.get("url"):
            return await self._delete_webhook(asked)
        self.webhook = dict(asked)
        self._pushing = self._pushing or asyncio.create_task(self._push_updates())
        return True

    async def _delete_webhook(self, _asked):
        self.webhook = {}
        return True

    async def _get_webhook_info(self, _asked):
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }

    async def _send_chat_action(self, asked):
        self._find_chat(asked)
        return True

    async def _answer_callback_query(self, asked):
        query_id = asked.get("callback_query_id", "")
        if query_id not in self.tap_ids:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered_taps.append(query_id)
        return True

    async def _send_message(self, asked):
        chat_id = self._find_chat(asked)
        self._keep_rates(chat_id)
        raw = str(asked.get("text", ""))
        text = _read_text(raw, asked.get("parse_mode", ""))
        buttons = _read_buttons(asked.get("reply_markup"))
        sent = Sent(chat_id, next(self._message_ids), text, raw, asked.get("parse_mode", ""), buttons, time.monotonic())
        self.sent.append(sent)
        bot = {"id": 123456789, "is_bot": True, "first_name": "Gõ Cửa", "username": self.username}
        chat = {"id": chat_id, "type": "private", "first_name": "Hoa"}
        return {"message_id": sent.message_id, "from": bot, "chat": chat, "date": int(time.time()), "text": text}

    def _find_chat(self, asked):
        try:
            chat_id = int(asked.get("chat_id", ""))
        except ValueError:
            raise ApiError(400, "Bad Request: chat not found") from None
        match self.chats.get(chat_id, "open" if self.open_doors else ""):
            case "open":
                return chat_id
            case "blocked":
                raise ApiError(403, "Forbidden: bot was blocked by the user")
            case "deactivated":
                raise ApiError(403, "Forbidden: user is deactivated")
            case "kicked":
                raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        raise ApiError(400, "Bad Request: chat not found")

    def _keep_rates(self, chat_id):
        """30 a second in all, one a second in a chat; a twentieth of slack for the clock."""
        if not self.strict_rates:
            return
        now = time.monotonic()
        while self._times and self._times[0] < now - 0.95:
            self._times.popleft()
        since = now - self._chat_times.get(chat_id, -math.inf)
        if since < 0.95 or len(self._times) >= 30:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
        self._times.append(now)
        self._chat_times[chat_id] = now

    async def _push_updates(self):
        """Deliver to the webhook one by one, the same again until it answers 2xx."""
        async with aiohttp.ClientSession() as session:
            while True:
                while not (self._updates and self.webhook.get("url")):
                    await wait_for(self._news, 1)
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                try:
                    async with session.post(self.webhook["url"], json=self._updates[0], headers=headers) as answer:
                        self.webhook_answers.append(answer.status)
                except aiohttp.ClientError:
                    self.webhook_answers.append(0)
                if self.webhook_answers[-1] // 100 == 2:
                    self._updates.popleft()
                else:
                    await asyncio.sleep(0.05)

    def _wake(self):
        self._news.set()
        self._news = asyncio.Event()

    # For tests in another process

    async def _control(self, request):
        asked = await request.json()
        verb = request.match_info["verb"]
        if verb not in {"say", "tap", "block", "deactivate"}:
            return web.json_response({"result": self.push(asked) if verb == "update" else self.fail_next(**asked)})
        return web.json_response({"result": getattr(self, verb)(**asked)})

    async def _control_sent(self, request):
        chat_id = request.query.get("chat_id")
        sent = self.sent if chat_id is None else self.sent_to(int(chat_id))
        return web.json_response([dataclasses.asdict(one) for one in sent])


async def _parameters(request):
    """Parameters come in the query, a form or JSON; nested ones may be JSON text. All become plain text."""
    asked = dict(request.query)
    if request.content_type == "application/json":
        asked |= await request.json()
    else:
        asked |= dict(await request.post())
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()}


def _refuse(fault):
    retry = f"retry after {fault.retry_after:g}"
    words = {
        401: "Unauthorized",
        409: "Conflict",
        429: f"Too Many Requests: {retry}",
        500: "Internal Server Error",
        502: "Bad Gateway",
    }
    body = {
        "ok": False,
        "error_code": fault.status,
        "description": fault.description or words.get(fault.status, "Bad Request"),
    }
    if fault.retry_after:
        body["parameters"] = {"retry_after": fault.retry_after}
    return web.json_response(body, status=fault.status)


def _read_text(raw, parse_mode):
    try:
        text = parse_html(raw) if parse_mode.lower() == "html" else raw
    except EntityError as error:
        raise ApiError(400, f"Bad Request: can't parse entities: {error}") from None
    text = text.strip()
    if not text:
        raise ApiError(400, "Bad Request: message text is empty" if not raw else "Bad Request: text must be non-empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise ApiError(400, "Bad Request: message is too long")
    return text


def _read_buttons(reply_markup):
    rows = json.loads(reply_markup)["inline_keyboard"] if reply_markup else []
    buttons = [(button.get("text", ""), button.get("callback_data", "")) for row in rows for button in row]
    for label, data in buttons:
        if not label.strip():
            raise ApiError(
                400,
                "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            )
        if not 1 <= len(data.encode()) <= 64:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(buttons) > 100:
        raise ApiError(400, "Bad Request: reply markup is too long")
    return tuple(buttons)


async def _run(arguments):
    platform = FakeTelegram(token=arguments.token, open_doors=True, strict_rates=arguments.strict_rates)
    await platform.start(arguments.port)
    sys.stdout.write(f"{platform.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main():
    parser = argparse.ArgumentParser(description="A Telegram Bot API on loopback, for tests")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--strict-rates", action="store_true")
    try:
        asyncio.run(_run(parser.parse_args()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
