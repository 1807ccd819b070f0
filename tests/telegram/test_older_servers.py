"""Newer looks are left out once a server is found not to know them, and nobody is kept waiting."""

import io
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from PIL import Image
from telegram import CallbackQuery, User

from bot.chat.drawing import Drawer
from bot.chat.ephemeral import show_presser
from bot.chat.reading import Place as Pressed
from bot.chat.rich import Cell, Table
from bot.chat.screens import Button, RichScreen, Screen, SellerPicture, row
from bot.chat.texts import Html, texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.telegram import DirectBot, DirectRequest
from bot.telegram.abilities import Abilities, Ability
from bot.telegram.newer import (
    AnswerGuestQuery,
    EphemeralMessageParameters,
    SendEphemeralMessage,
    SendMessageDraft,
    SetMySettings,
    Style,
)
from sandbox.botapi import SANDBOX, BotApiConfig, Switches, create_app
from sandbox.botapi.people import People
from sandbox.botapi.world import GROUP
from tests.fakes.memory_storage import MemoryStorage

TOKEN = "424242:TEST-secret"
ANNA = 700000002
SESSION = Session(session_id="ABC234", chat_id=ChatId(ANNA), user_id=UserId(ANNA), revision=3)
CONFIRM = Button("Confirm", "confirm", style=Style.SUCCESS)
SOLD_OUT = Button("Red", "value", "1", disabled=True)
MOMENT = datetime(2026, 12, 1, 12, tzinfo=UTC)
PAY_BEFORE = Html(f"Pay before {texts_in('en').moment(MOMENT)}")


class Place:
    """A server of some version, and a bot that draws into Anna's chat there."""

    def __init__(self, server: TestServer) -> None:
        self.server = server
        self.state = server.app[SANDBOX]
        self.state.world.chats[ANNA].started = True
        self.now = 0.0
        request = DirectRequest()
        self.bot = DirectBot(
            TOKEN,
            base_url=str(server.make_url("/bot")),
            request=request,
            get_updates_request=request,
            abilities=Abilities(clock=lambda: self.now),
        )
        self.pictures = _Pictures()
        self.drawer = Drawer(self.bot, self.pictures, MemoryStorage(), rich=True)

    async def shows(self, screen: Screen) -> dict[str, object]:
        """Draw it; return the message as it stands."""
        await self.drawer.draw(SESSION, screen)
        return dict(list(self.state.world.chats[ANNA].entries.values())[-1].body)

    def tries(self) -> int:
        """How many calls that took since the last time this was asked."""
        calls = len(self.state.journal.view(None, 0, 10_000)["calls"])
        since, self._seen = calls - getattr(self, "_seen", 0), calls
        return since

    def becomes(self, version: str) -> None:
        self.state.set_switches(Switches(bot_api=version))


class _Pictures:
    """One grey picture, made as often as it is asked for."""

    def __init__(self) -> None:
        self.made = 0

    async def make(self, _: object) -> bytes:
        self.made += 1
        buffer = io.BytesIO()
        Image.new("RGB", (20, 10), "grey").save(buffer, "JPEG")
        return buffer.getvalue()


@pytest_asyncio.fixture
async def place() -> AsyncIterator[Place]:
    async with TestServer(create_app(BotApiConfig(TOKEN))) as server:
        place = Place(server)
        yield place
        await place.bot.shutdown()


def _button(message: dict[str, object]) -> dict[str, object]:
    markup = message["reply_markup"]
    assert isinstance(markup, dict)
    first: dict[str, object] = markup["inline_keyboard"][0][0]
    return first


def _is_plain_confirm(message: dict[str, object]) -> bool:
    return set(_button(message)) == {"text", "callback_data"}


def _has_moment(message: dict[str, object]) -> bool:
    return "date_time" in str(message.get("entities"))


NEWER = [
    pytest.param(Screen("Sure?", row(CONFIRM)), Ability.STYLES, "9.3", id="styles"),
    pytest.param(
        Screen(PAY_BEFORE, row(Button("Pay", "pay"))), Ability.MOMENTS, "9.4", id="moment"
    ),
    pytest.param(Screen("Colour?", row(SOLD_OUT)), Ability.DISABLED, "10.2", id="disabled"),
    pytest.param(
        Screen("How many?", row(Button("1", "take", "1")), asks=True),
        Ability.ASKING,
        "10.2",
        id="force_reply",
    ),
]


@pytest.mark.parametrize(("screen", "ability", "before"), NEWER)
async def test_a_newer_look_is_shown_where_it_is_known(
    place: Place, screen: Screen, ability: Ability, before: str
) -> None:
    """The newest server gets everything in one call."""
    message = await place.shows(screen)
    seen = {
        Ability.STYLES: lambda: _button(message)["style"] == "success",
        Ability.MOMENTS: lambda: _has_moment(message),
        Ability.DISABLED: lambda: _button(message) == {"text": "Red", "disabled": {}},
        Ability.ASKING: lambda: message["reply_markup"]["force_reply"] is True,  # type: ignore[index]
    }
    assert seen[ability]()
    assert place.tries() == 1


@pytest.mark.parametrize(("screen", "ability", "before"), NEWER)
async def test_a_server_that_refuses_it_is_asked_once(
    place: Place, screen: Screen, ability: Ability, before: str
) -> None:
    """The message comes all the same, the next one is plain at once, a day later it is tried."""
    place.becomes(before)
    message = await place.shows(screen)
    assert _is_plain_confirm(message)
    assert not _has_moment(message)
    assert place.tries() == 2
    assert not place.bot.abilities.has(ability)

    await place.shows(screen)
    assert place.tries() == 1

    place.becomes("10.5")
    place.now += 86_401
    await place.shows(screen)
    assert place.tries() == 1
    assert place.bot.abilities.has(ability)


async def test_only_what_is_refused_is_left_out(place: Place) -> None:
    """A server that knows colours and no disabled buttons goes on showing colours."""
    place.becomes("10.2")
    both = Screen("Colour?", row(CONFIRM, SOLD_OUT), asks=True)
    for _ in range(3):
        message = await place.shows(both)
    assert _button(message)["style"] == "success"
    assert place.bot.abilities.has(Ability.STYLES)
    assert not place.bot.abilities.has(Ability.DISABLED)


async def test_a_refusal_for_another_reason_accuses_nothing(place: Place) -> None:
    """A screen that Telegram refuses with and without its colours says nothing of colours."""
    place.state.set_switches(Switches(refuse_local_urls=True))
    local = Button("Pay", url="http://127.0.0.1/pay")
    message = await place.shows(Screen("Pay", row(local) + row(CONFIRM)))
    assert _is_plain_confirm(message)
    assert place.bot.abilities.has(Ability.STYLES)


@pytest.mark.parametrize(
    ("ask", "before"),
    [
        (lambda: SendMessageDraft(chat_id=ANNA, draft_id=7, text="Searching …"), "9.4"),
        (lambda: SetMySettings(supports_inline_queries=True), "10.4"),
    ],
    ids=["draft", "settings"],
)
async def test_a_call_that_a_server_does_not_know_is_made_once(
    place: Place, ask: Callable[[], SendMessageDraft | SetMySettings], before: str
) -> None:
    """404 is remembered, not repeated; a day later it is tried again."""
    assert await place.bot.ask(ask()) is True
    assert place.tries() == 1
    place.becomes(before)
    assert await place.bot.ask(ask()) is None
    place.tries()
    assert await place.bot.ask(ask()) is None
    assert place.tries() == 0
    place.becomes("10.5")
    place.now += 86_401
    assert await place.bot.ask(ask()) is True


AS_TABLE = Screen(
    "<b>Check it</b>\nGoods: ¥12.00",
    row(CONFIRM),
    SellerPicture("https://a.alicdn.com/1.jpg"),
    rich=RichScreen(
        (
            Html("<b>Check &amp; see</b> <i>it</i>\nNow"),
            Table(((Cell(Html("Goods"), span=2), Cell(Html("<b>¥12.00</b>"), number=True)),)),
            PAY_BEFORE,
        ),
        SellerPicture("https://a.alicdn.com/1.jpg"),
    ),
)


async def test_a_table_is_drawn_where_it_is_known(place: Place) -> None:
    """With its picture, uploaded once; a text is turned into it and back in its place."""
    message = await place.shows(AS_TABLE)
    rich = message["rich_message"]
    assert isinstance(rich, dict)
    photo, first, second, table, deadline = rich["blocks"]
    assert photo["photo"][-1]["width"] == 20
    assert first["text"] == [
        {"type": "bold", "text": "Check & see"},
        " ",
        {"type": "italic", "text": "it"},
    ]
    assert second["text"] == "Now"
    [[label, amount]] = table["cells"]
    assert (label["text"], label["colspan"], amount["align"]) == ("Goods", 2, "right")
    assert amount["text"] == {"type": "bold", "text": "¥12.00"}
    assert deadline["text"][1]["unix_time"] == int(MOMENT.timestamp())
    assert place.tries() == 1

    here = Pressed(int(str(message["message_id"])), has_text=True, photo=None, has_buttons=True)
    await place.drawer.draw(SESSION, Screen("Now in words", row(CONFIRM)), here)
    await place.drawer.draw(SESSION, AS_TABLE, here)
    [entry] = place.state.world.chats[ANNA].entries.values()
    assert len(entry.body["rich_message"]["blocks"]) == 5
    assert (place.tries(), place.pictures.made) == (2, 1)


@pytest.mark.parametrize("before", ["10.0", "10.1", "10.2"])
async def test_a_server_that_refuses_tables_gets_the_words(place: Place, before: str) -> None:
    """Below the picture, as ever; the next one at once, and tables again a day later."""
    place.becomes(before)
    message = await place.shows(AS_TABLE)
    assert message["caption"] == "Check it\nGoods: ¥12.00"
    assert not place.bot.abilities.has(Ability.RICH)
    place.tries()
    await place.shows(AS_TABLE)
    assert place.tries() == 1

    place.becomes("10.5")
    place.now += 86_401
    assert "rich_message" in await place.shows(AS_TABLE)


async def test_a_table_that_is_refused_for_what_it_says_accuses_no_server(place: Place) -> None:
    """A server that has taken tables goes on getting them."""
    assert "rich_message" in await place.shows(AS_TABLE)
    twenty_one = Table((tuple(Cell(Html("a")) for _ in range(21)),))
    too_wide = Screen("Words", row(CONFIRM), rich=RichScreen((twenty_one,)))
    assert (await place.shows(too_wide))["text"] == "Words"
    assert place.bot.abilities.has(Ability.RICH)


async def test_an_answer_to_a_guest_is_given_up_where_it_is_not_known(place: Place) -> None:
    """Such a server sends no guests either, so one left over from a newer one goes unanswered."""
    place.becomes("9.6")
    answer = AnswerGuestQuery(guest_query_id="1", result={"type": "article", "id": "1"})
    assert await place.bot.ask(answer) is None
    assert not place.bot.abilities.has(Ability.GUEST)
    place.tries()
    assert await place.bot.ask(answer) is None
    assert place.tries() == 0


async def test_what_is_for_one_person_is_never_shown_to_a_group(place: Place) -> None:
    """Whoever pressed sees it; an older server refuses it, and the group never sees it."""
    world, people = place.state.world, People(place.state)
    group = world.chats[GROUP]
    card = world.add_message(group, world.bot, {"text": "Join"}).body["message_id"]

    async def tell() -> object:
        press = people.tap(group, ANNA, card, "part")
        by_press = EphemeralMessageParameters(callback_query_id=press)
        return await place.bot.ask(
            SendEphemeralMessage(ephemeral_message_parameters=by_press, text="You pay ¥12.00")
        )

    assert await tell() is not None
    [seen] = [each for each in group.events.after(0) if each["type"] == "ephemeral"]
    assert (seen["user_id"], seen["message"]["text"]) == (ANNA, "You pay ¥12.00")
    place.tries()

    for version in ("10.1", "10.3"):
        place.now += 86_401
        place.becomes(version)
        assert (await tell(), place.tries()) == (None, 1)
        assert (await tell(), place.tries()) == (None, 0)
    assert list(group.entries) == [card]
    assert len([each for each in group.events.after(0) if each["type"] == "ephemeral"]) == 1


@pytest.mark.parametrize(
    ("version", "age", "shown"),
    [("10.5", 0, True), ("10.5", 15, False), ("10.3", 0, False)],
    ids=["shown", "late", "older server"],
)
async def test_a_press_that_cannot_be_answered_in_the_group_opens_the_private_chat(
    place: Place, version: str, age: int, *, shown: bool
) -> None:
    """The press is answered in any case: with the message, or with a link that shows the same."""
    await place.bot.initialize()
    place.becomes(version)
    world, people = place.state.world, People(place.state)
    group = world.chats[GROUP]
    card = world.add_message(group, world.bot, {"text": "Join"}).body["message_id"]
    press = people.tap(group, ANNA, card, "part")
    query = CallbackQuery(press, User(ANNA, "Anna", is_bot=False), "1", data="part")
    screen = Screen("You pay <b>¥12.00</b>", row(Button("Open", url="https://t.me/b?start=x")))
    age_of_it = timedelta(seconds=age)
    assert (await show_presser(place.bot, query, screen, payload="part_7", age=age_of_it)) is shown
    seen = [
        each["message"]["text"] for each in group.events.after(0) if each["type"] == "ephemeral"
    ]
    assert seen == (["You pay ¥12.00"] if shown else [])
    answer = place.state.callbacks[press].answer
    assert answer is not None
    link = "" if shown else f"https://t.me/{place.bot.username}?start=part_7"
    assert answer["url"] == link
