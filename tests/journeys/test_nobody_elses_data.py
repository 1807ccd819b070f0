"""Crafted buttons, links and numbers that reach for somebody else's session, address or order.

Anybody can send any callback data with a client of their own, so the bot trusts none of it.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import cycle

import httpx
import pytest
from buying import TAPE_MEASURE, Market, at_lines, placed
from chat import Person, Shown
from processes import BotProcess
from steps import PLACES, Place

from bot.chat.buttons import Press
from bot.chat.routing import Buttons
from bot.domain.sessions import Step
from handlers.journey import entry_points, states
from tests.tiers import SLOW, slow_but

Arrive = Callable[..., Awaitable[Person]]

NAME, PHONE, STREET = "欧阳铁柱", "13987654321", "望江东路299号"
ADDRESS = f"{NAME} {PHONE} 浙江省杭州市上城区望江街道{STREET}"
OLD = "earlier step"
FAILED = "failed on our side"


def _actions_of(handlers) -> list[str]:
    return [name for each in handlers if isinstance(each, Buttons) for name in each._actions]


STANDING = _actions_of(entry_points())
OF_STEP = {step: _actions_of(handlers) for step, handlers in states().items()}
EVERY = sorted({*STANDING, *(name for names in OF_STEP.values() for name in names)})
# A shop's screens are reached in a shop alone: tests/journeys/test_shop.py.
_OF_A_SHOP = {Step.PROOF, Step.CASE, Step.TERMS}
# Without operators nobody can be asked: tests/journeys/test_questions.py.
_OF_QUESTIONS = {Step.QUESTION, Step.ANSWER}
# Operators alone publish: tests/journeys/test_publish.py.
_OF_OPERATORS = {Step.PUBLISH}
# Group buys are there where a setting allows them: tests/journeys/test_group_buy.py.
_OF_GROUPS = {Step.BUY_TERMS, Step.JOINING, Step.BUY}
_ELSEWHERE = {
    *(Step.PLACING, Step.PAYMENT),
    *(*_OF_A_SHOP, *_OF_QUESTIONS, *_OF_OPERATORS, *_OF_GROUPS),
}
WALKED = [step for step in OF_STEP if step not in _ELSEWHERE]


ABOUT_ORDERS = (
    *("pay", "check", "look", "card", "cancel", "cancel_yes", "receipt", "receipt_yes"),
    *("reorder", "reorder_yes", "reorder_pick", "prove", "ask", "dearer", "dearer_yes"),
)
LEADING_ON = {  # whatever their argument, they ask for nothing by it
    *("resume", "over", "addresses", "orders", "lines", "refine", "keep", "again"),
    *("filters", "prices", "any_price", "clear", "apply", "navigate", "offer"),
    *("choose", "results", "back", "more", "checkout", "manage", "add", "address"),
    *("accept", "save", "confirm", "note", "no_note", "new", "leave", "here"),
    *("mine", "earlier", "together", "together_pay", "together_check"),
    *("cart", "next", "undo", "support", "ask_new", "given_up"),
}


def _meant_for(action: str, victim: "Victim") -> tuple[str, ...]:
    """The ids to press an action with: every one, unless it takes none at all."""
    return (victim.order_no,) if action in LEADING_ON else victim.ids


@dataclass(frozen=True)
class Victim:
    """Somebody with an address, an unpaid order and a session in which they stand at it."""

    person: Person
    order_no: str
    order_id: str
    address_id: str
    session_id: str
    revision: int

    @property
    def ids(self) -> tuple[str, ...]:
        return self.order_no, self.address_id, self.order_id, self.session_id

    def secrets(self) -> tuple[str, ...]:
        """What nobody else may ever be shown."""
        return NAME, PHONE, STREET, self.order_id

    def is_unseen_by(self, other: list[Shown]) -> bool:
        shown = "\n".join(f"{each.text} {each.raw.get('reply_markup')}" for each in other)
        return not any(secret in shown for secret in self.secrets())


@pytest.fixture
async def victim(person: Arrive, marketplace: httpx.AsyncClient) -> Victim:
    """Order something, and look at the address book on the way."""
    owner = await person()
    await at_lines(owner, TAPE_MEASURE, 4)
    await owner.do("Continue", "address yet")
    await owner.say(ADDRESS, "Is this right")
    await owner.do("Save", "Total to pay")
    book = await owner.say("/address", "Your addresses")
    address_id = _press_of(book, "deliver", "open").arg
    await owner.do("Back", "Total to pay")
    await owner.do("Confirm order", "Order placed")
    order = await Market(marketplace).only_order()
    at = _press_of(await owner.screen(), "check", "new")
    number = at.revision if at.revision is not None else at.drawn
    assert number is not None
    return Victim(owner, order["thirdOrderId"], order["orderId"], address_id, at.session_id, number)


def _press_of(shown: Shown, *actions: str) -> Press:
    presses = [
        Press.decode(each["callback_data"]) for each in shown.buttons if "callback_data" in each
    ]
    return next(each for each in presses if each.action in actions)


def _own_press(shown: Shown) -> Press:
    """The session and revision that a screen was drawn for."""
    presses = [
        Press.decode(each["callback_data"]) for each in shown.buttons if "callback_data" in each
    ]
    return next((each for each in presses if each.revision is not None), presses[0])


async def _assert_untouched(victim: Victim, marketplace: httpx.AsyncClient) -> None:
    """The order waits for payment as before, its owner stands where they stood."""
    orders = {each["orderId"]: each["status"] for each in await Market(marketplace).orders()}
    assert orders[victim.order_id] == "waitbuyerpay"
    await victim.person.sees_nothing_new(0.05)
    shown = await victim.person.screen()
    assert "Order placed" in shown.text
    book = await victim.person.say("/address", "Your addresses")
    assert len([label for label in book.labels if NAME in label]) == 1


@SLOW
async def test_another_persons_session_opens_nothing(
    victim: Victim, person: Arrive, marketplace: httpx.AsyncClient, bot: BotProcess
) -> None:
    """Every action there is, pressed with somebody else's session at its own revision."""
    thief = await person()
    first = await thief.say("/start", "What are you looking for")
    before = bot.log.stat().st_size
    for action in EVERY:
        for revision in (victim.revision, None):
            for arg in (victim.order_no, victim.address_id):
                press = Press(victim.session_id, revision, action, arg, drawn=victim.revision)
                query = await thief.press(first.id, press.encode())
                assert OLD in (await thief.toast(query) or ""), action
    history = await thief.history()
    assert victim.is_unseen_by(history)
    assert not [each for each in history if FAILED in each.text]
    await thief.say("/start", "What are you looking for")
    await _assert_untouched(victim, marketplace)
    noted = _noted(bot, before)
    assert noted.count("another session") >= len(EVERY)
    assert not any(secret in noted for secret in (NAME, PHONE, STREET))


@pytest.mark.parametrize(
    ("step", "known"),
    [(Step.PREVIEW, 1), *(pytest.param(each, 4, marks=SLOW) for each in WALKED)],
)
async def test_another_persons_ids_open_nothing(
    step: Step,
    known: int,
    victim: Victim,
    person: Arrive,
    marketplace: httpx.AsyncClient,
    bot: BotProcess,
) -> None:
    """In one's own session, at its present revision, where the action is understood.

    The thief knows the order's number, or every id that there is.
    """
    before = bot.log.stat().st_size
    thief = Visitor(person, PLACES[step.value])
    for action in (*OF_STEP[step], *STANDING):
        for arg in _meant_for(action, victim)[:known]:
            await thief.press(action, arg, standing=action in STANDING)
    history = await thief.seen()
    assert victim.is_unseen_by(history)
    assert not [each for each in history if FAILED in each.text]
    await _assert_untouched(victim, marketplace)
    noted = _noted(bot, before)
    assert noted.count("another person's order") == len(ABOUT_ORDERS)
    assert not any(secret in noted for secret in (NAME, PHONE, STREET))


def _noted(bot: BotProcess, since: int) -> str:
    """What the bot logged after that many bytes."""
    with bot.log.open("rb") as log:
        log.seek(since)
        return log.read().decode()


class Visitor:
    """Stands at a place; whenever a press led away from it, somebody new stands there."""

    def __init__(self, arrive: Arrive, place: Place) -> None:
        self._arrive, self._place = arrive, place
        self._people: list[Person] = []

    async def press(self, action: str, arg: str, *, standing: bool = False) -> None:
        """Press a crafted button of one's own session, and wait until it is answered."""
        shown = await self._screen()
        own = _own_press(shown)
        revision = None if standing else own.revision
        data = Press(own.session_id, revision, action, arg, drawn=own.drawn).encode()
        person = self._people[-1]
        await person.toast(await person.press(shown.id, data))

    async def seen(self) -> list[Shown]:
        """Everything that the bot showed them."""
        return [shown for each in self._people for shown in await each.history()]

    async def _screen(self) -> Shown:
        if self._people:
            newest = (await self._people[-1].history())[-1]
            if newest.rows and re.search(self._place.en, newest.text, re.DOTALL):
                return newest
        self._people.append(await self._arrive())
        return await self._place.walk(self._people[-1])


@pytest.mark.parametrize(
    "typed",
    slow_but(
        ["{0}", "/start order-{0}"],
        [
            "{0}",
            "/start {0}",
            "/start order-{0}",
            "/orders {0}",
            "{1}",
            "{2}",
            "/start {3}",
            "#{0}",
        ],
    ),
)
async def test_another_persons_numbers_typed_open_nothing(
    typed: str, victim: Victim, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A number is no key: it may be looked for as words, and leads to no order."""
    thief = await person()
    await thief.say("/start", "What are you looking for")
    text = typed.format(*victim.ids)
    await thief.send(text)
    await thief.sees(".")
    await thief.say("/orders", "No orders yet")
    said = [each for each in await thief.history() if each.raw["from"].get("is_bot")]
    secrets = [each for each in victim.secrets() if each not in text]
    assert not [each for each in said if any(secret in each.text for secret in secrets)]
    assert not [each for each in said if "Order placed" in each.text]
    await _assert_untouched(victim, marketplace)


async def test_a_guest_in_the_same_group_learns_nothing(
    victim: Victim, person: Arrive, telegram: httpx.AsyncClient, marketplace: httpx.AsyncClient
) -> None:
    """Neither the owner's press nor the guest's shows anything of the order there."""
    guest = await person()
    members = [victim.person.id, guest.id]
    body = {"type": "supergroup", "title": "Friends", "members": members}
    group = (await telegram.post("/sandbox/chats", json=body)).json()["id"]
    await telegram.post(f"/sandbox/chats/{group}/send", json={"from": guest.id, "text": "/start"})
    answer = await _answered_in(telegram, group)
    for member in members:
        for action in STANDING:
            press = Press(victim.session_id, None, action, victim.order_no, drawn=1)
            body = {"from": member, "message_id": answer["message_id"], "data": press.encode()}
            tapped = await telegram.post(f"/sandbox/chats/{group}/tap", json=body)
            await guest.toast(tapped.json()["callback_query_id"])
    messages = (await telegram.get(f"/sandbox/chats/{group}/messages")).json()["messages"]
    assert len([each for each in messages if each["from"].get("is_bot")]) == 1
    await _assert_untouched(victim, marketplace)


async def _answered_in(telegram: httpx.AsyncClient, group: int) -> dict:
    answer = await telegram.get(f"/sandbox/chats/{group}/wait?after_seq=0&timeout=10")
    for _ in range(50):
        messages = (await telegram.get(f"/sandbox/chats/{group}/messages")).json()["messages"]
        bots = [each for each in messages if each["from"].get("is_bot")]
        if bots:
            return bots[0]
        seq = answer.json()["seq"]
        answer = await telegram.get(f"/sandbox/chats/{group}/wait?after_seq={seq}&timeout=1")
    raise AssertionError("no answer in the group")


BAD_ARGUMENTS = (
    "",
    "-1",
    "²",
    "٣",
    "9" * 30,
    "0",
    "zz",
    "'",
    "..",
    "%s",
    "\x00",
    "💥",
    "1e9",
    "NaN",
)


@pytest.mark.parametrize("step", slow_but([Step.QUANTITY], WALKED))
async def test_arguments_that_were_never_drawn_break_nothing(
    step: Step, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """In one's own session as well: each press is answered and nothing fails behind it."""
    tinkerer = Visitor(person, PLACES[step.value])
    for action in OF_STEP[step]:
        if action not in LEADING_ON:
            for arg in BAD_ARGUMENTS:
                await tinkerer.press(action, arg)
    history = await tinkerer.seen()
    assert not [each for each in history if FAILED in each.text]
    assert await Market(marketplace).orders() == []


async def test_arguments_about_orders_that_were_never_drawn_break_nothing(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Of the buttons that are good at any step: alone, and behind one's own order's number."""
    tinkerer, market = await person(), Market(marketplace)
    await placed(tinkerer)
    order = await market.only_order()
    shown = await tinkerer.screen()
    session_id = _own_press(shown).session_id
    bad = cycle(each for each in BAD_ARGUMENTS if len(each) < 20)
    for action in (*ABOUT_ORDERS, "mine", "earlier", "together", "together_pay"):
        for arg in (next(bad), f"{order['thirdOrderId']}.{next(bad)}"):
            press = Press(session_id, None, action, arg, drawn=1)
            await tinkerer.toast(await tinkerer.press(shown.id, press.encode()))
    assert not [each for each in await tinkerer.history() if FAILED in each.text]
    assert (await market.only_order())["status"] == "waitbuyerpay"
    assert await market.count("cancel") == await market.count("confirm_receipt") == 0
