"""Messages in a group that one member sees, and Telegram's refusals."""

import pytest
from botapi_server import ANNA, BEN, BOSS, CHANNEL, GROUP

LATE = (400, "Bad Request: QUERY_ID_INVALID")


async def pressed(server, chat=GROUP, person=ANNA):
    """Somebody presses a button on the bot's message there; the press."""
    key = {"inline_keyboard": [[{"text": "My part", "callback_data": "part"}]]}
    card = await server.ok("sendMessage", chat_id=chat, text="Card", reply_markup=key)
    body = {"from": person, "message_id": card["message_id"], "data": "part"}
    return (await server.post(f"chats/{chat}/tap", **body))["callback_query_id"]


def by(press, **more):
    return {"text": "Yours: 3", "ephemeral_message_parameters": {"callback_query_id": press} | more}


async def test_whoever_pressed_sees_it_and_nobody_else(server):
    """It is an event for one person; no message of the chat."""
    press = await pressed(server)
    before = (await server.get(f"chats/{GROUP}/messages"))["messages"]
    sent = await server.ok("sendMessage", **by(press))
    assert sent["message_id"] == 0
    assert sent["ephemeral_message_id"] > 0
    assert sent["receiver_user"]["id"] == ANNA
    assert (await server.get(f"chats/{GROUP}/messages"))["messages"] == before
    events = (await server.get(f"chats/{GROUP}/wait", after_seq=0, timeout=0))["events"]
    [seen] = [each for each in events if each["type"] == "ephemeral"]
    assert seen["user_id"] == ANNA
    assert seen["message"]["text"] == "Yours: 3"


async def test_fifteen_seconds_after_the_press_it_is_refused(server):
    """An administrator may still name chat and member."""
    press = await pressed(server)
    await server.patch(ephemeral_life=0)
    assert await server.refused("sendMessage", **by(press)) == LATE
    named = by(press, receiver_user_id=ANNA) | {"chat_id": GROUP}
    assert await server.refused("sendMessage", **named) == LATE
    await server.post(f"chats/{GROUP}/promote", rights=["can_manage_topics"])
    assert (await server.ok("sendMessage", **named))["receiver_user"]["id"] == ANNA


async def test_it_stands_in_the_topic_of_the_press(server):
    forum = (
        await server.post("chats", type="supergroup", title="F", members=[BOSS, BEN], forum=True)
    )["id"]
    await server.post(f"chats/{forum}/promote", rights=["can_manage_topics"])
    topic = (await server.ok("createForumTopic", chat_id=forum, name="One"))["message_thread_id"]
    key = {"inline_keyboard": [[{"text": "My part", "callback_data": "part"}]]}
    card = await server.ok(
        "sendMessage", chat_id=forum, text="Card", message_thread_id=topic, reply_markup=key
    )
    tap = {"from": BEN, "message_id": card["message_id"], "data": "part"}
    press = (await server.post(f"chats/{forum}/tap", **tap))["callback_query_id"]
    assert (await server.ok("sendMessage", **by(press)))["message_thread_id"] == topic


@pytest.mark.parametrize(
    ("where", "description"),
    [
        (ANNA, "ephemeral messages can be sent only to groups and supergroups"),
        (CHANNEL, "ephemeral messages can be sent only to groups and supergroups"),
    ],
)
async def test_it_is_for_groups(server, chat, where, description):
    press = await pressed(server, where)
    assert await server.refused("sendMessage", **by(press)) == (400, f"Bad Request: {description}")


async def test_somebody_elses_press_and_none_at_all_are_refused(server):
    press = await pressed(server)
    assert await server.refused("sendMessage", **by(press, receiver_user_id=BEN)) == LATE
    assert await server.refused("sendMessage", **by("1")) == LATE


async def test_a_server_before_it_refuses_for_want_of_a_chat(server):
    """10.3 has no form without a chat, and still older ones know nothing of it."""
    press = await pressed(server)
    for version in ("10.3", "9.0"):
        await server.patch(bot_api=version)
        assert await server.refused("sendMessage", **by(press)) == (
            400,
            "Bad Request: chat_id is empty",
        )
