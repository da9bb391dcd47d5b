"""The desk for what a person asked officials: their questions, writing more under one, saying that all is clear.

The first question of a hand-over is the conversation's own; what an official writes goes out by `answering`.
"""

from __future__ import annotations

import dataclasses

from bot.messages import Because, Choice, CloseQuestion, Reply, ReplyToOfficial, Turn
from bot.orders import CANCEL_WORDS, HANDOVER, MENU
from bot.outreach.desk import Desk
from bot.scene import Scene, close_turn, joined, with_menu
from bot.texts import quote
from storage.questions import Question

ENTRY_ID = "chung.gap-can-bo"
PREFIX = "hd:"
MORE, CLEAR, NOTHING_MORE = "hoi:", "ro:", "thoi"
LISTED = 5


def perform(scene: Scene, action: str) -> Turn:
    if action.startswith(MORE):
        return _ask_more(scene, scene.known.find_question(action.removeprefix(MORE)))
    if action.startswith(CLEAR):
        return _clear(scene, scene.known.find_question(action.removeprefix(CLEAR)))
    if action == NOTHING_MORE:
        return with_menu(scene, scene.say("cancelled"), _because("thôi, không hỏi thêm"))
    return _list(scene)


def hear_reply(scene: Scene, text: str, plain: str) -> Turn:
    """The message after "Hỏi thêm": it goes under that question, as typed, unless the person thinks better of it."""
    question = scene.known.find_question(scene.state.reply_to)
    if plain in CANCEL_WORDS:
        return perform(scene, NOTHING_MORE)
    if question is None:
        return _list(scene)
    sentence = scene.say("reply.sent", question=quote(question.text))
    return with_menu(scene, sentence, _because("nhắn thêm cho cán bộ"), ReplyToOfficial(question.id, text))


def answer_choices(question_id: int, more: str, clear: str) -> tuple[Choice, ...]:
    """What a person can do with an official's answer."""
    return (Choice(more, f"{PREFIX}{MORE}{question_id}"), Choice(clear, f"{PREFIX}{CLEAR}{question_id}"))


def _because(reason: str) -> Because:
    return Because("action", ENTRY_ID, reason=reason)


def _ask_more(scene: Scene, question: Question | None) -> Turn:
    if question is None:
        return _list(scene)
    replying = dataclasses.replace(scene, state=dataclasses.replace(scene.state, reply_to=question.id))
    cancel = Choice(scene.say("choice.cancel"), PREFIX + NOTHING_MORE)
    reply = Reply(scene.say("reply.ask", question=quote(question.text)), (cancel,))
    return close_turn(replying, [reply], _because("hỏi thêm cán bộ"), awaiting="reply")


def _clear(scene: Scene, question: Question | None) -> Turn:
    if question is None:
        return _list(scene)
    return with_menu(scene, scene.say("question.clear"), _because("đã rõ"), CloseQuestion(question.id))


def _list(scene: Scene) -> Turn:
    """The person's questions, the newest first, each with where it stands; one tap writes more under it."""
    found = scene.known.questions[:LISTED]
    ask = Choice(scene.say("choice.official"), HANDOVER)
    menu = Choice(scene.say("choice.menu"), MENU)
    if not found:
        reply = Reply(scene.say("question.none"), (ask, menu))
        return close_turn(scene, [reply], _because("chưa hỏi cán bộ"), awaiting="")
    lines = "\n".join(
        scene.say("question.line", number=one.id, stands=_stands(scene, one), question=quote(one.text)) for one in found
    )
    more = tuple(Choice(scene.say("choice.more_under", number=one.id), f"{PREFIX}{MORE}{one.id}") for one in found)
    said = scene.say("question.list")
    reply = Reply(joined(said, lines), (*more, ask, menu))
    return close_turn(scene, [reply], _because("xem câu đã hỏi"), said=said, awaiting="")


def _stands(scene: Scene, question: Question) -> str:
    if question.status == "open":
        return scene.say("question.open")
    return scene.say("question.answered") if question.status == "answered" else scene.say("question.closed")


DESK = Desk(
    prefix=PREFIX,
    perform=perform,
    orders=dict.fromkeys(
        (
            "cau hoi cua toi", "cac cau hoi cua toi", "cau da hoi", "xem cau hoi", "can bo tra loi chua",
            "can bo da tra loi chua", "cau tra loi cua can bo", "hoi them", "hoi them can bo",
        ),
        PREFIX,
    ),
)  # fmt: skip
