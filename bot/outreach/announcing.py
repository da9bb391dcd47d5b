"""An official's desk on their own phone: linking the account, writing news for their communes, deciding about others'.

Only an official whose account is linked gets further than a sentence. What may be done is `approving`'s; here words
become effects, and the answer comes with the effect, because only the database knows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.messages import Announce, Because, Choice, DecideAnnouncement, LinkOfficial, Reply, Turn
from bot.orders import CANCEL, CANCEL_WORDS, plain_words
from bot.outreach.desk import Desk
from bot.scene import Scene, close_turn, with_menu
from content.model import Place

PREFIX = "tb:"
WRITE, LINK = "soan", "lienket"
# What follows the prefix in a decision: the act, the broadcast's number, and the beginning of its fingerprint.
ACTS = {"gui": "submit", "bo": "discard", "duyet": "approve", "tuchoi": "reject", "hoilai": "submit-again"}
REASONS = ("Sai thông tin.", "Chưa đúng người nhận.", "Viết lại cho rõ, ngắn hơn.")
_DECISION = re.compile(r"(gui|bo|duyet|tuchoi|hoilai):(\d{1,18})(?::([0-9a-f]{12}))?(?::([0-2]))?")


def perform(scene: Scene, action: str) -> Turn:
    """What a tap or an order of this desk does."""
    if action == LINK:
        words = scene.inbound.text.split()
        return _silent(scene, LinkOfficial(" ".join(words[1:3])), "liên kết tài khoản cán bộ")
    if scene.known.official is None:
        return with_menu(scene, scene.say("announce.not_official"), _because("không phải cán bộ"))
    if action == WRITE:
        return _write(scene)
    found = _DECISION.fullmatch(action)
    if not found:
        return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu"))
    if found[1] == "tuchoi" and found[4] is None:
        return _ask_reason(scene, action)
    reason = REASONS[int(found[4])] if found[4] else ""
    effect = DecideAnnouncement(int(found[2]), ACTS[found[1]], found[3] or "", reason, scene.inbound.callback_id)
    return _silent(scene, effect, f"tin số {found[2]}: {found[1]}")


def hear_announcement(scene: Scene, raw: str) -> Turn:
    """The words of the news that was asked for."""
    if plain_words(raw) in CANCEL_WORDS:
        return with_menu(scene, scene.say("announce.dropped"), _because("thôi, không soạn tin"))
    if scene.known.official is None:
        return with_menu(scene, scene.say("announce.not_official"), _because("không phải cán bộ"))
    return _announce(scene, raw, ())


def _write(scene: Scene) -> Turn:
    """“/thongbao”, with names of communes behind it or not, and with the news below it or not."""
    head, _, rest = scene.inbound.text.strip().partition("\n")
    wanted = [part for part in re.split(r"[,;]", head.partition(" ")[2]) if part.strip()]
    communes, unknown = find_communes(wanted, scene.library.places)
    if unknown:
        reply = Reply(scene.say("announce.unknown_commune", names=", ".join(unknown)))
        return close_turn(scene, [reply], _because("không rõ xã, phường"), awaiting="")
    if rest.strip():
        return _announce(scene, rest, communes)
    if communes:
        return close_turn(scene, [Reply(scene.say("announce.below"))], _because("soạn tin"), awaiting="")
    cancel = Choice(scene.say("choice.cancel"), CANCEL)
    return close_turn(scene, [Reply(scene.say("announce.ask"), (cancel,))], _because("soạn tin"), awaiting="announce")


def find_communes(wanted: Sequence[str], places: Sequence[Place]) -> tuple[tuple[str, ...], list[str]]:
    """Slugs of the communes named, with or without "xã" and diacritics; and the names that are none."""
    known = {plain_words(name): place.slug for place in places for name in (place.name, f"{place.kind} {place.name}")}
    slugs = [known.get(plain_words(name), "") for name in wanted]
    unknown = [name.strip() for name, slug in zip(wanted, slugs, strict=True) if not slug]
    return tuple(slug for slug in slugs if slug), unknown


def _announce(scene: Scene, raw: str, communes: tuple[str, ...]) -> Turn:
    title, _, text = raw.strip().partition("\n")
    if not text.strip():
        reply = Reply(scene.say("announce.two_parts"))
        return close_turn(scene, [reply], _because("thiếu nội dung"), awaiting="announce")
    effect = Announce(" ".join(title.split()), text.strip(), communes, scene.inbound.message_id)
    return _silent(scene, effect, "soạn tin")


def _ask_reason(scene: Scene, action: str) -> Turn:
    choices = tuple(
        Choice(reason.rstrip(".")[:24], f"{PREFIX}{action}:{n}", reason) for n, reason in enumerate(REASONS)
    )
    return close_turn(scene, [Reply(scene.say("announce.why"), choices)], _because("hỏi lý do trả lại"), awaiting="")


def _silent(scene: Scene, effect: Announce | DecideAnnouncement | LinkOfficial, reason: str) -> Turn:
    """The effect itself answers. What was typed (a code, a draft) stays out of the lines an official reads."""
    turn = close_turn(scene, [Reply("")], _because(reason), "…", effects=(effect,), said="…", awaiting="")
    return Turn(turn.state, (), turn.effects, turn.because)


def _because(reason: str) -> Because:
    return Because("action", reason=reason)


DESK = Desk(
    prefix=PREFIX,
    perform=perform,
    orders={"thongbao": PREFIX + WRITE, "lienket": PREFIX + LINK},
)
