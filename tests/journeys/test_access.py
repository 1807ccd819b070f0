"""Who gets in, how, and how much they may ask for: the real bot by invitation and by list."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from buying import TAPE_MEASURE, placed
from chat import Person, Shown
from crashing import Clients, Own, own_world, until
from group_goods import Group
from inline_mode import found

from tests.tiers import SLOW

INVITED_ONLY = "open to invited people only"
ZH_INVITED_ONLY = "仅限受邀用户使用"
WELCOME = "You're in.*What are you looking for"


@pytest.fixture(scope="module")
def invited() -> Iterator[Own]:
    """A bot by invitation: three searches an hour, one unpaid order, no guard against floods."""
    limits = {"SEARCHES_PER_HOUR": "3", "UNPAID_ORDERS": "1", "FLOOD_UPDATES": "0"}
    with own_world(ACCESS="invite", **limits) as own:
        yield own


@pytest.fixture
async def clients(invited: Own) -> AsyncIterator[Clients]:
    async with invited.clients() as clients:
        yield clients


@pytest.fixture
async def operator(invited: Own, clients: Clients) -> Person:
    """The operator; the bot starts with their id."""
    known = invited.bot.environment.get("ADMIN_IDS")
    if known is None:
        boss = await clients.arrive()
        invited.bot.environment["ADMIN_IDS"] = str(boss.id)
        invited.bot.start()
    else:
        boss = Person(clients.telegram, int(known), "en")
        boss.seq = max((await _seq(clients, boss), 0))
    await invited.bot.ready()
    return boss


async def _seq(clients: Clients, who: Person) -> int:
    answer = await clients.telegram.get(f"/sandbox/chats/{who.id}/messages")
    return int(answer.json()["seq"])


async def invitation(operator: Person, how: str = "") -> str:
    """Have the operator make an invitation; return what follows `?start=`."""
    shown = await operator.say(f"/invite {how}".strip(), "Invitation")
    link = re.search(r"\?start=(\S+)", shown.text)
    assert link, shown.text
    return link[1]


async def searches(clients: Clients) -> int:
    counts = (await clients.market.get("/sandbox/calls")).json()["counts"]
    return int(counts.get("keyword_search", 0))


@pytest.mark.parametrize(("code", "says"), [("en", INVITED_ONLY), ("zh-hans", ZH_INVITED_ONLY)])
async def test_a_stranger_gets_one_sentence_a_minute(
    code: str, says: str, operator: Person, clients: Clients
) -> None:
    """In their language, how to get in; the marketplace is never asked for them."""
    before = await clients.market_calls()
    stranger = await clients.arrive(code)
    shown = await stranger.say("背包", says)
    assert not shown.buttons
    for text in (
        "/start",
        "https://detail.1688.com/offer/730698112924.html",
        "/invites",
        "/orders",
    ):
        await stranger.send(text)
    await stranger.press(shown.id, "1.ABCDEF.0.confirm.")
    await stranger.sees_nothing_new()
    assert await clients.market_calls() == before


async def test_nothing_of_a_stranger_is_kept(
    operator: Person, clients: Clients, invited: Own
) -> None:
    """No session: with an invitation they begin like anybody new."""
    stranger = await clients.arrive("zh-hans")
    await stranger.say("背包", ZH_INVITED_ONLY)
    await stranger.say(f"/start {await invitation(operator)}", "欢迎加入.*今天想找点什么")


async def test_a_stranger_has_no_data_to_ask_for(operator: Person, clients: Clients) -> None:
    """`/mydata` and `/deletemydata` of somebody unknown get the same sentence as anything."""
    stranger = await clients.arrive()
    await stranger.say("/mydata", INVITED_ONLY)
    await stranger.send("/deletemydata")
    await stranger.sees_nothing_new()


async def test_an_invitation_lets_one_person_in_for_good(
    operator: Person, clients: Clients, invited: Own
) -> None:
    """Also after a restart; the next bearer hears that it is used up."""
    payload = await invitation(operator)
    assert len(payload) <= 64
    guest = await clients.arrive()
    await guest.say(f"/start {payload}", WELCOME)
    await guest.say("/orders", "no orders|ordered nothing|No orders")
    late = await clients.arrive()
    await late.say(f"/start {payload}", "has been used already")
    await late.send("背包")
    await late.sees_nothing_new()
    await guest.say(f"/start {payload}", WELCOME)
    await invited.restart()
    await guest.say("背包", "Results for")


async def test_exactly_as_many_as_allowed_get_in_at_once(
    operator: Person, clients: Clients
) -> None:
    """Nine people open a link for three in the same moment, twice each."""
    payload = await invitation(operator, "3 2")
    guests = [await clients.arrive() for _ in range(9)]
    await asyncio.gather(*(each.send(f"/start {payload}") for each in guests for _ in range(2)))
    shown: list[Shown] = await asyncio.gather(
        *(each.sees("You're in|has been used") for each in guests)
    )
    assert sum("You're in" in each.text for each in shown) == 3


@pytest.mark.parametrize("payload", ["i-nobodyMadeThis", "i-" + "x" * 62, "i-' OR 1=1"])
async def test_an_unknown_invitation_says_so(
    payload: str, operator: Person, clients: Clients
) -> None:
    """Guessing gets nobody in."""
    stranger = await clients.arrive()
    await stranger.say(f"/start {payload}", "not valid|" + INVITED_ONLY)
    await stranger.send("背包")
    await stranger.sees_nothing_new()


async def test_a_withdrawn_invitation_says_so(operator: Person, clients: Clients) -> None:
    """`/invites` lists what works, and a press ends it."""
    payload = await invitation(operator, "5")
    guest, late = await clients.arrive(), await clients.arrive()
    await guest.say(f"/start {payload}", WELCOME)
    listed = await operator.say("/invites", "1 of 5 used")
    number = re.search(r"#(\d+): 1 of 5", listed.text)
    assert number
    query = await operator.tap(f"Withdraw #{number[1]}$", on=listed)
    await operator.told(query, "Withdrawn")
    await late.say(f"/start {payload}", "has been withdrawn")
    await guest.say("/start", "What are you looking for")


@pytest.mark.parametrize("how", ["0", "5 0", "1001", "1 366", "a", "-1", "1 2 3", "1.5"])
async def test_an_invitation_out_of_bounds_is_explained(how: str, operator: Person) -> None:
    """How it is written is shown instead."""
    await operator.say(f"/invite {how}", "/invite 5 30")


async def test_a_member_cannot_invite(operator: Person, clients: Clients) -> None:
    """To anybody but an operator the commands do not exist, nor does the button."""
    guest = await clients.arrive()
    payload = await invitation(operator, "2")
    shown = await guest.say(f"/start {payload}", WELCOME)
    await guest.say("/invite", "don't know that command|command")
    await guest.say("/invites", "command")
    session = shown.buttons[0]["callback_data"].split(".")[1]
    listed = await operator.say("/invites", "still work")
    number = re.search(r"#(\d+)", listed.text)
    assert number
    await guest.press(shown.id, f"1.{session}.*1.revoke.{number[1]}")
    await guest.sees("earlier|old|no longer")
    await (await clients.arrive()).say(f"/start {payload}", WELCOME)


async def test_searches_within_an_hour_are_limited(operator: Person, clients: Clients) -> None:
    """The fourth says when it works again; offers still open; an operator has no limit."""
    guest = await clients.arrive()
    await guest.say(f"/start {await invitation(operator)}", WELCOME)
    for _ in range(3):
        await guest.say("杯子", "Results for")
    before = await searches(clients)
    await guest.say("雨伞", r"works again in (60|59) minutes")
    await guest.do("Price", r"works again in")
    assert await searches(clients) == before
    await guest.send(f"https://detail.1688.com/offer/{TAPE_MEASURE}.html")
    await guest.sees("Minimum order")
    for _ in range(4):
        await operator.say("杯子", "Results for")


async def test_a_photo_over_the_quota_is_not_uploaded(
    operator: Person, clients: Clients, samples: dict[str, bytes]
) -> None:
    """It costs no call at all."""
    guest = await clients.arrive()
    await guest.say(f"/start {await invitation(operator)}", WELCOME)
    for _ in range(3):
        await guest.say("背包", "Results for")
    before = await clients.market_calls()
    await guest.photo(next(iter(samples.values())))
    await guest.sees("works again in")
    assert await clients.market_calls() == before


async def test_orders_left_unpaid_are_limited(operator: Person, clients: Clients) -> None:
    """The next one waits, with everything kept, until the first is paid."""
    guest = await clients.arrive()
    await guest.say(f"/start {await invitation(operator)}", WELCOME)
    await placed(guest)
    await guest.send(f"https://detail.1688.com/offer/{TAPE_MEASURE}.html")
    await guest.sees("Minimum order")
    await guest.do("Choose a quantity", "How many")
    await guest.say("4", "Your order")
    await guest.tap("Continue")
    await guest.sees("Deliver|Total to pay|address")
    if "Total to pay" not in (await guest.screen()).text:
        await guest.do("张三", "Total to pay")
    placed_before = len(await clients.orders.orders())
    await guest.do("Confirm order", "still waits for payment.*Total to pay")
    assert len(await clients.orders.orders()) == placed_before
    unpaid = (await clients.orders.orders())[-1]
    await clients.orders.order(str(unpaid["orderId"]), "pay")
    await guest.do("Confirm order", "Order placed")


@SLOW
async def test_a_list_lets_in_whom_it_names() -> None:
    """Others learn their id, to have themselves added; an invitation opens nothing."""
    with own_world(ACCESS="allowlist") as own:
        async with own.clients() as clients:
            listed, boss = await clients.arrive(), await clients.arrive()
            own.bot.environment |= {"ALLOWED_IDS": str(listed.id), "ADMIN_IDS": str(boss.id)}
            own.bot.start()
            await own.bot.ready()
            stranger = await clients.arrive()
            await stranger.say("/start", f"closed group.*{stranger.id}")
            await listed.say("/start", "What are you looking for")
            made = await boss.say("/invite", "Invitation.*ACCESS=invite")
            payload = re.search(r"\?start=(\S+)", made.text)
            assert payload
            another = await clients.arrive()
            await another.say(f"/start {payload[1]}", "closed group")
            await until(lambda: _nothing_asked(clients))


async def _nothing_asked(clients: Clients) -> bool:
    return await clients.market_calls() == 0


@SLOW
async def test_an_operator_who_was_removed_lets_nobody_in_any_more(
    operator: Person, clients: Clients, invited: Own
) -> None:
    """With the start that no longer names them: their link is dead, the desk is gone."""
    token = await invitation(operator, "5 7")
    member = await clients.arrive()
    await member.say(f"/start {token}", WELCOME)
    successor = await clients.arrive()
    named = invited.bot.environment["ADMIN_IDS"]
    invited.bot.environment["ADMIN_IDS"] = str(successor.id)
    try:
        await invited.restart()
        late = await clients.arrive()
        await late.say(f"/start {token}", "withdrawn|no longer|" + INVITED_ONLY)
        await operator.say("/admin", "open to invited people only")
        await member.say("/start", "What are you looking for")
        fresh = await invitation(successor)
        await late.say(f"/start {fresh}", WELCOME)
    finally:
        invited.bot.environment["ADMIN_IDS"] = named
        await invited.restart()


async def test_a_group_spends_nothing_on_who_may_not_order(
    operator: Person, clients: Clients
) -> None:
    """Strangers are shown the private chat, operators the goods; inline it is the same."""
    stranger = await clients.arrive()
    group = await Group.of(clients.telegram, stranger)
    before = await clients.market_calls()
    await group.send("/find 背包")
    assert "our private chat" in (await group.answered()).text
    assert (await found(stranger, "背包"))["results"] == []
    assert await clients.market_calls() == before
    theirs = await Group.of(clients.telegram, operator)
    await theirs.send("/find 背包")
    assert (await theirs.answered()).has_picture
    assert (await found(operator, "背包"))["results"]
    assert (await found(stranger, "背包"))["results"] == []
