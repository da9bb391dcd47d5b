"""What goes wrong on the wire, whoever speaks: both fake platforms break off in the same ways."""

import asyncio
import contextlib
import dataclasses

from aiohttp import web


@dataclasses.dataclass(frozen=True)
class Fault:
    """One answer that goes wrong. `carried_out`: the platform does what was asked, and only then the answer fails."""

    method: str = "sendMessage"
    status: int = 0  # answer this instead
    description: str = ""
    retry_after: float = 0  # Telegram only
    http: bool = False  # Zalo only: the status as HTTP's too, not just in the envelope
    body: str | None = None  # answer these bytes instead of JSON
    location: str = ""  # with status 302: somewhere else
    wait: float = 0  # seconds before the answer
    reset: bool = False  # cut the connection instead of answering
    half: bool = False  # cut it in the middle of the answer
    drip: bool = False  # one byte a second, without end
    carried_out: bool = False
    lasting: bool = False  # every call goes wrong like this, until the fault is taken away


def is_wrong(fault):
    """Whether the answer itself is wrong, and not only late."""
    return fault.status or fault.reset or fault.half or fault.drip or fault.body is not None


async def break_off(request, fault):
    """The broken answer, or None for a refusal in good order: that has every platform's own words."""
    if fault.reset:
        request.transport.abort()
        return web.Response()
    if fault.half:
        answer = web.StreamResponse(headers={"Content-Length": "500", "Content-Type": "application/json"})
        await answer.prepare(request)
        await answer.write(b'{"ok": true, "resu')
        request.transport.abort()
        return answer
    if fault.drip:
        answer = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):  # the other side has had enough
            for _ in range(5000):
                await answer.write(b" ")
                await asyncio.sleep(1)
        return answer
    if fault.location:
        return web.Response(status=fault.status, headers={"Location": fault.location})
    if fault.body is not None:
        return web.Response(text=fault.body, status=fault.status or 200, content_type="application/json")
    return None


async def wait_for(event, seconds):
    """Until the event is set or the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
