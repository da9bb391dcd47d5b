"""The desk for series of messages: which there are, joining one, leaving one. `campaigning` sends them."""

from __future__ import annotations

from bot.forms.consenting import in_force
from bot.forms.news_form import NAME as NEWS
from bot.forms.news_form import PURPOSE
from bot.forms.walking import FORM
from bot.messages import Because, Choice, Reply, SetCampaign, Turn
from bot.orders import MENU
from bot.outreach.desk import Desk
from bot.scene import Scene, close_turn, joined, with_menu
from content.model import Campaign

PREFIX = "cd:"
JOIN, LEAVE, LEAVE_WHICH = "vao:", "thoi:", "thoi"


def perform(scene: Scene, action: str) -> Turn:
    if action.startswith(JOIN):
        return _join(scene, action.removeprefix(JOIN))
    if action.startswith(LEAVE):
        return _leave(scene, action.removeprefix(LEAVE))
    if action == LEAVE_WHICH:
        return _leave_which(scene)
    return _list(scene)


def _because(reason: str) -> Because:
    return Because("action", reason=reason)


def _on(scene: Scene) -> dict[str, str]:
    """The series the person is in, slug to title; one whose file is gone keeps its slug for a title."""
    held = [one.campaign for one in scene.known.campaigns if one.status == "on"]
    found = scene.library.campaigns
    return {slug: found[slug].title if slug in found else slug for slug in held}


def _open(scene: Scene) -> tuple[Campaign, ...]:
    """The series a person may join today."""
    series = scene.library.campaigns.values()
    return tuple(
        one
        for one in series
        if not one.paused and one.start <= scene.today and (one.end is None or scene.today <= one.end)
    )


def _list(scene: Scene, lead: str = "") -> Turn:
    on = _on(scene)
    free = [one for one in _open(scene) if one.slug not in on]
    mine = "\n".join(f"- {title}" for title in on.values())
    others = "\n".join(f"- **{one.title}:** {one.about}" for one in free)
    text = joined(
        lead,
        joined(scene.say("campaign.mine"), mine) if on else scene.say("campaign.none"),
        joined(scene.say("campaign.others"), others) if free else "",
    )
    leave = (Choice(scene.say("choice.leave_one"), PREFIX + LEAVE_WHICH),) if on else ()
    choices = (*(Choice(one.menu, PREFIX + JOIN + one.slug) for one in free), *leave)
    menu = Choice(scene.say("choice.menu"), MENU)
    return close_turn(scene, [Reply(text, (*choices, menu))], _because("xem các loạt tin"), awaiting="")


def _join(scene: Scene, slug: str) -> Turn:
    series = next((one for one in _open(scene) if one.slug == slug), None)
    if series is None:
        return _list(scene, scene.say("campaign.gone"))
    if slug in _on(scene):
        return _list(scene)
    if not in_force(scene.setting, PURPOSE):
        choices = (Choice(scene.say("choice.news"), FORM + NEWS), Choice(scene.say("choice.menu"), MENU))
        asked = Reply(scene.say("campaign.consent_first", title=series.title), choices)
        return close_turn(scene, [asked], _because("cần đồng ý nhận tin trước"), awaiting="")
    sentence = scene.say("campaign.joined", title=series.title, total=len(series.steps))
    return with_menu(scene, sentence, _because(f"nhận loạt tin {slug}"), SetCampaign(slug))


def _leave(scene: Scene, slug: str) -> Turn:
    """Leaving needs no question back: it is one tap, and joining again is one more."""
    title = scene.library.campaigns[slug].title if slug in scene.library.campaigns else slug
    if slug not in {one.campaign for one in scene.known.campaigns}:
        return _list(scene)
    sentence = scene.say("campaign.left", title=title)
    effect = SetCampaign(slug, joined=False)
    return with_menu(scene, sentence, _because(f"thôi nhận loạt tin {slug}"), effect)


def _leave_which(scene: Scene) -> Turn:
    on = _on(scene)
    if len(on) == 1:
        return _leave(scene, next(iter(on)))
    if not on:
        return _list(scene)
    choices = tuple(Choice(_label(scene, slug), PREFIX + LEAVE + slug) for slug in on)
    menu = Choice(scene.say("choice.menu"), MENU)
    reply = Reply(scene.say("campaign.leave_which"), (*choices, menu))
    return close_turn(scene, [reply], _because("thôi nhận loạt tin nào"), awaiting="")


def _label(scene: Scene, slug: str) -> str:
    series = scene.library.campaigns.get(slug)
    return series.menu if series else slug[:24]


DESK = Desk(
    prefix=PREFIX,
    perform=perform,
    orders={
        **dict.fromkeys(("loat tin", "cac loat tin", "nhan loat tin", "xem loat tin", "loat tin cua toi"), PREFIX),
        **dict.fromkeys(
            (
                "thoi nhan loat tin nay", "thoi nhan loat tin", "thoi nhan loat nay", "khong nhan loat tin nay",
                "khong nhan loat tin nay nua", "dung loat tin nay", "dung loat tin", "bo loat tin nay",
            ),
            PREFIX + LEAVE_WHICH,
        ),
    },
)  # fmt: skip
