"""What Zalo's events mean, in the envelope of the documents and bare as the webhook has been seen; never an error."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_updates import parse_update
from bot.messages import Inbound

HOA = "6ede9afa66b88fe6d6a9"


def event(name="message.text.received", *, chat_type="PRIVATE", sender=None, **fields):
    message = {
        "from": {"id": HOA, "display_name": "Hoa  Nguyễn", "is_bot": False} if sender is None else sender,
        "chat": {"id": HOA, "chat_type": chat_type},
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
    }
    return {"event_name": name, "message": message | fields}


def hoa(kind, text="", **more):
    more = {"name": "Hoa Nguyễn", "sent_at": "2025-06-19T06:55:31.602Z"} | more
    return Inbound("zalo", HOA, "2d758cb5e222177a4e35", kind, text, **more)


EXPECTED = [
    (event(text="Xin chào"), hoa("text", "Xin chào")),
    (event(text="  3 "), hoa("text", "3")),
    (event(text="/start"), hoa("start")),
    (event(text="/START bhtn"), hoa("start", "bhtn")),
    (event(text="/menu"), hoa("text", "/menu")),
    (event("message.link.received", text="https://vnexpress.net xem"), hoa("text", "https://vnexpress.net xem")),
    (event("message.image.received", photo="https://a/b.jpg", caption="Sổ này?"), hoa("photo", "Sổ này?")),
    (event("message.image.received", photo_url="https://a/b.jpg"), hoa("photo")),
    (event("message.sticker.received", sticker="0e078a2fb66a", url="https://a/s.webp"), hoa("sticker")),
    (event("message.voice.received", voice_url="https://a/v.aac"), hoa("voice")),
    (event(text="x", sender={"id": HOA, "name": "Bình"}), hoa("text", "x", name="Bình")),
    (event(text="x", sender={"id": HOA, "first_name": "Lan", "display_name": ""}), hoa("text", "x", name="Lan")),
    (event(text="x", sender={"id": HOA}), hoa("text", "x", name="")),
    (event(text="x", date="hôm nay"), hoa("text", "x", sent_at="")),
    (event(text="x", date=-1), hoa("text", "x", sent_at="")),
    (event(text="x", chat_type="GROUP"), hoa("text", "x", in_group=True, addressed=False)),
    (
        event(text="@bot gõ cửa cho hỏi", chat_type="GROUP"),
        hoa("text", "cho hỏi", in_group=True),
    ),
    (
        event(text="@Bot Gõ Cửa2 đâu", chat_type="GROUP"),
        hoa("text", "@Bot Gõ Cửa2 đâu", in_group=True, addressed=False),
    ),
    (event(text="@Bot Gõ Cửa chào"), hoa("text", "@Bot Gõ Cửa chào")),
    (event("message.unsupported.received"), None),
    ({"event_name": "message.unsupported.received"}, None),
    (event("message.reaction.received"), None),
    (event("bot.joined"), None),
    (event(text="x", sender={"id": "7", "is_bot": True}), None),
]


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(("update", "expected"), EXPECTED)
def test_meaning(update, expected, wrapped, caplog):
    assert parse_update({"ok": True, "result": update} if wrapped else update, "Bot Gõ Cửa") == expected
    assert caplog.text == "", "what is not for us is passed over in silence"


def test_while_our_name_is_unknown_nobody_in_a_group_means_us():
    inbound = parse_update(event(text="@Bot Gõ Cửa cho hỏi", chat_type="GROUP"))
    assert not inbound.addressed


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "x",
        {},
        {"ok": True, "result": None},
        {"ok": True, "result": []},
        {"event_name": 5},
        {"event_name": "message.text.received"},
        {"event_name": "message.text.received", "message": []},
        event(text=["x"]),
        event(text="x", chat={}),
        event(text="x", chat={"id": ""}),
        event(text="x", chat={"id": "a b"}),
        event(text="x", chat={"id": "x" * 129}),
        event(text="x", chat={"id": True}),
        event(text="x", chat={"id": 10**40}),
        event(text="x", message_id=None),
        event(text="x", message_id={"a": 1}),
        event(text="x", sender=[]),
        event(text="x", sender={"display_name": ["Nguyễn Văn Bí Mật"]}),
    ],
    ids=repr,
)
def test_garbled_is_nothing_and_a_line_in_the_log_without_what_people_wrote(update, caplog):
    assert parse_update(update) is None
    assert [record.message for record in caplog.records] == ["inbound.unreadable"]
    assert "Bí Mật" not in str([vars(record) for record in caplog.records])


def test_ids_may_be_numbers():
    inbound = parse_update(event(text="x", message_id=12345, chat={"id": 678}))
    assert (inbound.message_id, inbound.address) == ("12345", "678")


def test_characters_no_database_takes_are_gone_and_a_flood_of_them_is_cut():
    assert parse_update(event(text="a\x00b\ud83dc\r\nd")).text == "a b�c\nd"
    assert len(parse_update(event(text="ệ" * 1_000_000)).text) == 4096
    assert len(parse_update(event(text="x", sender={"id": HOA, "name": "N" * 100_000})).name) == 128


KEYS = st.sampled_from([
    "ok", "result", "event_name", "message", "from", "chat", "id", "chat_type", "text", "caption", "date", "message_id",
    "display_name", "name", "first_name", "is_bot",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANY = st.recursive(
    LEAVES | st.just("message.text.received"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(ANY)
def test_never_raises(update):
    parse_update(update, "Bot")


@given(st.sampled_from([update for update, _ in EXPECTED]), st.data())
def test_never_raises_when_one_field_is_something_else(update, data):
    update = copy.deepcopy(update)
    holder = update
    while isinstance(holder, dict) and holder:
        key = data.draw(st.sampled_from(sorted(holder)))
        if not isinstance(holder[key], dict) or data.draw(st.booleans()):
            holder[key] = data.draw(ANY)
            break
        holder = holder[key]
    inbound = parse_update(update, "Bot Gõ Cửa")
    assert inbound is None or (inbound.address and inbound.message_id)
