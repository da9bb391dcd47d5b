"""A city in a database: people with names, numbers, agreements, groups, reminders and a series, in a few statements."""

from __future__ import annotations

from bot.clock import iso, utc_now
from storage import broadcasts, officials
from storage.broadcasts import NewBroadcast
from storage.database import Database
from storage.migrations import migrate

COMMUNE = "hoa-xa"
CAMPAIGN = "nghi-viec"
LISTED_WORD = "lan"

_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
_PEOPLE = f"""
    {_NUMBERS}
    INSERT INTO people (
        channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason, created_at, last_seen_at,
        full_name, phone, names_listed
    )
    SELECT CASE WHEN n % 3 = 0 THEN 'telegram' ELSE 'zalo' END, CAST(n AS TEXT), 'Lan', 'vi',
        CASE WHEN n % 126 = 7 THEN '{COMMUNE}' ELSE 'xa-' || CAST(n % 126 AS TEXT) END,
        CASE WHEN n % 10 = 1 THEN 0 ELSE 1 END, CASE WHEN n % 20 = 2 THEN :now ELSE '' END, '', :now, :now,
        'Nguyễn Thị Lan', '09' || substr('00000000' || CAST(n AS TEXT), length(CAST(n AS TEXT)) + 1, 8), 1
    FROM numbers
"""
_REST = (
    """
    INSERT INTO consents (person_id, purpose, version, text, given_at, withdrawn_at)
    SELECT id, 'nhan-tin', '1', 'Tôi đồng ý nhận tin.', :now, '' FROM people WHERE id % 20 <> 5 ORDER BY id
    """,
    """
    INSERT INTO person_groups (person_id, group_slug, created_at)
    SELECT id, 'nong-thon', :now FROM people WHERE id % 4 = 0 ORDER BY id
    """,
    """
    INSERT INTO person_words (word, person_id)
    SELECT words.word, people.id FROM people
    JOIN (SELECT 'nguyen' AS word UNION ALL SELECT 'thi' UNION ALL SELECT 'lan') AS words ON 1 = 1
    ORDER BY words.word, people.id
    """,
    """
    INSERT INTO reminders (person_id, kind, subject, step, dedupe_key, due_at, expires_at, status, reason, attempts,
        created_at, settled_at)
    SELECT id, 'session', 'session:' || CAST(id % 200 AS TEXT), '1440', 'k' || CAST(id AS TEXT),
        CASE WHEN id <= 500 THEN :now ELSE :later END, :later, 'planned', '', 0, :now, ''
    FROM people ORDER BY id
    """,
    f"""
    INSERT INTO campaign_members (campaign, person_id, joined_at, status, plan, next_at)
    SELECT '{CAMPAIGN}', id, :now, 'on', '1', CASE WHEN id <= 500 THEN :now ELSE :later END FROM people ORDER BY id
    """,
)
_LATER = "2099-01-01T00:00:00.000Z"


def fill_city(database: Database, count: int) -> int:
    """`count` people in an empty database, and an approved broadcast to all of them; its id."""
    now = iso(utc_now())
    migrate(database, now)
    with database.transaction() as c:
        c.execute(_PEOPLE, {"count": count, "now": now})
        for sql in _REST:
            c.execute(sql, {"now": now, "later": _LATER})
        author, approver = (
            officials.add_official(c, login, login, "admin", None, "x", now) for login in ("lan", "minh")
        )
        new = NewBroadcast("Phiên giao dịch việc làm", "Sáng thứ Bảy, 8 giờ, tại 215 Trung Kính.", None)
        number = broadcasts.add_draft(c, "bench", new, author, now)
        broadcasts.submit(c, number, f"**{new.title}**\n\n{new.text}", "[]", "mark", now)
        broadcasts.approve(c, number, approver, "mark", now)
    return number
