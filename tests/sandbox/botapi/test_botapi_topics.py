"""Topics of a forum, as a bot uses them and as Telegram refuses them."""

import pytest
from botapi_server import ANNA, BEN, BOSS, GROUP

MANAGES = ["can_manage_topics"]


@pytest.fixture
async def forum(server):
    """A group with topics, whose bot may manage them; the bot's queue is empty."""
    made = await server.post(
        "chats", type="supergroup", title="Desk", members=[BOSS, ANNA, BEN], forum=True
    )
    await server.post(f"chats/{made['id']}/promote", rights=MANAGES)
    last = (await server.updates())[-1]["update_id"]
    await server.updates(offset=last + 1)
    return made["id"]


async def test_a_topic_is_opened_and_written_in(server, bot, forum):
    """Its messages carry its number and answer the message that opened it."""
    topic = await bot.create_forum_topic(forum, "  Case  41 ")
    assert topic.name == "Case 41"
    sent = await bot.send_message(forum, "hello", message_thread_id=topic.message_thread_id)
    assert sent.is_topic_message
    assert sent.message_thread_id == topic.message_thread_id
    assert sent.reply_to_message.forum_topic_created.name == "Case 41"
    said = await server.say(BOSS, "yes?", forum, topic=topic.message_thread_id)
    [update] = await server.updates()
    assert update["message"]["message_thread_id"] == topic.message_thread_id
    assert update["message"]["is_topic_message"]
    assert update["message"]["message_id"] == said["message_id"]
    assert update["message"]["chat"]["is_forum"]


async def test_an_answer_stands_in_its_topic(server, bot, forum):
    """Whoever answers a message in a topic writes there, without naming it."""
    topic = await bot.create_forum_topic(forum, "One")
    other = await bot.create_forum_topic(forum, "Two")
    sent = await bot.send_message(forum, "a", message_thread_id=topic.message_thread_id)
    reply = await server.say(BOSS, "b", forum, reply_to=sent.message_id)
    assert reply["message_thread_id"] == topic.message_thread_id
    assert reply["reply_to_message"]["message_id"] == sent.message_id
    answered = await server.ok(
        "sendMessage", chat_id=forum, text="c", reply_parameters={"message_id": sent.message_id}
    )
    assert answered["message_thread_id"] == topic.message_thread_id
    assert await server.refused(
        "sendMessage",
        chat_id=forum,
        text="d",
        message_thread_id=other.message_thread_id,
        reply_parameters={"message_id": sent.message_id},
    ) == (400, "Bad Request: message to be replied not found")


async def test_topics_are_closed_opened_renamed_and_taken_away(server, bot, forum):
    """What is so already is refused; what is gone is not found."""
    thread = (await bot.create_forum_topic(forum, "One")).message_thread_id
    where = {"chat_id": forum, "message_thread_id": thread}
    assert await bot.close_forum_topic(**where)
    again = (400, "Bad Request: TOPIC_NOT_MODIFIED")
    assert await server.refused("closeForumTopic", **where) == again
    # Who may manage topics writes in closed ones too.
    assert await server.ok("sendMessage", text="still", **where)
    assert await bot.reopen_forum_topic(**where)
    assert await server.refused("reopenForumTopic", **where) == again
    assert await bot.edit_forum_topic(**where, name="Two")
    assert await server.refused("editForumTopic", name="Two", **where) == again
    assert await bot.delete_forum_topic(**where)
    gone = await server.refused("sendMessage", text="x", **where)
    assert gone == (400, "Bad Request: message thread not found")
    assert await server.refused("closeForumTopic", **where) == (
        400,
        "Bad Request: TOPIC_ID_INVALID",
    )


async def test_what_a_bot_without_the_right_may_not(server, forum):
    """Without the right no topic is opened, a person's is not managed, a closed one is closed."""
    opened = await server.post(f"chats/{forum}/topics", **{"from": BOSS, "name": "Ours"})
    thread = opened["message_thread_id"]
    await server.post(f"chats/{forum}/promote", rights=[])
    assert await server.refused("createForumTopic", chat_id=forum, name="x") == (
        400,
        "Bad Request: not enough rights to create a topic",
    )
    where = {"chat_id": forum, "message_thread_id": thread}
    assert await server.refused("closeForumTopic", **where) == (
        400,
        "Bad Request: not enough rights to edit the topic",
    )
    assert await server.ok("sendMessage", text="x", **where)
    await server.post(f"chats/{forum}/topics/{thread}/close")
    assert await server.refused("sendMessage", text="x", **where) == (
        400,
        "Bad Request: TOPIC_CLOSED",
    )


async def test_a_group_without_topics_has_none(server):
    """Neither has a private chat."""
    refusal = (400, "Bad Request: the chat is not a forum")
    assert await server.refused("createForumTopic", chat_id=GROUP, name="x") == refusal
    assert await server.refused("sendMessage", chat_id=GROUP, text="x", message_thread_id=5) == (
        400,
        "Bad Request: message thread not found",
    )


async def test_a_name_is_needed(server, forum):
    """A name of blanks is none; too long a one is cut."""
    assert await server.refused("createForumTopic", chat_id=forum, name=" \n ") == (
        400,
        "Bad Request: title must be non-empty",
    )
    assert len((await server.ok("createForumTopic", chat_id=forum, name="x" * 200))["name"]) == 128
