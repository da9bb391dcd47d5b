"""The one word that stops everything the person did not ask for, and the one that brings it back."""

from __future__ import annotations

import dataclasses

from bot.messages import Because, Choice, Reply, SetPushes, Turn
from bot.orders import RESUME
from bot.scene import Scene, close_turn

ENTRY_ID = "chung.dung-tin"


def switch_pushes(scene: Scene, *, allowed: bool, because: Because | None = None) -> Turn:
    """Stop or allow reminders and news at once; what was stopped says how to come back."""
    because = dataclasses.replace(because or Because("action", ENTRY_ID), kind="action")
    again = () if allowed else (Choice(scene.say("choice.resume"), RESUME),)
    sentence = scene.say("pushes.on") if allowed else scene.say("pushes.off")
    return close_turn(scene, [Reply(sentence, again)], because, effects=(SetPushes(allowed=allowed),), awaiting="")
