import pytest
from botapi_server import ANNA, BEN, CHANNEL, GROUP


async def test_a_sent_message_has_telegrams_shape(server, chat):
    """The Message carries sender, chat, date, text and entities."""
    message = await server.ok("sendMessage", chat_id=chat, text="<b>hi</b>", parse_mode="HTML")
    assert message["from"] == {
        "id": 424242,
        "is_bot": True,
        "first_name": "Snaporder",
        "username": "snaporder_sandbox_bot",
    }
    assert message["chat"] == {
        "id": ANNA,
        "first_name": "Anna",
        "username": "anna_sandbox",
        "type": "private",
    }
    assert message["text"] == "hi"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    assert isinstance(message["date"], int)


async def test_message_ids_are_shared_by_private_chats(server, chat):
    """Private chats count together, a supergroup and a channel for themselves."""
    await server.say(BEN, "/start")
    first = await server.ok("sendMessage", chat_id=chat, text="1")
    second = await server.ok("sendMessage", chat_id=BEN, text="2")
    assert second["message_id"] == first["message_id"] + 1
    assert (await server.ok("sendMessage", chat_id=GROUP, text="g"))["message_id"] == 1
    post = await server.ok("sendMessage", chat_id=CHANNEL, text="c")
    assert (post["message_id"], post["sender_chat"]["id"]) == (1, CHANNEL)
    assert "from" not in post


@pytest.mark.parametrize(
    ("text", "mode", "description"),
    [
        ("", None, "message text is empty"),
        (" \n ", None, "text must be non-empty"),
        ("<b></b>", "HTML", "text must be non-empty"),
        ("x" * 4097, None, "message is too long"),
        ("🛒" * 2049, None, "message is too long"),
        (
            "<b>x",
            "HTML",
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ("x", "XML", "unsupported parse_mode"),
        ("x", "MarkdownV2", "the sandbox does not simulate parse_mode MarkdownV2"),
    ],
)
async def test_texts_that_are_refused(server, chat, text, mode, description):
    """Empty, too long and ill-formed texts get Telegram's descriptions."""
    params = {"parse_mode": mode} if mode else {}
    refusal = await server.refused("sendMessage", chat_id=chat, text=text, **params)
    assert refusal == (400, f"Bad Request: {description}")


async def test_length_is_counted_after_parsing(server, chat):
    """Markup does not count; 4096 UTF-16 units pass."""
    text = f"<b>{'x' * 4094}</b>🛒"
    message = await server.ok("sendMessage", chat_id=chat, text=text, parse_mode="HTML")
    assert len(message["text"]) == 4095


@pytest.mark.parametrize(
    ("entity", "description"),
    [
        (
            {"type": "bold", "offset": 100, "length": 1},
            "entity begins after the end of the text at UTF-16 offset 100",
        ),
        (
            {"type": "bold", "offset": 0, "length": 100},
            (
                "entity beginning at UTF-16 offset 0 ends after the end of the text "
                "at UTF-16 offset 100"
            ),
        ),
        ({"type": "bold", "offset": -1, "length": 1}, "receive an entity with incorrect offset -1"),
        (
            {"type": "bald", "offset": 0, "length": 1},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        (
            {"type": "text_link", "offset": 0, "length": 1},
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            {"type": "text_link", "offset": 0, "length": 1, "url": "not-a-url"},
            "entity URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
    ],
)
async def test_explicit_entities_that_are_refused(server, chat, entity, description):
    """Entities given instead of a parse mode are checked like Telegram's."""
    refusal = await server.refused("sendMessage", chat_id=chat, text="hello", entities=[entity])
    assert refusal == (400, f"Bad Request: {description}")


async def test_chats_that_cannot_be_written_to(server, chat):
    """Unknown, not started and blocked chats each get their own refusal."""
    assert await server.refused("sendMessage", chat_id=5, text="x") == (
        400,
        "Bad Request: chat not found",
    )
    assert await server.refused("sendMessage", chat_id=BEN, text="x") == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await server.post(f"users/{chat}/block")
    blocked = (403, "Forbidden: bot was blocked by the user")
    assert await server.refused("sendMessage", chat_id=chat, text="x") == blocked
    assert await server.refused("sendChatAction", chat_id=chat, action="typing") == blocked
    await server.post(f"users/{chat}/unblock")
    await server.ok("sendMessage", chat_id=chat, text="x")


async def test_replies(server, chat):
    """A reply carries the message it answers; a missing one is refused unless tolerated."""
    first = await server.ok("sendMessage", chat_id=chat, text="first")
    reply = await server.ok(
        "sendMessage", chat_id=chat, text="re", reply_parameters={"message_id": first["message_id"]}
    )
    assert reply["reply_to_message"]["text"] == "first"
    assert await server.refused(
        "sendMessage", chat_id=chat, text="re", reply_parameters={"message_id": 999}
    ) == (400, "Bad Request: message to be replied not found")
    tolerated = {"message_id": 999, "allow_sending_without_reply": True}
    plain = await server.ok("sendMessage", chat_id=chat, text="re", reply_parameters=tolerated)
    assert "reply_to_message" not in plain


async def test_copy_and_forward(server, chat):
    """A copy hides where it comes from, a forward shows it; protected content is not forwarded."""
    message = await server.say(ANNA, "look")
    where = {"chat_id": GROUP, "from_chat_id": chat, "message_id": message["message_id"]}
    copy = await server.ok("copyMessage", **where)
    forward = await server.ok("forwardMessage", **where)
    assert copy == {"message_id": 1}
    assert forward["forward_origin"]["sender_user"]["id"] == ANNA
    assert forward["text"] == "look"
    secret = await server.ok("sendMessage", chat_id=chat, text="s", protect_content=True)
    assert await server.refused(
        "forwardMessage", **where | {"message_id": secret["message_id"]}
    ) == (
        400,
        "Bad Request: message can't be forwarded",
    )
    assert await server.refused("copyMessage", **where | {"message_id": 999}) == (
        400,
        "Bad Request: message to copy not found",
    )


async def test_location_and_action(server, chat):
    """A location is a message; an action is an event; wrong values of both are refused."""
    place = await server.ok("sendLocation", chat_id=chat, latitude=29.3, longitude=120.1)
    assert place["location"] == {"latitude": 29.3, "longitude": 120.1}
    assert await server.refused("sendLocation", chat_id=chat, latitude=99, longitude=1) == (
        400,
        "Bad Request: wrong location specified",
    )
    seq = (await server.get(f"chats/{chat}/messages"))["seq"]
    await server.ok("sendChatAction", chat_id=chat, action="upload_photo")
    events = (await server.get(f"chats/{chat}/wait", after_seq=seq))["events"]
    assert [(event["type"], event["action"]) for event in events] == [("action", "upload_photo")]
    assert await server.refused("sendChatAction", chat_id=chat, action="thinking") == (
        400,
        "Bad Request: wrong parameter action in request",
    )
