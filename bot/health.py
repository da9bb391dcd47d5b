"""What /health and /metrics say: every part with its state and, when it is not well, why and what to do."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.contract import Channel
from bot.clock import iso, parse_iso, utc_now
from bot.condition import Condition
from bot.reminding import overdue_before
from bot.settings import Settings
from bot.vitals import REPLY_LATE, STALE_SHOWN, list_stale, look_at_backups, look_at_disk, look_at_replies
from bot.watching import WatchedDatabase
from content.check import format_problem
from content.live import LiveLibrary
from intents.match import Matcher
from storage import channels as channel_rows
from storage import outbox, questions, reminders
from storage.database import StorageError

log = logging.getLogger(__name__)

PROBLEMS_SHOWN = 20
PATIENCE = 1.5  # seconds for the database's answer: whoever asks how we are must not wait for what is broken

# What the database says about itself, about what is on its way, and which channels pause.
Told = tuple[dict[str, Any], dict[str, Any], dict[str, channel_rows.Pause]]


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """Gathers the state of one process. `channels` is filled when the process has started, `sending` knows for each
    of them how its sending goes; whoever only sends or ticks reads nothing from them.
    """

    settings: Settings
    database: WatchedDatabase
    live: LiveLibrary[Matcher]
    channels: Mapping[str, Channel]
    sending: Mapping[str, Condition]
    # Threads of its own: the others may all be waiting for the database.
    threads: concurrent.futures.Executor = dataclasses.field(
        default_factory=lambda: concurrent.futures.ThreadPoolExecutor(2, "health")
    )

    def routes(self) -> list[Route]:
        return [Route("/health", self.show_health), Route("/metrics", self.show_metrics)]

    async def show_health(self, _request: Request) -> Response:
        """200 while messages are taken and answered; 503 when the database is away. Content problems are told, not
        fatal.
        """
        report = self.report(await self._ask_in_time())
        return JSONResponse(report, 503 if report["status"] == "down" else 200)

    async def show_metrics(self, _request: Request) -> Response:
        return Response(self.measure(await self._ask_in_time()), media_type=CONTENT_TYPE_LATEST)

    def report(self, told: Told) -> dict[str, Any]:
        database, backlog, pauses = told
        channels = {name: self._channel_state(name, pauses.get(name)) for name in self.channels}
        content = self._content_state()
        disk = look_at_disk(self.settings.data_dir)
        backup = look_at_backups(self.settings.backup_dir, utc_now())
        parts = [database, content, disk, backup, *channels.values()]
        status = "ok" if all(part["state"] == "ok" for part in parts) else "degraded"
        if database["state"] == "down":
            status = "down"
        return {
            "status": status,
            "database": database,
            "roles": self.settings.roles.split(","),
            "content": content,
            "disk": disk,
            "backup": backup,
            "channels": channels,
            "outbox": backlog,
        }

    def measure(self, told: Told) -> bytes:
        """The state as Prometheus text; counts come from the database, so that replicas agree."""
        registry = CollectorRegistry()
        up = Gauge("gocua_up", "1 khi phần này chạy tốt", ["part"], registry=registry)
        waiting = Gauge("gocua_outbox_deliveries", "Tin trong hàng gửi", ["channel", "status"], registry=registry)
        report = self.report(told)
        for name in ("database", "content", "disk", "backup"):
            up.labels(name).set(report[name]["state"] == "ok")
        for name, state in report["channels"].items():
            up.labels(name).set(state["state"] == "ok")
        for channel, counts in report["outbox"].items():
            for status, count in counts.items():
                waiting.labels(channel, status).set(count)
        entries = Gauge("gocua_content_entries", "Số mục trả lời đang chạy", registry=registry)
        entries.set(report["content"]["entries"])
        stale = Gauge("gocua_content_stale_entries", "Số mục quá hạn rà soát", registry=registry)
        stale.set(report["content"]["stale"])
        free = Gauge("gocua_disk_free_bytes", "Chỗ trống ở ổ đĩa dữ liệu", registry=registry)
        free.set(report["disk"]["free_bytes"])
        if "age_seconds" in report["backup"]:
            age = Gauge("gocua_last_backup_age_seconds", "Bản sao lưu mới nhất ở máy này đã cũ", registry=registry)
            age.set(report["backup"]["age_seconds"])
        if report["database"]["state"] != "down":
            meaning = "Câu trả lời cũ nhất chờ gửi bao lâu"
            waited = Gauge("gocua_outbox_oldest_reply_seconds", meaning, ["channel"], registry=registry)
            for name, seconds in report["database"]["oldest_reply_seconds"].items():
                waited.labels(name).set(seconds)
            asked = Gauge("gocua_open_questions", "Câu hỏi chờ cán bộ trả lời", registry=registry)
            asked.set(report["database"]["open_questions"])
            oldest = Gauge(
                "gocua_oldest_open_question_seconds",
                "Câu hỏi cũ nhất đã chờ cán bộ bao lâu, 0 khi không có",
                registry=registry,
            )
            oldest.set(report["database"]["oldest_open_question_seconds"])
            late = Gauge("gocua_overdue_reminders", "Lời nhắc quá giờ hơn 10 phút chưa gửi", registry=registry)
            late.set(report["database"]["overdue_reminders"])
        return generate_latest(registry)

    async def _ask_in_time(self) -> Told:
        """What the database says, or that it is down: then it is not asked, its condition knows better."""
        condition = self.database.condition
        if condition.state == "ok":
            loop = asyncio.get_running_loop()
            try:
                return await asyncio.wait_for(loop.run_in_executor(self.threads, self._ask_database), PATIENCE)
            except TimeoutError:
                return {"state": "down", "reason": f"không trả lời trong {PATIENCE:g} giây"}, {}, {}
            except StorageError as error:
                return {"state": "down", "reason": str(error)}, {}, {}
            except Exception as error:  # a database that is not ours: whoever asks must hear it, not a 500
                log.exception("health.failed")
                return {"state": "down", "reason": f"cơ sở dữ liệu trả lời lạ: {error}"}, {}, {}
        return {"state": "down", "reason": condition.reason}, {}, {}

    def _ask_database(self) -> Told:
        now = utc_now()
        with self.database.reading() as connection:
            backlog = outbox.backlog(connection)
            waiting = questions.count_open(connection)
            oldest_at = questions.oldest_open_at(connection) or ""
            late = reminders.count_overdue(connection, overdue_before(now))
            replies = look_at_replies(connection, list(self.channels), now)
            found = {name: channel_rows.find_pause(connection, name, iso(now)) for name in self.channels}
        pauses = {name: pause for name, pause in found.items() if pause}
        told = {
            "kind": self.database.dialect,
            "open_questions": waiting,
            "oldest_open_question_at": oldest_at,
            "oldest_open_question_seconds": round((now - parse_iso(oldest_at)).total_seconds()) if oldest_at else 0,
            "overdue_reminders": late,
            "oldest_reply_seconds": replies,
        }
        reasons = [f"{late} lời nhắc quá giờ 10 phút chưa gửi"] if late else []
        waiting_long = [name for name, seconds in replies.items() if seconds > REPLY_LATE and name not in pauses]
        if waiting_long:
            reasons.append(f"câu trả lời chờ gửi quá một phút trên {', '.join(waiting_long)}; có tiến trình gửi không?")
        if reasons:
            return {"state": "degraded", "reason": "; ".join(reasons), **told}, backlog, pauses
        return {"state": "ok", **told}, backlog, pauses

    def _channel_state(self, name: str, pause: channel_rows.Pause | None) -> dict[str, Any]:
        """Of reading, sending and a pause the worst: a pause says the most, reading goes before sending."""
        reading = self.channels[name].status() if self.settings.plays("web") else {}
        state: dict[str, Any] = {"state": "ok", **reading}
        sending = self.sending[name]
        if state["state"] == "ok" and sending.state != "ok":
            state |= {"state": sending.state, "reason": f"chưa gửi được: {sending.reason}"}
        if pause:
            state |= {"state": "paused", "paused_until_at": pause.until_at, "reason": pause.reason}
        return state

    def _content_state(self) -> dict[str, Any]:
        errors = [problem for problem in self.live.problems if problem.level == "error"]
        library = self.live.current
        stale = list_stale(library, utc_now())
        return {
            "state": "degraded" if errors or stale else "ok",
            **({"reason": f"{len(stale)} mục quá hạn rà soát: {', '.join(stale[:STALE_SHOWN])}"} if stale else {}),
            "stale": len(stale),
            "entries": len(library.entries),
            "digest": library.digest[:12],
            "problems": [format_problem(problem) for problem in errors[:PROBLEMS_SHOWN]],
        }
