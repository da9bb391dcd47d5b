"""What a person says of the answer they just got: that it helped, or that it did not.

Only short messages made of nothing else count. A worker is never asked to rate.
"""

from __future__ import annotations

import re

from bot.messages import Because, Rate, Reply, Turn
from bot.orders import plain_words
from bot.outreach.desk import Desk
from bot.scene import Scene, close_turn, entry_choices, ways_on, with_menu

BAD = "khong"
_MOST_WORDS = 9

# Words that change nothing about what is said: who speaks to whom, and particles.
_PARTICLES = (
    "a ah ak ad bot ban em toi minh chau bac co chu anh chi ong ba da nhe nha nhi oi roi luon qua lam vay the thi ma gi"
    " ca het cai cau nay do voi nhieu rat cua hoi tra loi y bi vl vai may tui t m e hihi"
)
_AROUND = frozenset(_PARTICLES.split())
_NO = {"ko", "k", "kg", "hok", "hong", "khg", "hem", "hk", "cha", "chang", "chua", "dau"}
_DID_NOT_HELP = {
    "sai", "nham", "sai bet", "khong dung", "khong phai", "khong hieu", "kho hieu", "khong lien quan", "khong ro",
    "khong giup duoc", "khong giup ich", "lac de", "tam bay", "khong chinh xac", "khong dung trong tam", "linh tinh",
    "khong huu ich", "vo ich", "doc khong hieu", "noi khong dung", "khong dung cho",
}  # fmt: skip
_THANKS = re.compile(r"\b(cam on|camon|tks|thks|thanks|thank you|thank)\b")
_HELPED = {"dung", "chinh xac", "huu ich", "hay", "tot", "tuyet voi", "tuyet", "hieu", "ro", "giup ich", "chuan"}
_WITH_THANKS = {"", "ok", "vang", "oke", "u"}


def rate(scene: Scene, text: str) -> Turn | None:
    """The turn after a word about the last answer; None when the message is something else or nothing was answered."""
    entry = scene.library.find_entry(scene.state.answered)
    if entry is None or not entry.sources or scene.inbound.in_group:  # small talk has no sources
        return None
    helped = judge(text)
    if helped is None:
        return None
    effect = Rate(entry.id, scene.state.unanswered, helpful=helped)
    if helped:
        thanks = Because("answer", "chung.cam-on", reason="người hỏi nói là được")
        reply = Reply(scene.say("rating.helped"), ways_on(scene))
        return close_turn(scene, [reply], thanks, effects=(effect,), awaiting="")
    return _sorry(scene, effect)


def judge(text: str) -> bool | None:
    """Whether a message says nothing but that an answer helped (True) or did not (False)."""
    words = plain_words(text).split()
    if not words or len(words) > _MOST_WORDS or "?" in text:
        return None
    core = " ".join("khong" if word in _NO else word for word in words if word not in _AROUND)
    if core in _DID_NOT_HELP:
        return False
    said, thanks = _THANKS.subn("", core)
    said = " ".join(said.split())
    if words == ["dung"] or "dừng" in text.lower():
        return True if "đúng" in text.lower() else None  # "dung" without its tone mark stops messages
    return True if said in _HELPED or (thanks and said in _WITH_THANKS) else None


def perform(scene: Scene, action: str) -> Turn:
    """The tap that says the same; on an old answer it speaks of nothing any more."""
    entry = scene.library.find_entry(scene.state.answered)
    if action != BAD or entry is None:
        return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu"))
    return _sorry(scene, Rate(entry.id, scene.state.unanswered, helpful=False))


def _sorry(scene: Scene, effect: Rate) -> Turn:
    """An honest word, the topics that came next, and the way to a person. What was asked stays at hand for them."""
    near = entry_choices(scene, scene.state.others[:3], titled=True)
    sentence = scene.say("rating.sorry_near" if near else "rating.sorry")
    because = Because("fallback", reason=f"người hỏi nói {effect.entry_id} chưa đúng ý")
    return close_turn(scene, [Reply(sentence, (*near, *ways_on(scene)))], because, effects=(effect,), awaiting="")


DESK = Desk(prefix="dg:", perform=perform)
