import asyncio

import pytest
from botapi_server import ANNA, BEN, BOSS, CHANNEL, GROUP, XIAOYU
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat

OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_get_me(bot):
    """The bot's id is its token's number; privacy mode is on."""
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (424242, "snaporder_sandbox_bot", True)
    assert me.can_read_all_group_messages is False


async def test_chats_and_members(server, bot):
    """Chats and members parse as the library's own objects."""
    assert (await bot.get_chat(GROUP)).type == "supergroup"
    assert (await bot.get_chat(ANNA)).username == "anna_sandbox"
    assert (await bot.get_chat_member(GROUP, BOSS)).status == "creator"
    assert (await bot.get_chat_member(CHANNEL, bot.id)).can_post_messages
    assert await bot.get_chat_member_count(GROUP) == 5
    new = await server.post("users", first_name="New", language_code="en")
    assert (await bot.get_chat_member(GROUP, new["id"])).status == "left"
    assert (await server.refused("getChatMember", chat_id=GROUP, user_id=5))[0] == 400


async def test_answering_a_callback_query(server, chat, bot):
    """The answer reaches the person once; a second one is refused like an old one."""
    message = await bot.send_message(chat, "x")
    query = await server.tap(ANNA, message.message_id, "crafted:" + "x" * 90)
    assert (await server.get(f"callbacks/{query}"))["answered"] is False
    waiting = asyncio.create_task(server.get(f"callbacks/{query}", timeout=60))
    seq = (await server.get(f"chats/{chat}/messages"))["seq"]
    await bot.answer_callback_query(query, text="好", show_alert=True)
    answer = {"text": "好", "show_alert": True, "url": ""}
    assert await server.get(f"callbacks/{query}") == {"answered": True, **answer}
    assert await waiting == {"answered": True, **answer}
    [event] = (await server.get(f"chats/{chat}/wait", after_seq=seq))["events"]
    assert event == {
        "seq": seq + 1,
        "type": "callback_answer",
        "callback_query_id": query,
        "user_id": ANNA,
        **answer,
    }
    assert await server.refused("answerCallbackQuery", callback_query_id=query) == (400, OLD)
    assert await server.refused("answerCallbackQuery", callback_query_id="1") == (400, OLD)


async def test_callback_queries_grow_old(server, chat):
    """After the life that the switch gives them, queries cannot be answered."""
    message = await server.ok("sendMessage", chat_id=chat, text="x")
    query = await server.tap(ANNA, message["message_id"], "x")
    await server.patch(callback_query_life=0)
    assert await server.refused("answerCallbackQuery", callback_query_id=query) == (400, OLD)


@pytest.mark.parametrize(
    ("params", "description"),
    [({"text": "x" * 201}, "MESSAGE_TOO_LONG"), ({"url": "https://1688.com"}, "URL_INVALID")],
)
async def test_callback_answers_that_are_refused(server, chat, params, description):
    """Too long a text, and any address but Telegram's own."""
    message = await server.ok("sendMessage", chat_id=chat, text="x")
    query = await server.tap(ANNA, message["message_id"], "x")
    refusal = await server.refused("answerCallbackQuery", callback_query_id=query, **params)
    assert refusal == (400, f"Bad Request: {description}")
    await server.ok("answerCallbackQuery", callback_query_id=query, text="x" * 200)


async def test_commands_by_scope_and_language(server, bot):
    """A person sees the narrowest list, in their language if there is one."""
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("/Orders", "Orders")], scope=private)
    await bot.set_my_commands([BotCommand("admin", "Admin")], scope=BotCommandScopeChat(BOSS))

    async def seen(chat_id, user_id):
        listed = await server.get("commands", chat_id=chat_id, user_id=user_id)
        return [(item["command"], item["description"]) for item in listed]

    assert await seen(ANNA, ANNA) == [("orders", "Orders")]
    assert await seen(BOSS, BOSS) == [("admin", "Admin")]
    assert await seen(GROUP, XIAOYU) == [("help", "帮助")]
    assert await seen(GROUP, BEN) == [("help", "Help")]
    assert [c.command for c in await bot.get_my_commands(scope=private)] == ["orders"]
    await bot.delete_my_commands(scope=private)
    assert await bot.get_my_commands(scope=private) == ()
    assert await seen(XIAOYU, XIAOYU) == [("help", "帮助")]


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"commands": [{"command": "a b", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": " "}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [], "language_code": "zh-hans"}, "invalid language code specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
        ({"commands": [{"command": "a"}]}, 'can\'t find field "description"'),
    ],
)
async def test_commands_that_are_refused(server, params, description):
    """Names, descriptions, numbers, languages and scopes are checked."""
    assert await server.refused("setMyCommands", **params) == (400, f"Bad Request: {description}")


async def test_what_the_bot_says_of_itself(server, bot):
    """Name and descriptions exist per language, with the general one as the fallback."""
    await bot.set_my_description("Order from 1688")
    await bot.set_my_description("在1688下单", language_code="zh")
    await bot.set_my_short_description("Short")
    await bot.set_my_name("拍单", language_code="zh")
    assert (await bot.get_my_description("zh")).description == "在1688下单"
    assert (await bot.get_my_description("ru")).description == "Order from 1688"
    assert (await bot.get_my_name()).name == "Snaporder"
    profile = await server.get("profile", language="zh-hans")
    assert profile == {"name": "拍单", "description": "在1688下单", "short_description": "Short"}
    await bot.set_my_name("", language_code="zh")
    assert (await bot.get_my_name("zh")).name == "Snaporder"
    assert (await server.refused("setMyShortDescription", short_description="x" * 121))[0] == 400


async def test_the_menu_button(server, bot):
    """Each private chat may have its own; a group has none."""
    app = {"type": "web_app", "text": "Open", "web_app": {"url": "https://example.com"}}
    await server.ok("setChatMenuButton", chat_id=ANNA, menu_button=app)
    assert (await bot.get_chat_menu_button(ANNA)).text == "Open"
    assert (await bot.get_chat_menu_button(BEN)).type == "commands"
    assert (await server.refused("getChatMenuButton", chat_id=GROUP))[0] == 400


async def test_reactions_and_pins(server, chat, bot):
    """One known emoji may be set; a pin leaves a service message and shows in getChat."""
    message = (await server.say(ANNA, "hi"))["message_id"]
    await bot.set_message_reaction(chat, message, "👍")
    shown = (await server.messages(chat))[-1]["sandbox"]["reactions"]
    assert shown == [{"type": "emoji", "emoji": "👍"}]
    emoji = {"type": "emoji", "emoji": "🛒"}
    wrong = {"chat_id": chat, "message_id": message, "reaction": [emoji]}
    assert await server.refused("setMessageReaction", **wrong) == (
        400,
        "Bad Request: REACTION_INVALID",
    )
    await bot.pin_chat_message(chat, message)
    assert (await bot.get_chat(chat)).pinned_message.text == "hi"
    assert (await server.messages(chat))[-1]["pinned_message"]["message_id"] == message
    sent = await server.ok("sendMessage", chat_id=GROUP, text="x")
    assert await server.refused("pinChatMessage", chat_id=GROUP, message_id=sent["message_id"]) == (
        400,
        "Bad Request: not enough rights to manage pinned messages in the chat",
    )


async def test_leaving(bot):
    """LogOut and close succeed."""
    assert await bot.log_out()
    assert await bot.close()
