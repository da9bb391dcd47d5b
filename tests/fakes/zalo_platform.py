"""A Zalo Bot API on loopback that keeps the platform's rules and can be told to fail.

As a process, for tests that kill things:  python tests/fakes/zalo_platform.py --port 8082
and then  POST /control/say {"chat_id", "text"} · POST /control/update {…} · POST /control/fail {"method", "status", …}
          GET /control/sent?chat_id=…

It is a server of its own and imports nothing of ours: what it refuses, Zalo refuses. Unlike Telegram's it hands an
event out once, without an acknowledgement; says no with HTTP 200; knows no buttons; and only talks to people who
wrote first. The faults on the wire are the same, and so is the code for them.
"""

import argparse
import asyncio
import collections
import dataclasses
import itertools
import json
import math
import secrets
import sys
import time

import aiohttp
from aiohttp import web

try:
    from tests.fakes.faults import Fault, break_off, is_wrong, wait_for
except ModuleNotFoundError:  # started as a script: this folder is on the path, not the project
    from faults import Fault, break_off, is_wrong, wait_for

TOKEN = "1459232241454765289:FakeZaloTokenFakeZaloTokenFakeZalo"
NAME = "Bot Gõ Cửa"
METHODS = {
    "getMe": "_get_me",
    "getUpdates": "_get_updates",
    "setWebhook": "_set_webhook",
    "deleteWebhook": "_delete_webhook",
    "getWebhookInfo": "_get_webhook_info",
    "sendMessage": "_send_message",
    "sendPhoto": "_send_photo",
    "sendChatAction": "_send_chat_action",
}
WORDS = {
    401: "Unauthorized",
    404: "Not Found",
    408: "Request timeout",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclasses.dataclass(frozen=True)
class Sent:
    """What a chat received: text, or a picture with the text under it."""

    chat_id: str
    message_id: str
    text: str
    photo: str
    at: float  # seconds, monotonic


class ApiError(Exception):
    """The platform's no: a code and a sentence, told with HTTP 200."""

    def __init__(self, code, description=""):
        super().__init__(description)
        self.code, self.description = code, description or WORDS.get(code, "Bad Request")


class FakeZalo:
    """The platform. `per_second` and `chat_interval` switch its limits on; `open_doors` knows every chat.

    `wrapped` says whether the webhook's body stands in the envelope (both have been seen), `repeats` how often an
    event is delivered though it was answered.
    """

    def __init__(self, *, token=TOKEN, name=NAME, per_second=math.inf, chat_interval=0.0, open_doors=False):
        self.token, self.name = token, name
        self.per_second, self.chat_interval, self.open_doors = per_second, chat_interval, open_doors
        self.url = ""
        self.wrapped = True
        self.repeats = 1
        self.sent: list[Sent] = []
        self.actions: list[tuple[str, str]] = []
        self.calls: list[tuple[str, dict]] = []
        self.webhook: dict = {}
        self.webhook_answers: list[int] = []
        self.faults: collections.deque[Fault] = collections.deque()
        self.chats: dict[str, str] = {}  # id → "open", "blocked", "deactivated"
        self.polls_at_once = 0  # the most polls that were ever waiting together
        self._updates: collections.deque[dict] = collections.deque()
        self._news = asyncio.Event()
        self._polling = 0
        self._message_numbers = itertools.count(1)
        self._times: collections.deque[float] = collections.deque()
        self._chat_times: dict[str, float] = {}
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
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
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
        """A person writes; `more` is merged into the message. The message's id."""
        return self.act(chat_id, "message.text.received", text=text, **more)

    def act(self, chat_id, event_name, **fields):
        """Anything a person does. The message's id."""
        self.chats[chat_id] = "open"
        message = {
            "from": {"id": chat_id, "display_name": "Nguyễn Thị Hoa", "is_bot": False},
            "chat": {"id": chat_id, "chat_type": "PRIVATE"},
            "message_id": self._new_id(),
            "date": int(time.time() * 1000),
        }
        return self.push({"message": message | fields, "event_name": event_name})

    def push(self, event):
        """Put a raw event in the queue. The message's id, if it has one."""
        self._updates.append(event)
        self._wake()
        return event.get("message", {}).get("message_id", "")

    def fail_next(self, method="sendMessage", *, times=1, **fault):
        """The next calls of `method` go wrong as `Fault` says."""
        self.faults.extend([Fault(method=method, **fault)] * times)

    # What tests look at

    def sent_to(self, chat_id):
        return [sent for sent in self.sent if sent.chat_id == chat_id]

    @property
    def waiting(self):
        """How many events nobody has been given."""
        return len(self._updates)

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
        if request.match_info["token"] != self.token:
            return web.Response(status=401, text="<html>Unauthorized</html>", content_type="text/html")
        try:
            result = await getattr(self, METHODS.get(method, "_no_such_method"))(asked, request)
        except ApiError as error:
            return web.json_response({"ok": False, "error_code": error.code, "description": error.description})
        return web.json_response({"ok": True} if result is None else {"ok": True, "result": result})

    async def _no_such_method(self, _asked, _request):
        raise ApiError(404)

    async def _get_me(self, _asked, _request):
        return {
            "id": "1459232241454765289",
            "account_name": "bot.GoCua",
            "account_type": "BASIC",
            "can_join_groups": False,
            "display_name": self.name,
        }

    async def _get_updates(self, asked, request):
        """One event, and never the same again; 408 when none comes. A caller who has gone gets none."""
        if self.webhook.get("url"):
            raise ApiError(409, "Conflict: getUpdates does not work while a webhook is set")
        until = time.monotonic() + float(asked.get("timeout", 30))
        self._polling += 1
        self.polls_at_once = max(self.polls_at_once, self._polling)
        try:
            while not self._updates:
                left = until - time.monotonic()
                if left <= 0:
                    raise ApiError(408)
                await wait_for(self._news, left)
                if request.transport is None or request.transport.is_closing():
                    raise ApiError(408)
            return self._updates.popleft()
        finally:
            self._polling -= 1

    async def _set_webhook(self, asked, _request):
        if not asked.get("url", "").startswith(("https://", "http://127.0.0.1")):
            raise ApiError(400, "Bad Request: url must be HTTPS")
        if not 8 <= len(asked.get("secret_token", "")) <= 256:
            raise ApiError(400, "Bad Request: secret_token must have 8 to 256 characters")
        self.webhook = dict(asked)
        self._pushing = self._pushing or asyncio.create_task(self._push_updates())
        return {"url": asked["url"], "updated_at": int(time.time() * 1000)}

    async def _delete_webhook(self, _asked, _request):
        self.webhook = {}
        return {"url": "", "updated_at": int(time.time() * 1000)}

    async def _get_webhook_info(self, _asked, _request):
        return {"url": self.webhook.get("url", ""), "updated_at": 0}

    async def _send_chat_action(self, asked, _request):
        self.actions.append((self._find_chat(asked), asked.get("action", "")))

    async def _send_message(self, asked, _request):
        return self._deliver(asked, _read_text(asked, "text"), "")

    async def _send_photo(self, asked, _request):
        photo = asked.get("photo", "")
        if not photo.startswith(("http://", "https://")):
            raise ApiError(400, "Bad Request: photo must be a URL")
        return self._deliver(asked, _read_text(asked, "caption") if "caption" in asked else "", photo)

    def _deliver(self, asked, text, photo):
        chat_id = self._find_chat(asked)
        self._keep_rates(chat_id)
        sent = Sent(chat_id, self._new_id(), text, photo, time.monotonic())
        self.sent.append(sent)
        return {"message_id": sent.message_id, "date": int(time.time() * 1000)}

    def _find_chat(self, asked):
        chat_id = asked.get("chat_id", "")
        match self.chats.get(chat_id, "open" if self.open_doors else ""):
            case "open":
                return chat_id
            case "blocked":
                raise ApiError(403, "Forbidden: bot was blocked by the user")
            case "deactivated":
                raise ApiError(400, "Bad Request: user not found")
        raise ApiError(400, "Bad Request: user has not interacted with the bot")

    def _keep_rates(self, chat_id):
        """A twentieth of slack for the clock. Zalo does not say how long to wait."""
        now = time.monotonic()
        while self._times and self._times[0] < now - 0.95:
            self._times.popleft()
        since = now - self._chat_times.get(chat_id, -math.inf)
        if since < self.chat_interval * 0.95 or len(self._times) >= self.per_second:
            raise ApiError(429)
        self._times.append(now)
        self._chat_times[chat_id] = now

    async def _push_updates(self):
        """Deliver to the webhook one by one, the same again until it answers 2xx, and `repeats` times even then."""
        async with aiohttp.ClientSession() as session:
            while True:
                while not (self._updates and self.webhook.get("url")):
                    await wait_for(self._news, 1)
                event = self._updates[0]
                body = {"ok": True, "result": event} if self.wrapped else event
                headers = {"X-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                taken = 0
                while taken < self.repeats:
                    self.webhook_answers.append(await _post(session, self.webhook["url"], body, headers))
                    if self.webhook_answers[-1] // 100 == 2:
                        taken += 1
                    else:
                        await asyncio.sleep(0.05)
                self._updates.popleft()

    def _new_id(self):
        return f"{next(self._message_numbers):08x}{secrets.token_hex(6)}"

    def _wake(self):
        self._news.set()
        self._news = asyncio.Event()

    # For tests in another process

    async def _control(self, request):
        asked = await request.json()
        verbs = {"say": self.say, "act": self.act, "fail": self.fail_next, "update": lambda **event: self.push(event)}
        return web.json_response({"result": verbs[request.match_info["verb"]](**asked)})

    async def _control_sent(self, request):
        chat_id = request.query.get("chat_id")
        sent = self.sent if chat_id is None else self.sent_to(chat_id)
        return web.json_response([dataclasses.asdict(one) for one in sent])


async def _parameters(request):
    """Parameters come in the query, a form or JSON. All become plain text."""
    asked = dict(request.query)
    if request.content_type == "application/json":
        asked |= await request.json()
    else:
        asked |= dict(await request.post())
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()}


def _read_text(asked, field):
    text = asked.get(field, "")
    if not text.strip() or len(text.encode("utf-16-le")) // 2 > 2000:
        raise ApiError(400, f"Bad Request: {field} must have 1 to 2000 characters")
    return text


def _refuse(fault):
    """A no that was ordered: inside the envelope as Zalo says it, or as an HTTP status when `http` is set."""
    description = fault.description or WORDS.get(fault.status, "Bad Request")
    body = {"ok": False, "error_code": fault.status, "description": description}
    return web.json_response(body, status=fault.status if fault.http else 200)


async def _post(session, url, body, headers):
    """The status of the answer, 0 when there is none."""
    try:
        async with session.post(url, json=body, headers=headers) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


async def _run(arguments):
    limits = {"per_second": arguments.per_second, "chat_interval": arguments.chat_interval}
    platform = FakeZalo(token=arguments.token, open_doors=True, **limits)
    await platform.start(arguments.port)
    sys.stdout.write(f"{platform.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main():
    parser = argparse.ArgumentParser(description="A Zalo Bot API on loopback, for tests")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--per-second", type=float, default=math.inf)
    parser.add_argument("--chat-interval", type=float, default=0.0)
    try:
        asyncio.run(_run(parser.parse_args()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
