"""Keeps people findable by name: the words of a changed name, small and without diacritics, go into the directory.

It runs with the clock, so that nobody's message waits for it; a name is found within the half minute.
"""

from __future__ import annotations

import re

from intents.normalise import fold
from storage import directory
from storage.database import Database

_AT_ONCE = 500
_MOST_AT_A_TIME = 20_000  # of a first fill: the clock's other work must not wait for a million people
_MOST_WORDS = 12


def words_of(name: str) -> list[str]:
    """The words a name is found by: "Nguyễn Thị HÒA" gives nguyen, thi, hoa."""
    return [word[:40] for word in re.findall(r"[^\W_]+", fold(name).lower())][:_MOST_WORDS]


def list_names(database: Database) -> int:
    """List the words of names that changed; return of how many people. Twice is nothing, on any replica."""
    with database.reading() as c:
        if directory.is_listed(c):
            return 0
    done = 0
    while done < _MOST_AT_A_TIME:
        with database.transaction() as c:
            some = directory.take_unlisted(c, _AT_ONCE)
            directory.list_words(c, [(person_id, words_of(name)) for person_id, name in some])
        done += len(some)
        if len(some) < _AT_ONCE:
            break
    return done
