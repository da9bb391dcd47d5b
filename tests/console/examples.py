"""Real addresses for routes with a part in braces: the route walk asks here for a thing to open.

One function per name of such a part, given an office; it makes the thing anew each time and returns what stands in the
address.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.console.office import Office


def official_id(office: Office) -> str:
    return str(office.appoint("viewer").id)


EXAMPLES: dict[str, Callable[[Office], str]] = {
    "official_id": official_id,
}


def address_of(path: str, office: Office) -> str:
    """The path with every part filled in. A part nobody gave an example for fails the walk by its name."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: EXAMPLES[part[1]](office), path)
