"""`/admin`: the operator's desk, and that it is nobody else's."""

import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterator

import pytest
from buying import Market, placed
from chat import Person
from crashing import Clients, own_world
from operator_shell import opened, park, unresolved
from operators_desk import Desk

from bot.chat.buttons import Press
from bot.chat.routing import Buttons
from handlers.journey import entry_points
from tests.tiers import slow_but

DESK = "Operator's desk|管理台"
ACTIONS = sorted(
    name
    for each in entry_points()
    if isinstance(each, Buttons)
    for name, callback in each._actions.items()
    if callback.__module__.startswith("handlers.desk.")
)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with own_world(LOOKUP_DELAYS="0.1,0.1", RECREATE="never", FLOOD_UPDATES="0") as own:
        yield Desk(own)


@pytest.fixture
async def other_desk() -> AsyncIterator[tuple[Person, Clients]]:
    """The operator of a bot of one's own, whose money nobody else's orders are in."""
    with own_world(LOOKUP_DELAYS="0.1,0.1", RECREATE="never", FLOOD_UPDATES="0") as own:
        desk = Desk(own)
        async with desk.clients() as clients:
            yield await desk.operator(clients), clients


@pytest.fixture
async def clients(desk: Desk) -> AsyncIterator[Clients]:
    async with desk.clients() as clients:
        yield clients


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


@pytest.fixture
async def operator(desk: Desk, clients: Clients) -> Person:
    return await desk.operator(clients)


async def test_the_desk_shows_todays_money_and_pays_anothers_order(
    other_desk: tuple[Person, Clients],
):
    """By number and amount alone; the buyer is told that it is paid."""
    operator, clients = other_desk
    market = Market(clients.market)
    buyer = await clients.arrive()
    await placed(buyer)
    order = await market.only_order()
    shown = await operator.say("/admin", DESK)
    for told in ("Uncertain orders: 0", "Messages waiting: 0", "the last call was good"):
        assert told in shown.text
    shown = await operator.do("Today", r"To pay: 1 · ¥27\.10.*not closed: ¥27\.10")
    assert "张三" not in shown.text
    await operator.do(order["thirdOrderId"], r"Pay ¥27\.10 now, without a password")
    shown = await operator.do(r"Pay ¥27\.10 now", r"¥27\.10 paid.*paid, to be shipped")
    assert "张三" not in shown.text
    await operator.do("Today", r"Paid without a password today: ¥27\.10")
    assert await market.count("pay_without_password") == 1


async def test_an_uncertain_order_is_dropped_from_the_desk(
    operator: Person, clients: Clients, market: Market
):
    """Explained, asked once more; the buyer is told within seconds."""
    buyer = await clients.arrive()
    number = await unresolved(buyer, market)
    await operator.say("/admin", "Uncertain orders: 1")
    await operator.do("Uncertain orders", f"{number}.*waits for a decision")
    await operator.do(number, "has no order with this number.*Adopt.*Make again.*Drop")
    await operator.do("Drop", f"{number}.*does not exist")
    await operator.do("Drop", "is settled.*No order is uncertain")
    await buyer.sees("that order was not made")


async def test_parked_updates_are_tried_again_or_dropped(
    desk: Desk, operator: Person, clients: Clients
):
    """By their errors, never by their words."""
    buyer = await clients.arrive()
    await buyer.say("/start", "Snaporder")
    first, second = 2**40 + buyer.id, 2**41 + buyer.id
    await park(opened(desk.own.bot), first, buyer.id)
    await operator.say("/admin", "Failed messages: 1")
    shown = await operator.do("Failed messages", f"{first}.*ValueError at handlers/start.py:1")
    assert "/help" not in shown.text
    await operator.do(f"Retry {first}", "No message failed")
    await buyer.sees("What you can send")
    await park(opened(desk.own.bot), second, buyer.id)
    await operator.say("/admin", "Failed messages: 1")
    await operator.do("Failed messages", str(second))
    await operator.do("Drop", f"Give up message {second}")
    await operator.do("Keep it", str(second))
    await operator.do("Drop", "write once more")
    await operator.do("Yes, give it up", "No message failed")
    await buyer.sees_nothing_new()


async def test_the_orders_come_as_a_spreadsheet(operator: Person, clients: Clients, market: Market):
    """To the operator alone, named by its moment; a time without orders is answered too."""
    buyer = await clients.arrive()
    await placed(buyer)
    number = (await market.only_order())["thirdOrderId"]
    await operator.say("/admin", DESK)
    await operator.do("Export", "names, phone numbers and addresses")
    sent = await operator.do("Today", r"Orders: \d+\. It has personal data")
    document = sent.raw["document"]
    assert re.fullmatch(r"orders-\d{8}-\d{4}\.xlsx", document["file_name"])
    answer = await operator.http.get(f"/sandbox/files/{document['file_id']}")
    content = answer.content
    strings = zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode()
    assert number in strings
    assert "张三" in strings
    await buyer.sees_nothing_new()


async def test_news_reach_those_who_asked_for_them(operator: Person, clients: Clients):
    """Shown first, sent once after a confirmation, as it was written, in each one's language."""
    reader, chinese = await clients.arrive(), await clients.arrive("zh-hans")
    other, gone = await clients.arrive(), await clients.arrive()
    await other.say("/start", "What are you looking for")
    for each in (reader, gone):
        await each.say("/news", "our news and deals")
        await each.do("Send me news", "You get our news")
    await chinese.say("/news", "没有订阅")
    await chinese.do("订阅优惠通知", "已订阅")
    await gone.do("No news", "our news and deals")
    await operator.say("/broadcast", "shows a message as it will be sent")
    shown = await operator.say(
        "/broadcast Sale <b>&\nfrom Monday",
        r"Send this to all who asked for news \(2\).*Sale <b>&\nfrom Monday",
    )
    await operator.do("Send to 2", "asked for by 2")
    await reader.sees("^Sale <b>&\nfrom Monday\n\n.*/news ends")
    await chinese.sees("^Sale <b>&\nfrom Monday\n\n.*/news 可取消")
    again = Press.decode(shown.button("Discard")["callback_data"])
    # As if drawn once more: the very same press would be taken for a double tap.
    press = Press(again.session_id, None, "cast", again.arg, drawn=(again.drawn or 0) + 1)
    await operator.toast(await operator.press(shown.id, press.encode()))
    for each in (reader, chinese, other, gone):
        await each.sees_nothing_new()
    await operator.say("/admin", DESK)
    await operator.do("News", r"Sent: .*Told: 2, waiting: 0")


async def test_sending_is_stopped_by_a_second_press(operator: Person, clients: Clients):
    """It can't be gone on with: said with how many are left, and only then done."""
    reader = await clients.arrive()
    await reader.say("/news", "our news and deals")
    await reader.do("Send me news", "You get our news")
    await clients.fault("sendMessage", "flood_429", retry_after=1, chat_id=reader.id)
    await operator.say("/broadcast Sale with a slip", "Send this to all")
    await operator.do("Send to", "Being sent: “Sale with a slip”")
    await operator.do("Stop", r"Stop sending\?.* \d+ (person has|people have) not got it yet")
    await operator.do("Go on sending", "Being sent: “Sale with a slip”")
    await operator.do("Stop", "Stop sending.*is not gone on with")
    await operator.do("Yes, stop", "Stopped: “Sale with a slip”")
    await clients.no_faults()
    await reader.say("/news", "You get our news")
    await reader.do("No news", "our news and deals")  # nobody else's test counts them


async def test_health_and_people_are_told(operator: Person, clients: Clients):
    """Counts alone."""
    await operator.say("/admin", DESK)
    await operator.do("🩺", r"calls \d+, failed 0, \d+ ms|No calls yet")
    await operator.do("Desk", DESK)
    await operator.do("People", r"With a conversation: \d.*ACCESS=open.*Live invitations: 0")


@pytest.mark.parametrize("named", slow_but(["{0}"], ["", "{0}", "{0}.1", "drop.{0}.000000", "7"]))
async def test_to_anybody_else_there_is_no_desk(named: str, clients: Clients, market: Market):
    """The command is unknown, and every action refuses, whatever it names."""
    guest = await clients.arrive()
    await placed(guest)
    number = (await market.only_order())["thirdOrderId"]
    shown = await guest.say("/admin", "don't know that command")
    session = Press.decode(
        next(each["callback_data"] for each in shown.buttons if "callback_data" in each)
    )
    assert len(ACTIONS) >= 12
    for action in ACTIONS:
        arg = named.format(number)
        press = Press(session.session_id, None, action, arg, drawn=session.drawn)
        query = await guest.press(shown.id, press.encode())
        assert "earlier step" in (await guest.toast(query) or ""), action
    history = await guest.history()
    assert not [each for each in history if "desk" in each.text.lower()]
    assert await market.count("pay_without_password") == 0
    assert (await market.only_order())["status"] == "waitbuyerpay"
