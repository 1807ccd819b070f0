"""Questions to the operators: asked, taken, answered and closed, in their chats or their group."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from buying import at_preview
from chat import Person, Shown
from crashing import Clients, Own, own_world, until
from operators_desk import at_desk

ASKED = r"#Q\d+ was sent"
ARRIVED = r"^💬 #Q\d+ · .* asks:"


@dataclass
class World:
    own: Own
    operators: tuple[int, ...] = ()
    group: int | None = None
    running: bool = False

    async def settle(self, clients: Clients, group: int | None) -> None:
        """Have the bot run with that group for its operators, or with none."""
        if self.running and group == self.group:
            return
        bot = self.own.bot
        if not self.operators:
            self.operators = ((await clients.arrive()).id, (await clients.arrive()).id)
        if self.running:
            assert bot.stop() == 0
        self.group = group
        bot.environment["ADMIN_IDS"] = ",".join(map(str, self.operators))
        bot.environment["SUPPORT_CHAT"] = "" if group is None else str(group)
        bot.start()
        self.running = True
        await bot.ready()


@pytest.fixture(scope="module")
def world_of_questions() -> Iterator[World]:
    with own_world(LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0") as own:
        yield World(own)


@pytest.fixture
async def clients(world_of_questions: World) -> AsyncIterator[Clients]:
    async with world_of_questions.own.clients() as clients:
        yield clients


@pytest.fixture
async def operators(world_of_questions: World, clients: Clients) -> list[Person]:
    """Both operators, who hear in their own chats."""
    await world_of_questions.settle(clients, None)
    return [await at_desk(clients, each) for each in world_of_questions.operators]


class Group:
    """The operators' group, as they use it."""

    def __init__(self, clients: Clients, chat_id: int) -> None:
        self.http = clients.telegram
        self.id = chat_id

    async def post(self, action: str, **body: Any) -> Any:
        answer = await self.http.post(f"/sandbox/chats/{self.id}/{action}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def messages(self) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/sandbox/chats/{self.id}/messages")
        return [each for each in answer.json()["messages"] if not each["sandbox"]["deleted"]]

    async def sees(self, wanted: str, after: int = 0) -> Shown:
        """Wait until a message in the group matches."""
        watcher = Person(self.http, self.id, "en", seq=after)
        return await watcher.sees(wanted)

    async def is_closed(self) -> bool:
        return all(each["closed"] for each in await self.topics())

    async def topics(self) -> list[dict[str, Any]]:
        world = (await self.http.get("/sandbox/world")).json()
        [chat] = [each for each in world["chats"] if each["id"] == self.id]
        topics: list[dict[str, Any]] = chat["sandbox"].get("topics", [])
        return topics


async def forum(world: World, clients: Clients, *, rights: bool = True) -> Group:
    """A group with topics for a bot that may manage them, or not."""
    if not world.operators:
        world.operators = ((await clients.arrive()).id, (await clients.arrive()).id)
        world.own.bot.environment["ADMIN_IDS"] = ",".join(map(str, world.operators))
    members = [*world.operators, (await clients.arrive()).id]
    body = {"type": "supergroup", "title": "Desk", "members": members, "forum": True}
    made = (await clients.telegram.post("/sandbox/chats", json=body)).json()
    group = Group(clients, made["id"])
    if rights:
        await group.post("promote", rights=["can_manage_topics"])
    await world.settle(clients, group.id)
    return group


async def test_a_word_that_turns_back_is_no_question(clients: Clients, operators: list[Person]):
    """取消 instead of a question leads back; as an answer within one it reaches the operators."""
    person = await clients.arrive("zh-hans")
    await person.say("/support", "请问有什么问题")
    await person.say("取消", "今天想找点什么")
    for operator in operators:
        assert not await operator.sees_within(0.3, "取消")


async def test_a_question_is_answered_by_a_reply_and_goes_on(
    clients: Clients, operators: list[Person]
):
    """Both operators hear it; one replies; the person hears it, asks back, and is content."""
    anna, ben = operators
    person = await clients.arrive()
    await person.say("/support", "What is your question")
    await person.say("Do you ship to Chile?", ASKED)
    heard = await anna.sees(ARRIVED)
    assert "a general question" in heard.text
    assert "Do you ship to Chile?" in heard.text
    await ben.sees(ARRIVED)
    await anna.reply("Yes, by sea.", heard)
    await anna.sees("Sent: answer to #Q")
    answer = await person.sees(r"^💬 Answer to #Q\d+ · a general question")
    assert "Yes, by sea." in answer.text
    assert "Tester" not in answer.text  # who answered is their business
    assert "Yes, by sea." in (await ben.sees("Tester answered Tester")).text
    await person.reply("How long?", answer)
    await person.sees(ASKED)
    again = await anna.sees(ARRIVED)
    assert "Taken by Tester" in again.text
    await person.tap("solved", answer)
    assert "How long?" in (await person.sees("closed")).text
    for operator in operators:
        await operator.sees("says that it is solved")


async def test_an_answer_is_written_at_the_desk_and_another_operator_sees_who_took_it(
    clients: Clients, operators: list[Person]
):
    """From `/admin`, where questions come first, to the button that closes it."""
    anna, ben = operators
    person = await clients.arrive("zh")
    await person.say("/support", "请问有什么问题")
    await person.say("颜色有色差怎么办？", "已发出")
    await anna.sees(ARRIVED)
    desk = await anna.say("/admin", "Operator's desk.*Questions waiting for an answer: [1-9]")
    assert desk.labels[0].startswith("💬 Questions")
    listed = await anna.do("Questions", "Chinese|#Q")
    number = re.findall(r"#Q\d+", listed.text)[-1]
    shown = await anna.do(f"^{number}$", "颜色有色差怎么办")
    assert "Nobody has taken it yet" in shown.text
    await anna.do("I take it", "is yours")
    await ben.sees("Tester takes this question")
    seen = await ben.say("/admin", "Operator's desk")
    await ben.tap("Questions", seen)
    assert "Taken by Tester" in (await ben.sees("Questions waiting")).text
    await anna.say("可以退换。", "Sent: answer")
    answer = await person.sees("回复 #Q")
    assert "可以退换。" in answer.text
    await anna.do("^✅ Close", "is closed")
    await person.sees("已结束")
    assert f"{number} · 一般咨询 · 已结束" in (await person.say("/support", "我的咨询")).text


async def test_a_question_about_an_order_names_it_and_photos_go_both_ways(
    clients: Clients, operators: list[Person], samples: dict[str, bytes]
):
    """From the card, with a photo; the answer is a photo with a caption."""
    anna, _ = operators
    person = await clients.arrive()
    await at_preview(person)
    await person.do("Confirm order", "Order placed")
    listed = await person.say("/orders", "My orders")
    await person.tap("^1$", listed)
    card = await person.sees("State:")
    await person.tap("Ask about this order", card)
    order_no = re.search(r"S\d{6}-\w{8}", (await person.sees("Your question about order")).text)
    assert order_no is not None
    await person.photo(next(iter(samples.values())), "Is this the one?")
    await person.sees(ASKED)
    heard = await anna.sees(ARRIVED)
    assert heard.has_picture
    assert order_no[0] in heard.text
    assert "Is this the one?" in heard.text
    await anna.tap("Answer", heard)
    await anna.sees("Write the answer here")
    await anna.photo(next(iter(samples.values())), "No, this one.")
    answer = await person.sees("Answer to #Q")
    assert answer.has_picture
    assert "No, this one." in answer.text


async def test_what_is_no_question_is_said_and_bounds_hold(
    clients: Clients, operators: list[Person]
):
    """A file, a novel, a fourth open question; what is another's is not there."""
    anna, _ = operators
    person = await clients.arrive()
    await person.say("/support", "What is your question")
    await person.document(b"%PDF", "a.pdf")
    await person.sees("send a photo")
    await person.say("x" * 1025, "1,025 characters; up to 1,024")
    await person.say("One", ASKED)
    for words in ("Two", "Three"):
        await person.say("/support", "Your questions")
        await person.do("Ask something new", "What is your question")
        await person.say(words, ASKED)
    await person.say("/support", "Your questions")
    await person.do("Ask something new", "What is your question")
    await person.say("Four", "You have 3 open questions")
    heard = await anna.sees("Three")
    stranger = await clients.arrive()
    await stranger.say("/start", "Send a photo|photo")
    screen = await stranger.screen()
    data = screen.buttons[0]["callback_data"].split(".")
    number = re.search(r"#Q(\d+)", heard.text)
    assert number is not None
    for action in ("asked", "ask_more", "solved", "answer", "take_question", "close_question"):
        forged = ".".join([data[0], data[1], f"*{data[2].lstrip('*')}", action, number[1]])
        await stranger.press(screen.id, forged)
        shown = await stranger.sees("no such question|earlier step")
        assert "Three" not in shown.text


async def test_an_answer_that_cannot_be_delivered_comes_back_to_who_wrote_it(
    clients: Clients, operators: list[Person]
):
    """Whoever blocked the bot hears nothing; the operator hears that."""
    anna, _ = operators
    person = await clients.arrive()
    await person.say("/support", "What is your question")
    await person.say("Hello?", ASKED)
    heard = await anna.sees("Hello?")
    await clients.telegram.post(f"/sandbox/users/{person.id}/block")
    await anna.reply("Yes?", heard)
    await anna.sees("did not reach Tester")


async def test_in_a_forum_each_question_has_a_topic(world_of_questions: World, clients: Clients):
    """A reply in it goes out and is marked; what is no reply stays there; closing closes it."""
    group = await forum(world_of_questions, clients)
    operator, outsider = (
        world_of_questions.operators[0],
        (await group.http.get("/sandbox/world")).json()["chats"][-1]["members"][-1],
    )
    person = await clients.arrive()
    await person.say("/support", "What is your question")
    await person.say("Which colour?", ASKED)
    heard = await group.sees("Which colour")
    [topic] = await group.topics()
    assert re.fullmatch(r"#Q\d+ · Tester", topic["name"])
    assert heard.raw["message_thread_id"] == topic["message_thread_id"]
    thread = topic["message_thread_id"]
    await group.post("send", **{"from": operator, "text": "What do we say?", "topic": thread})
    await group.post("send", **{"from": outsider, "text": "Red", "reply_to": heard.id})
    await group.sees("Only operators")
    await group.post("send", **{"from": operator, "text": "Blue", "reply_to": heard.id})
    answer = await person.sees("Answer to #Q")
    assert "Blue" in answer.text
    assert not any("What do we say" in each.text or "Red" in each.text for each in person.seen)
    await person.reply("Thanks. And green?", answer)
    await person.sees(ASKED)
    again = await group.sees("And green")
    assert again.raw["message_thread_id"] == thread
    data = again.button("Close")["callback_data"]
    await group.post("tap", **{"from": operator, "message_id": again.id, "data": data})
    await person.sees("was closed")
    marked = [each for each in await group.messages() if each["sandbox"].get("reactions")]
    assert [each["text"] for each in marked] == ["Blue"]
    await until(group.is_closed)
    await person.reply("Wait, one more", answer)
    await person.sees(ASKED)
    await group.sees("Wait, one more")
    assert [each["closed"] for each in await group.topics()] == [False]
    # A topic that somebody deleted is opened anew.
    await group.post(f"topics/{thread}/delete")
    await person.reply("Hello?", answer)
    renewed = await group.sees("Hello\\?")
    assert renewed.raw["message_thread_id"] != thread


async def test_without_the_right_to_topics_the_group_hears_all_the_same(
    world_of_questions: World, clients: Clients
):
    """In its general topic, where a reply finds the question by its number; put out, each alone."""
    group = await forum(world_of_questions, clients, rights=False)
    operator = world_of_questions.operators[0]
    person = await clients.arrive()
    await person.say("/support", "What is your question")
    await person.say("Any discount?", ASKED)
    heard = await group.sees("Any discount")
    assert "message_thread_id" not in heard.raw
    await group.post("send", **{"from": operator, "text": "From 100 on", "reply_to": heard.id})
    assert "From 100 on" in (await person.sees("Answer to #Q")).text
    await world_of_questions.settle(clients, -1009999999999)
    anna = await at_desk(clients, operator)
    await person.say("/support", "Your questions")
    await person.do("Ask something new", "What is your question")
    await person.say("Still there?", ASKED)
    alone = await anna.sees("Still there")
    assert "support group can't be used (Chat not found)" in alone.text
