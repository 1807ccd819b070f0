import asyncio
import json
import os
import signal
import socket
import sys

import pytest
from botapi_server import ANNA, BEN, BOSS, CHANNEL, GROUP, TOKEN, XIAOYU

from tests.loopback import http_client


async def test_the_world(server):
    """Four people with their chats, a group and a channel."""
    world = await server.get("world")
    assert world["bot"]["username"] == "snaporder_sandbox_bot"
    people = [(user["first_name"], user["language_code"]) for user in world["users"]]
    assert people == [("小雨", "zh-hans"), ("Anna", "en"), ("Ben", "en"), ("老板", "zh-hans")]
    kinds = [chat["type"] for chat in world["chats"]]
    assert kinds == ["private"] * 4 + ["supergroup", "channel"]
    assert world["chats"][4]["members"] == [XIAOYU, ANNA, BEN, BOSS]
    assert [chat["admins"] for chat in world["chats"][4:]] == [[XIAOYU, BOSS]] * 2


async def test_a_new_person_can_start_by_deep_link(server):
    """A created user has a private chat; /start with a payload reaches the bot."""
    user = await server.post("users", first_name="Li", language_code="zh-hans", username="li")
    message = await server.say(user["id"], "/start o_abc123")
    [update] = await server.updates()
    assert update["message"]["from"] == user
    assert update["message"]["text"] == "/start o_abc123"
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["sandbox"] == {"mine": user["id"], "edited": False, "deleted": False}
    ready = await server.post("users", first_name="Q", language_code="en", started=True)
    await server.ok("sendMessage", chat_id=ready["id"], text="hello")


async def test_messages_and_events_tell_the_same(server, chat):
    """Sending, editing, deleting and acting are events; messages show the present state."""
    seq = (await server.get(f"chats/{chat}/messages"))["seq"]
    sent = await server.ok("sendMessage", chat_id=chat, text="a")
    where = {"chat_id": chat, "message_id": sent["message_id"]}
    await server.ok("editMessageText", **where, text="b")
    await server.ok("sendChatAction", chat_id=chat, action="typing")
    await server.ok("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "🔥"}])
    await server.ok("deleteMessage", **where)
    answer = await server.get(f"chats/{chat}/wait", after_seq=seq)
    assert [e["type"] for e in answer["events"]] == [
        "message",
        "edit",
        "action",
        "reaction",
        "delete",
    ]
    assert [e["seq"] for e in answer["events"]] == list(range(seq + 1, seq + 6))
    assert answer["seq"] == seq + 5
    assert [e["message"]["text"] for e in answer["events"] if "message" in e] == ["a", "b", "b"]
    state = await server.get(f"chats/{chat}/messages", after_seq=seq)
    assert [m["sandbox"] for m in state["messages"]] == [
        {
            "mine": None,
            "edited": True,
            "deleted": True,
            "reactions": [{"type": "emoji", "emoji": "🔥"}],
        }
    ]


async def test_waiting_for_events(server, chat):
    """The long poll wakes up with the first event, and ends empty after its time."""
    seq = (await server.get(f"chats/{chat}/messages"))["seq"]
    waiting = asyncio.create_task(server.get(f"chats/{chat}/wait", after_seq=seq, timeout=10))
    await asyncio.sleep(0.05)
    await server.ok("sendMessage", chat_id=chat, text="a")
    async with asyncio.timeout(60):
        assert len((await waiting)["events"]) == 1
    empty = await server.get(f"chats/{chat}/wait", after_seq=seq + 1, timeout=0.1)
    assert empty == {"seq": seq + 1, "events": []}


async def test_server_sent_events(server, chat):
    """The stream gives what was missed and what comes; it resumes after Last-Event-ID."""

    async def read(response, wanted):
        events, number = [], None
        async for line in response.aiter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                event = json.loads(line[6:])
                assert event["seq"] == number
                events.append(event)
                if len(events) == wanted:
                    return events
        return events

    url = f"/sandbox/chats/{chat}/events?after_seq=0"
    async with asyncio.timeout(60), server.http.stream("GET", url) as response:
        assert response.headers["content-type"] == "text/event-stream"
        sending = asyncio.create_task(server.ok("sendMessage", chat_id=chat, text="now"))
        first, second = await read(response, 2)
        await sending
    assert [first["message"]["text"], second["message"]["text"]] == ["/start", "now"]
    headers = {"Last-Event-ID": str(first["seq"])}
    async with asyncio.timeout(60), server.http.stream("GET", url, headers=headers) as response:
        assert await read(response, 1) == [second]


async def test_a_reset_ends_streams(server, chat):
    """Whoever watches is told by the stream's end and can connect again."""
    async with (
        asyncio.timeout(60),
        server.http.stream("GET", f"/sandbox/chats/{chat}/events") as stream,
    ):
        await server.post("botapi/reset")
        async for _ in stream.aiter_lines():
            pass


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("hello all", False),
        ("/help", True),
        ("/help@snaporder_sandbox_bot", True),
        ("/help@other_bot", False),
        ("hey @snaporder_sandbox_bot look", True),
        ("hey @somebody look", False),
    ],
)
async def test_privacy_mode_in_groups(server, text, seen):
    """The bot sees commands, mentions and nothing else."""
    await server.say(ANNA, text, chat=GROUP)
    assert bool(await server.updates()) is seen


async def test_replies_and_service_messages_are_seen_in_groups(server):
    """An answer to the bot and a newcomer reach it; an answer to somebody else does not."""
    own = await server.ok("sendMessage", chat_id=GROUP, text="hi")
    other = await server.say(BEN, "chat", chat=GROUP)
    await server.say(ANNA, "to ben", chat=GROUP, reply_to=other["message_id"])
    await server.say(ANNA, "to bot", chat=GROUP, reply_to=own["message_id"])
    new = await server.post("users", first_name="New", language_code="en")
    await server.post(f"chats/{GROUP}/join", user_id=new["id"])
    reply, service = await server.updates()
    assert reply["message"]["reply_to_message"]["text"] == "hi"
    assert service["message"]["new_chat_members"] == [new]


async def test_a_channel(server):
    """The owner's post is a channel_post; others cannot write."""
    await server.say(BOSS, "sale", chat=CHANNEL)
    [update] = await server.updates()
    assert update["channel_post"]["sender_chat"]["type"] == "channel"
    answer = await server.http.post(
        f"/sandbox/chats/{CHANNEL}/send", json={"from": ANNA, "text": "x"}
    )
    assert answer.status_code == 403


async def test_new_chats(server):
    """Who makes a group adds the bot, which is told in both of Telegram's ways."""
    made = await server.post("chats", type="group", title="Small", members=[ANNA, BEN])
    assert made["type"] == "group"
    assert -(10**12) < made["id"] < 0
    await server.ok("sendMessage", chat_id=made["id"], text="x")
    change, service = await server.updates()
    assert change["my_chat_member"]["chat"] == made
    assert change["my_chat_member"]["from"]["id"] == ANNA
    assert change["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert change["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert [user["id"] for user in service["message"]["new_chat_members"]] == [424242]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"chats/{ANNA}/send", {"from": BEN, "text": "x"}, 400),
        (f"chats/{ANNA}/send", {"from": ANNA, "text": "x" * 4097}, 400),
        (f"chats/{ANNA}/send", {"from": ANNA, "text": " "}, 400),
        (f"chats/{ANNA}/send", {"from": ANNA}, 400),
        (f"chats/{ANNA}/send", {"text": "x"}, 400),
        (f"chats/{ANNA}/send", {"from": ANNA, "text": "x", "reply_to": 9}, 404),
        (f"chats/{ANNA}/tap", {"from": ANNA, "message_id": 9, "data": "x"}, 404),
        (f"chats/{ANNA}/edit", {"from": ANNA, "message_id": 9, "text": "x"}, 404),
        ("chats/5/send", {"from": ANNA, "text": "x"}, 404),
        ("users", {"first_name": " "}, 400),
        ("users/5/block", {}, 404),
        ("chats", {"type": "private", "title": "x", "members": [ANNA]}, 400),
        ("chats", {"type": "group", "title": "x", "members": []}, 400),
        (f"chats/{GROUP}/join", {"user_id": ANNA}, 400),
    ],
)
async def test_a_testers_mistakes(server, path, body, status):
    """Each mistake is answered with a status and a sentence."""
    answer = await server.http.post(f"/sandbox/{path}", json=body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


async def test_somebody_who_blocked_the_bot_cannot_write(server, chat):
    """As in the apps: first unblock, then write."""
    await server.post(f"users/{chat}/block")
    answer = await server.http.post(f"/sandbox/chats/{chat}/send", json={"from": ANNA, "text": "x"})
    assert answer.status_code == 409


async def test_the_command_line():
    """`python -m sandbox.botapi` serves alone, and stops when interrupted."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.botapi", "--port", str(port), "--token", TOKEN),
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30), http_client() as http:
            while b"Running on" not in await process.stdout.readline():
                assert process.returncode is None
            answer = await http.get(f"http://127.0.0.1:{port}/bot{TOKEN}/getMe")
            assert answer.json()["ok"]
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 60)


async def test_the_command_line_needs_a_proper_token():
    """A token without the bot's number is refused with a sentence."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.botapi", "--token", "secret"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"the token must look like" in errors
