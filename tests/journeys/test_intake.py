"""Whatever Telegram may send has a defined end, in order within a chat, beside other chats."""

import asyncio
import base64
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from chat import Person
from crashing import Clients, Own, over_both, own_world, stored_in, until

from bot.storage.sealing import Sealer

KEY = bytes(range(32))
FOUND = "Results for"


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    with (
        stored_in(request) as there,
        own_world(**{"DATA_KEY": base64.b64encode(KEY).decode(), **there}) as own,
    ):
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


def _by(person: Person, **content: Any) -> dict[str, Any]:
    return {
        "message_id": 800_000,
        "date": 1,
        "chat": {"id": person.id, "type": "private", "first_name": "T"},
        "from": {"id": person.id, "is_bot": False, "first_name": "T", "language_code": "en"},
        **content,
    }


_FILE = {"file_id": "f", "file_unique_id": "u"}
UNDERSTOOD = "understand photos"
MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "sticker": (
        {
            "sticker": {
                **_FILE,
                "width": 9,
                "height": 9,
                "type": "regular",
                "is_animated": False,
                "is_video": False,
            }
        },
        UNDERSTOOD,
    ),
    "voice": ({"voice": {**_FILE, "duration": 1}}, UNDERSTOOD),
    "video": ({"video": {**_FILE, "width": 9, "height": 9, "duration": 1}}, "videos"),
    "contact": ({"contact": {"phone_number": "13812345678", "first_name": "A"}}, UNDERSTOOD),
    "location": ({"location": {"latitude": 30.2, "longitude": 120.1}}, UNDERSTOOD),
    "dice": ({"dice": {"emoji": "🎲", "value": 3}}, UNDERSTOOD),
    "poll": (
        {
            "poll": {
                "id": "1",
                "question": "q",
                "options": [],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
            }
        },
        UNDERSTOOD,
    ),
    "unknown command": (
        {"text": "/nonsense", "entities": [{"type": "bot_command", "offset": 0, "length": 9}]},
        "don't know that command",
    ),
    "kind of the future": ({"hologram": {"id": "x"}}, UNDERSTOOD),
}


@pytest.mark.parametrize("kind", MESSAGES)
async def test_a_message_of_another_kind_is_answered_with_what_is_understood(
    own: Own, kind: str
) -> None:
    """Stickers, places, polls, kinds yet to come: one line, and the step stays."""
    content, answer = MESSAGES[kind]
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say("背包", FOUND)
        await _raw(clients, message=_by(buyer, **content))
        assert FOUND in (await buyer.sees(answer)).text


async def test_an_edited_message_is_told_that_only_new_ones_count(own: Own) -> None:
    """Words that were changed are answered; a live location that moves is not."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say("背包", FOUND)
        edited = _by(buyer, text="女包", edit_date=2)
        await _raw(clients, edited_message=edited)
        await buyer.sees("only read new messages")
        moved = _by(buyer, location={"latitude": 30.2, "longitude": 120.1}, edit_date=2)
        await _raw(clients, edited_message=moved)
        await buyer.sees_nothing_new()


def _member(status: str) -> dict[str, Any]:
    return {"status": status, "user": {"id": 1, "is_bot": True, "first_name": "B"}}


async def test_everything_that_asks_for_no_answer_gets_none(own: Own) -> None:
    """Posts in channels, groups' talk, blocks, queries, rubbish: nothing is said or stuck."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say("背包", FOUND)
        person = _by(buyer)["from"]
        channel = {"id": -1001234, "type": "channel", "title": "C"}
        group = {"id": -1005678, "type": "supergroup", "title": "G"}
        silent: list[dict[str, Any]] = [
            {"message": _by(buyer, pinned_message=_by(buyer, text="x"))},
            {
                "message": _by(
                    buyer, message_auto_delete_timer_changed={"message_auto_delete_time": 1}
                )
            },
            {"message": _by(buyer, text="hello", chat=group)},
            {"message": _by(buyer, new_chat_members=[person], chat=group)},
            {"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "x"}},
            {"edited_channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "x"}},
            {
                "my_chat_member": {
                    "chat": _by(buyer)["chat"],
                    "from": person,
                    "date": 1,
                    "old_chat_member": _member("kicked"),
                    "new_chat_member": _member("member"),
                }
            },
            {"inline_query": {"id": "1", "from": person, "query": "x", "offset": ""}},
            {"poll_answer": {"poll_id": "1", "user": person, "option_ids": [0]}},
            {"poll": {"id": "1"}},
            {"message": {"chat": {"id": buyer.id}}},
            {"message": "words"},
            {"callback_query": {"id": "7", "chat": {"id": buyer.id}}},
            {"invention_of_2040": {"chat": {"id": buyer.id}, "x": [[{}]]}},
        ]
        for each in silent:
            await _raw(clients, **each)
        await buyer.sees_nothing_new()
        await buyer.say("袜子", FOUND)
        assert own.bot.process is not None
        assert own.bot.process.poll() is None

        async def all_finished() -> bool:
            return await asyncio.to_thread(_rows, own, "waiting") == 0

        await until(all_finished)


async def test_a_press_in_a_group_has_no_power_and_stops_spinning(own: Own) -> None:
    """A private chat's button that came into a group: answered, and nothing else happens."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        screen = await buyer.say("背包", FOUND)
        before = await clients.calls("answerCallbackQuery")
        group = {"id": -1005678, "type": "supergroup", "title": "G"}
        shown = {"message_id": 5, "date": 1, "chat": group, "text": "x"}
        person, data = _by(buyer)["from"], screen.button("^1$")["callback_data"]
        query = {"id": "9", "from": person, "chat_instance": "1", "data": data, "message": shown}
        await _raw(clients, callback_query=query)

        async def answered() -> bool:
            return await clients.calls("answerCallbackQuery") == before + 1

        await until(answered)
        await buyer.sees_nothing_new()


async def test_messages_of_one_chat_are_answered_in_order(own: Own) -> None:
    """Twenty words at once: answers in the order of the words, the last one's last.

    A search that takes longer than the chat waits for it gives way to the next, so a busy machine
    may leave out some.
    """
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say("/start", "Snaporder")
        for number in range(20):
            await buyer.send(f"背包{number}")
        await buyer.sees("背包19")
        shown = [each.text for each in await buyer.history() if each.raw["from"]["is_bot"]]
        order = [int(text.split("“背包")[1].split("”")[0]) for text in shown if "“背包" in text]
        assert order == sorted(set(order))
        assert order[-1] == 19


async def test_a_slow_chat_does_not_delay_another(own: Own) -> None:
    """While the marketplace keeps one person waiting, another is served."""
    async with own.clients() as clients:
        slow, quick = await clients.arrive(), await clients.arrive()
        await clients.market_fault("keyword_search", "slow", seconds=8)
        await slow.send("背包")
        await quick.say("/start", "Snaporder")
        assert not [each for each in await slow.history() if FOUND in each.text]
        await clients.no_faults()
        await slow.sees(FOUND)


@over_both("own")
async def test_a_backlog_is_worked_off_in_order_at_the_start(own: Own) -> None:
    """Ten people wrote twelve messages each while the bot was down."""
    async with own.clients() as clients:
        people = [await clients.arrive() for _ in range(10)]
        for person in people:
            await person.say("/start", "Snaporder")
        own.bot.kill()
        for number in range(12):
            await asyncio.gather(*(person.send(f"/x{number}") for person in people))
        await asyncio.gather(*(person.send("/language") for person in people))
        own.bot.start()
        await own.bot.ready()
        for person in people:
            await person.sees("anguage")
        for person in people:
            commands = [each for each in await person.history() if "don't know" in each.text]
            assert len(commands) == 12


async def test_an_update_that_keeps_failing_is_parked_and_the_person_told(own: Own) -> None:
    """A spoilt session: tried again, put aside with its error, and said so in their language."""
    async with own.clients() as clients:
        before = await asyncio.to_thread(_rows, own, "parked")
        buyer = await clients.arrive("zh-hans")
        await buyer.say("/start", "Snaporder")
        await asyncio.to_thread(own.bot.stop)
        sealed = Sealer(KEY).seal(b'{"session_id": 5}', f"sessions/{buyer.id}/{buyer.id}")
        with sqlite3.connect(own.bot.folder / "bot.db") as connection:
            changed = connection.execute(
                "UPDATE sessions SET body = ? WHERE user_id = ?", (sealed, buyer.id)
            )
            assert changed.rowcount == 1
        own.bot.start()
        await own.bot.ready()
        await buyer.send("背包")
        await buyer.sees("我们这边出了|出错|没有处理|失败")

        async def parked() -> bool:
            return await asyncio.to_thread(_rows, own, "parked") > before

        await until(parked)
        assert "update_parked" in own.bot.log.read_text("utf-8")
        await (await clients.arrive()).say("/start", "Snaporder")


async def _raw(clients: Clients, **update: Any) -> None:
    answer = await clients.telegram.post("/sandbox/updates/raw", json=update)
    assert answer.status_code == 200, answer.text


def _rows(own: Own, state: str) -> int:
    with sqlite3.connect(own.bot.folder / "bot.db") as connection:
        query = "SELECT count(*) FROM inbox WHERE state = ?"
        return int(connection.execute(query, (state,)).fetchone()[0])
