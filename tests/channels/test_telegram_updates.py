"""What Telegram's payloads mean: one file each in payloads/telegram, and anything else without an error."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_updates import parse_update
from bot.messages import Inbound

PAYLOADS = Path(__file__).parent / "payloads" / "telegram"
BOT = "GoCuaBot"


def hoa(kind, text="", **more):
    return Inbound("telegram", "5238471120", "", kind, text, name="Hoa Nguyễn Thị", **more)


def tuan(kind, text="", *, addressed=True, chat="-1002345678901", **more):
    return Inbound("telegram", chat, "", kind, text, name="Tuấn 🛵", in_group=True, addressed=addressed, **more)


EXPECTED = {
    "text": hoa("text", "Tôi mới nghỉ việc, được bao nhiêu tiền 1 tháng?"),
    "text_emoji_and_links": hoa("text", "👩‍🏭 xem https://dichvucong.gov.vn chưa?\n\ngiúp với"),
    "reply_in_private": hoa("text", "còn lãi suất?"),
    "forwarded": hoa("text", "Tuyển gấp 50 lao động đi Hàn, không cần cọc!!!", forwarded=True),
    "no_last_name": Inbound("telegram", "6011223344", "", "text", "hi", name="Tuấn 🛵"),
    "start": hoa("start"),
    "start_with_payload": hoa("start", "bhtn_muc-huong"),
    "command": hoa("text", "/menu"),
    "sticker": hoa("sticker"),
    "photo_with_caption": hoa("photo", "Sổ này nộp được chưa em?"),
    "photo_in_album": hoa("photo"),
    "voice": hoa("voice"),
    "video_note": hoa("voice"),
    "video": hoa("file", "chỗ này phải không"),
    "animation": hoa("file"),
    "document": hoa("file"),
    "location": hoa("location"),
    "venue": hoa("location"),
    "contact": hoa("contact"),
    "dice": hoa("other"),
    "unknown_content": hoa("other"),
    "choice": hoa("choice", choice="entry:bhtn.muc-huong", callback_id="4386071923456789012"),
    "choice_on_message_no_longer_shown": hoa("choice", choice="menu", callback_id="4386071923456789013"),
    "choice_in_group": tuan("choice", choice="menu", callback_id="4386071923456789014"),
    "choice_without_data": None,
    "choice_inline": None,
    "group_mention": tuan("text", "cho hỏi học nghề ở đâu"),
    "group_mention_of_another": tuan("text", "@GoCuaBotPhu ơi, xem@GoCuaBot.vn", addressed=False),
    "group_plain": tuan("text", "tối nay họp tổ nhé", addressed=False, chat="-4012345678"),
    "group_reply_to_bot": tuan("text", "thế còn lãi suất?"),
    "group_reply_to_person": tuan("text", "đúng rồi", addressed=False),
    "group_command": tuan("text", "/help", chat="-4012345678"),
    "group_command_to_bot": tuan("text", "/hoi vay vốn"),
    "group_command_to_another": tuan("text", "/help", addressed=False),
    "group_start": tuan("start"),
    "group_photo_with_mention": tuan("photo", "cái này là gì"),
    "group_other_bot_talks": None,
    "group_post_of_linked_channel": None,
    "group_new_members": None,
    "group_moved": None,
    "pinned": None,
    "edited": None,
    "channel_post": None,
    "poll_answer": None,
    "blocked": hoa("blocked"),
    "unblocked": hoa("unblocked"),
    "added_to_group": tuan("unblocked", addressed=False),
    "removed_from_group": tuan("blocked", addressed=False),
    "restricted_in_group": tuan("unblocked", addressed=False),
    "made_admin_of_channel": None,
}


def load(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_payload(name):
    inbound = parse_update(load(name), BOT)
    meant = inbound and dataclasses.replace(inbound, message_id="", sent_at="")
    assert meant == EXPECTED[name]
    if inbound:
        assert inbound.message_id == str(load(name)["update_id"])


def test_every_payload_is_expected_to_mean_something():
    assert {path.stem for path in PAYLOADS.glob("*.json")} == EXPECTED.keys()


def test_times_are_utc():
    assert parse_update(load("blocked"), BOT).sent_at == "2026-11-22T13:01:33.000Z"
    assert parse_update(load("choice"), BOT).sent_at == "", "the message's time is not the tap's"


def test_while_our_name_is_unknown_a_mention_is_not_ours():
    inbound = parse_update(load("group_mention"), "")
    assert not inbound.addressed
    assert inbound.text.startswith("@gocuabot")
    assert not parse_update(load("group_reply_to_bot"), "").addressed


def text_update(text, update_id=1, **more):
    chat = {"id": 7, "type": "private", "first_name": "A"}
    return {"update_id": update_id, "message": {"date": 1, "chat": chat, "from": chat, "text": text} | more}


def test_characters_no_database_takes_are_gone():
    inbound = parse_update(text_update("a\x00b\ud83dc\r\nd"), BOT)
    assert inbound.text == "a b�c\nd"


def test_a_text_longer_than_telegram_allows_is_cut():
    assert len(parse_update(text_update("ệ" * 1_000_000), BOT).text) == 4096
    many = text_update("x", **{"from": {"first_name": "N" * 100_000}})
    assert len(parse_update(many, BOT).name) == 128


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "x",
        {},
        {"update_id": "1", "message": {}},
        {"update_id": True, "message": {}},
        {"update_id": -5},
        {"update_id": 2**63},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {"text": "x"}},
        {"update_id": 1, "message": {"text": "x", "chat": {"id": "7"}}},
        {"update_id": 1, "message": {"text": "x", "chat": {"id": 0}}},
        {"update_id": 1, "message": {"text": "x", "chat": {"id": 10**30}}},
        text_update(["x"]),
        text_update("x", **{"from": {"first_name": {"a": 1}}}),
        {"update_id": 1, "callback_query": {"id": "1", "data": "x" * 65, "message": {"chat": {"id": 7}}}},
        {"update_id": 1, "callback_query": {"id": 1, "data": "x", "message": {"chat": {"id": 7}}}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 7}}},
    ],
    ids=repr,
)
def test_garbled_is_nothing_and_a_line_in_the_log(update, caplog):
    assert parse_update(update, BOT) is None
    assert [record.message for record in caplog.records] == ["inbound.unreadable"]


def test_the_log_does_not_hold_what_people_wrote(caplog):
    parse_update(text_update("x", **{"from": {"first_name": ["Nguyễn Văn Bí Mật"]}}), BOT)
    assert "Bí Mật" not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize("date", [None, "x", True, -1, 0, 10**15, 1.5])
def test_a_senseless_time_is_no_time(date):
    assert parse_update(text_update("x", date=date), BOT).sent_at == ""


def any_json(keys):
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
    )


KEYS = st.sampled_from([
    "message", "callback_query", "my_chat_member", "chat", "from", "id", "type", "text", "caption", "date", "data",
    "new_chat_member", "status", "is_member", "reply_to_message", "username", "first_name", "is_bot", "sticker",
])  # fmt: skip


@given(st.dictionaries(KEYS, any_json(KEYS), max_size=4))
def test_never_raises(update):
    parse_update({"update_id": 1} | update, BOT)


@given(st.sampled_from(sorted(EXPECTED)), st.data())
def test_never_raises_when_one_field_is_something_else(name, data):
    update = load(name)
    holder = update
    while isinstance(holder, dict) and holder:
        key = data.draw(st.sampled_from(sorted(holder)))
        if not isinstance(holder[key], dict) or data.draw(st.booleans()):
            holder[key] = data.draw(any_json(KEYS))
            break
        holder = holder[key]
    parse_update(update, BOT)
