import asyncio

import pytest
from botapi_server import ANNA, BEN, GROUP, serving
from telegram.error import Conflict

OTHER = (
    409,
    (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
        "is running"
    ),
)


async def test_updates_stay_until_confirmed(server):
    """An update is given again and again until a higher offset confirms it."""
    await server.say(ANNA, "/start")
    await server.say(ANNA, "two")
    first, second = await server.updates()
    assert second["update_id"] == first["update_id"] + 1
    assert await server.updates() == [first, second]
    assert await server.updates(offset=first["update_id"] + 1) == [second]
    assert await server.updates(offset=0) == [second]
    assert await server.updates(offset=second["update_id"] + 1) == []
    state = await server.get("updates")
    assert (state["pending"], state["last_confirmed"]) == (0, second["update_id"])


async def test_limit_and_negative_offset(server):
    """Limit cuts the batch; a negative offset forgets all but the last ones."""
    for text in ("1", "2", "3"):
        await server.say(ANNA, text)
    assert len(await server.updates(limit=2)) == 2
    kept = await server.updates(offset=-1)
    assert [update["message"]["text"] for update in kept] == ["3"]
    assert (await server.get("updates"))["pending"] == 1


async def somebody_asks(server):
    """Wait until a getUpdates is under way."""
    async with asyncio.timeout(60):
        while True:
            calls = (await server.get("botapi/calls", method="getUpdates"))["calls"]
            if any(each["status"] is None for each in calls):
                return
            await asyncio.sleep(0.01)


async def test_long_polling_returns_at_once_when_something_comes(server):
    """A waiting getUpdates wakes up with the first update; without one it ends empty."""
    assert await server.updates(timeout=0) == []
    poll = asyncio.create_task(server.updates(timeout=10))
    await somebody_asks(server)
    await server.say(ANNA, "hi")
    async with asyncio.timeout(60):
        assert len(await poll) == 1
    await server.updates(offset=-1)
    last = (await server.updates())[-1]["update_id"]
    started = asyncio.get_running_loop().time()
    assert await server.updates(offset=last + 1, timeout=1) == []
    assert asyncio.get_running_loop().time() - started > 0.9


async def test_a_second_poller_ends_the_first(server, bot):
    """The older getUpdates gets 409, the newer one goes on."""
    poll = asyncio.create_task(server.refused("getUpdates", timeout=10))
    await somebody_asks(server)
    newer = asyncio.create_task(server.updates(timeout=10))
    assert await poll == OTHER
    await server.say(ANNA, "hi")
    assert len(await newer) == 1


async def test_polling_conflicts_with_a_webhook(server, bot):
    """With a webhook set, getUpdates is refused; setting one ends a waiting poll."""
    poll = asyncio.create_task(server.refused("getUpdates", timeout=10))
    await somebody_asks(server)
    await bot.set_webhook("http://127.0.0.1:1/hook")
    assert await poll == (409, "Conflict: terminated by setWebhook request")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()


async def test_allowed_updates_hold_for_what_comes_later(server):
    """The choice is remembered and does not touch what already waits."""
    message = await server.say(ANNA, "/start")
    await server.updates(allowed_updates=["callback_query"])
    await server.say(ANNA, "unseen")
    await server.tap(ANNA, message["message_id"], "x")
    kinds = [set(update) - {"update_id"} for update in await server.updates()]
    assert kinds == [{"message"}, {"callback_query"}]
    assert (await server.refused("getUpdates", allowed_updates=["messages"]))[0] == 400
    await server.updates(allowed_updates=[])
    await server.say(ANNA, "seen")
    assert len(await server.updates()) == 3


async def test_edits_and_blocking_are_updates(server, chat):
    """edited_message and my_chat_member arrive in Telegram's shapes."""
    message = await server.say(ANNA, "helo")
    body = {"from": ANNA, "message_id": message["message_id"], "text": "hello"}
    await server.post(f"chats/{chat}/edit", **body)
    await server.post(f"users/{chat}/block")
    await server.post(f"users/{chat}/block")
    await server.post(f"users/{chat}/unblock")
    updates = await server.updates()
    assert updates[1]["edited_message"]["text"] == "hello"
    assert "edit_date" in updates[1]["edited_message"]
    changes = [
        (
            u["my_chat_member"]["old_chat_member"]["status"],
            u["my_chat_member"]["new_chat_member"]["status"],
        )
        for u in updates[2:]
    ]
    assert changes == [("member", "kicked"), ("kicked", "member")]


async def test_the_library_reads_every_kind_of_update(server, bot, chat):
    """python-telegram-bot parses what the sandbox makes."""
    await server.say(ANNA, "/start deep_link")
    message = await server.ok("sendMessage", chat_id=chat, text="x")
    await server.tap(ANNA, message["message_id"], "data")
    await server.ok("deleteMessage", chat_id=chat, message_id=message["message_id"])
    await server.tap(ANNA, message["message_id"], "data")
    await server.say(ANNA, "/help", chat=GROUP)
    await server.post(f"users/{chat}/block")
    start, tap, old_tap, group, member = await bot.get_updates()
    assert start.message.text == "/start deep_link"
    assert start.message.from_user.language_code == "en"
    assert tap.callback_query.message.text == "x"
    assert not old_tap.callback_query.message.is_accessible
    assert group.effective_chat.type == "supergroup"
    assert member.my_chat_member.new_chat_member.status == "kicked"


async def test_updates_again(server):
    """A confirmed update can be sent once more, by hand or by the switch."""
    await server.say(ANNA, "1")
    [update] = await server.updates()
    after = update["update_id"] + 1
    assert await server.updates(offset=after) == []
    await server.post("botapi/redeliver", update_id=update["update_id"])
    assert await server.updates(offset=after) == [update]
    assert await server.updates(offset=after) == []
    await server.patch(duplicate_updates=True)
    await server.say(BEN, "2")
    [second] = await server.updates(offset=after)
    assert await server.updates(offset=second["update_id"] + 1) == [second]
    assert await server.updates(offset=second["update_id"] + 1) == []
    unknown = await server.http.post("/sandbox/botapi/redeliver", json={"update_id": 1})
    assert unknown.status_code == 404


async def test_raw_updates(server):
    """Odd kinds are delivered as they are, with or without their own id."""
    given = await server.post("updates/raw", poll={"id": "1"})
    await server.post("updates/raw", update_id=999999999, strange={"a": None})
    updates = await server.updates()
    assert updates[0] == {"poll": {"id": "1"}, **given}
    assert updates[1] == {"update_id": 999999999, "strange": {"a": None}}
    assert (await server.http.post("/sandbox/updates/raw", json={})).status_code == 400


async def test_update_ids_go_on_after_a_reset():
    """A reset empties the world, yet a running bot's offset stays valid."""
    async with serving() as server:
        await server.say(ANNA, "before")
        [before] = await server.updates()
        await server.post("botapi/reset")
        assert await server.messages(ANNA) == []
        await server.say(ANNA, "after")
        [after] = await server.updates(offset=before["update_id"] + 1)
        assert after["message"]["text"] == "after"
