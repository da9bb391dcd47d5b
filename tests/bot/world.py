"""What holds before a transcript begins, from its `biết:` block: real rows on a real database.

The block's words are explained in tests/transcripts/README.md. Nothing here decides what the bot says.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import yaml

from bot.clock import HANOI, iso
from bot.messages import Register
from bot.outreach.session_words import USUAL
from bot.seating import register
from content.findings import Findings
from content.model import Place
from content.sessions import check_sessions, parse_sessions
from storage import consents, deadlines, needs, people, registrations, sessions
from storage.database import Connection, Database
from storage.sessions import NewSession

KEYS = {"lúc", "phiên", "hồ_sơ", "đăng_ký", "hạn", "nhu_cầu"}
PROFILE = {"họ_tên": "full_name", "điện_thoại": "phone", "xã": "commune"}


def moment(text: str) -> datetime.datetime:
    """Hanoi's wall clock "2026-11-24 08:00" as an aware time."""
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=HANOI)


def new_sessions(block: dict[str, Any], places: tuple[Place, ...]) -> list[NewSession]:
    """Sessions as content/sessions writes them; a mistake in the block fails the test with its words."""
    findings = Findings("biết.phiên")
    file = parse_sessions(yaml.safe_dump(block, allow_unicode=True), findings)
    read = check_sessions({"biết.phiên": (file, findings)}, places)
    assert not findings.problems, findings.problems
    return [NewSession(**dataclasses.asdict(session)) for session in read]


def prepare(
    database: Database,
    block: dict[str, Any],
    places: tuple[Place, ...],
    now: datetime.datetime,
    channel: str,
    address: str,
) -> datetime.datetime:
    """Write the block's rows; return the time the conversation begins at."""
    unknown = set(block) - KEYS
    assert not unknown, f"biết: không hiểu {sorted(unknown)}"
    now = moment(block["lúc"]) if "lúc" in block else now
    now_at = iso(now)
    with database.transaction() as c:
        taken = {slug: one.pop("đã_đăng_ký", 0) for slug, one in block.get("phiên", {}).items()}
        ids = {
            new.slug: sessions.add_session(c, new, "file", "", now_at)
            for new in new_sessions(block.get("phiên", {}), places)
        }
        for slug, count in taken.items():
            _crowd(c, ids[slug], slug, count, now_at)
        profile = block.get("hồ_sơ", {})
        person = people.get_or_create_person(c, channel, address, profile.get("tên_gọi", ""), now_at)
        for word, field in PROFILE.items():
            if word in profile:
                people.set_profile(c, person.id, field, str(profile[word]))
        for group in profile.get("nhóm", []):
            people.add_group(c, person.id, group, now_at)
        for purpose, version in profile.get("đồng_ý", {}).items():
            consents.give_consent(c, person.id, purpose, version, "(lời đồng ý)", now_at)
        for one in block.get("đăng_ký", []):
            seat = one.get("chỗ", "registered")
            register(c, person, Register(ids[one["phiên"]], seat, *_contact(profile), USUAL), now_at)
        for one in block.get("hạn", []):
            deadlines.keep_deadline(
                c,
                person.id,
                one["loại"],
                str(one["từ"]),
                str(one["hạn"]),
                one.get("số_lần", 1),
                one.get("ghi_chú", ""),
                now_at,
            )
        for one in block.get("nhu_cầu", []):
            words = (one.get(key, "") for key in ("bậc", "nghề", "xã", "nhóm"))
            needs.keep_need(c, person.id, one["loại"], *words, now.year, now_at)
    return now


def _contact(profile: dict[str, Any]) -> tuple[str, str]:
    return profile.get("họ_tên", ""), str(profile.get("điện_thoại", ""))


def _crowd(c: Connection, session_id: int, slug: str, count: int, now_at: str) -> None:
    """Other people who came first."""
    for number in range(count):
        other = people.get_or_create_person(c, "web", f"{slug}-{number}", "", now_at)
        registrations.register(c, session_id, other.id, "registered", "", "", "1440,120", now_at)
