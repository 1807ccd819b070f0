"""Topics of a forum: opened, renamed, closed, opened again, taken away.

Refusals are Telegram's, as they are known from public reports: without the group's topics, without
the right to manage them, for a topic that is not there or already so.
"""

from typing import Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.markup import utf16_length
from sandbox.botapi.topics import Topic
from sandbox.botapi.world import Chat, Json

from .call import Call

MAX_NAME: Final = 128
COLOURS: Final = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


async def create_forum_topic(call: Call) -> Json:
    """https://core.telegram.org/bots/api#createforumtopic: a ForumTopic."""
    chat, name = forum(call), named(call.params["name"])
    if not call.sandbox.world.may_manage_topics(chat):
        raise BadRequestError("not enough rights to create a topic")
    colour = call.params.get("icon_color", COLOURS[0])
    if colour not in COLOURS:
        raise BadRequestError("invalid icon color specified")
    world = call.sandbox.world
    return world.open_topic(chat, world.bot, name, colour).public()


async def edit_forum_topic(call: Call) -> bool:
    """https://core.telegram.org/bots/api#editforumtopic; icons are not played."""
    topic = managed(call)
    name = call.params.get("name", "")
    if not name or name == topic.name:
        raise BadRequestError("TOPIC_NOT_MODIFIED")
    topic.name = named(name)
    tell(call, topic, {"forum_topic_edited": {"name": topic.name}})
    return True


async def close_forum_topic(call: Call) -> bool:
    """https://core.telegram.org/bots/api#closeforumtopic."""
    return turn(call, closed=True)


async def reopen_forum_topic(call: Call) -> bool:
    """https://core.telegram.org/bots/api#reopenforumtopic."""
    return turn(call, closed=False)


async def delete_forum_topic(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deleteforumtopic: its messages go with it."""
    topic, world = managed(call), call.sandbox.world
    world.take_topic_away(world.find_chat(call.params["chat_id"]), topic)
    return True


def turn(call: Call, *, closed: bool) -> bool:
    """Close or reopen; one that is so already is refused."""
    topic = managed(call)
    if topic.closed is closed:
        raise BadRequestError("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    tell(call, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return True


def tell(call: Call, topic: Topic, what: Json) -> None:
    """The service message that says so within the topic."""
    world = call.sandbox.world
    chat = world.find_chat(call.params["chat_id"])
    world.add_message(chat, world.bot, what | world.within(chat, topic.thread_id))


def forum(call: Call) -> Chat:
    """The chat, which must have topics."""
    if "icon_custom_emoji_id" in call.params:
        raise BadRequestError("the sandbox does not simulate parameter icon_custom_emoji_id")
    chat = call.sandbox.world.writable_chat(call.params["chat_id"])
    if not chat.is_forum:
        raise BadRequestError("the chat is not a forum")
    return chat


def managed(call: Call) -> Topic:
    """The topic, which the bot must have opened or be allowed to manage."""
    chat, world = forum(call), call.sandbox.world
    topic = chat.topics.get(call.params["message_thread_id"])
    if topic is None:
        raise BadRequestError("TOPIC_ID_INVALID")
    if topic.opened_by != world.bot["id"] and not world.may_manage_topics(chat):
        raise BadRequestError("not enough rights to edit the topic")
    return topic


def named(name: str) -> str:
    """A topic's name without what stands around it; too long a one is cut, as Telegram does."""
    clean = " ".join(name.split())
    if not clean:
        raise BadRequestError("title must be non-empty")
    while utf16_length(clean) > MAX_NAME:
        clean = clean[:-1]
    return clean
