"""The noun every desk is: what a worker can do beyond asking, and the words and buttons that lead there.

Pure data and functions; `registry` lists the desks, the conversation asks them, `performing` carries out their effects.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from bot.messages import Because, Turn
from bot.scene import Scene

Open = Callable[[Scene, str, Because], Turn | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """`prefix` begins its actions ("ph:"), `perform` does one, given what follows the prefix.

    `orders` maps whole messages (small, without diacritics) to complete actions. `opens` maps an entry's `action` to
    what is done when that entry is meant: (scene, the message, why) to a turn, or None when the entry's own text
    answers better. `begins` maps how messages begin that ask for this desk ("nhac toi") to actions; a question is
    none. Nothing of this is asked in a group chat: what a desk keeps is private.
    """

    prefix: str
    perform: Callable[[Scene, str], Turn]
    orders: Mapping[str, str] = dataclasses.field(default_factory=dict)
    opens: Mapping[str, Open] = dataclasses.field(default_factory=dict)
    begins: Mapping[str, str] = dataclasses.field(default_factory=dict)
