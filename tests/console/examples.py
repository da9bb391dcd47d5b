"""Real addresses for routes with a part in braces: the route walk asks here for a thing to open.

One function per name of such a part, given an office; it makes the thing anew each time and returns what stands in the
address.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from bot import approving
from bot.clock import utc_now
from storage.audiences import Audience
from storage.broadcasts import NewBroadcast
from tests.console.office import Office


def official_id(office: Office) -> str:
    return str(office.appoint("viewer").id)


def broadcast_id(office: Office) -> str:
    """One that waits for approval, with a few people it would reach."""
    author = office.appoint("author", frozenset({"hoa-xa", "ung-hoa"}))
    new = NewBroadcast(
        "Phiên giao dịch việc làm lưu động tại Ứng Hòa",
        "Sáng **thứ Bảy 28/11** có phiên việc làm tại nhà văn hóa xã.\n\n- 25 doanh nghiệp, 900 việc\n- Mang căn cước",
        author.communes,
        audience=Audience(groups=("nong-thon", "ho-ngheo")),
    )
    with office.database.transaction() as c:
        number = approving.save(c, author, new, utc_now(), form_key=secrets.token_urlsafe(16))
        approving.submit(c, author, number, office.console.live.current, utc_now(), again=True)
    return str(number)


EXAMPLES: dict[str, Callable[[Office], str]] = {
    "broadcast_id": broadcast_id,
    "official_id": official_id,
}


def address_of(path: str, office: Office) -> str:
    """The path with every part filled in. A part nobody gave an example for fails the walk by its name."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: EXAMPLES[part[1]](office), path)
