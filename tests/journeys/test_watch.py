"""Whoever watches a product is told once when it gets cheaper, comes back or is gone."""

from collections.abc import AsyncIterator, Iterator

import pytest
from buying import SNEAKERS, TAPE_MEASURE, Market, at_offer, at_quantity
from chat import Person
from crashing import Clients, Own, over_both, own_world, stored_in, until

from tests.tiers import SLOW, slow_but


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    settings = {"WATCH_SECONDS": "0.3", "WATCHES_PER_PERSON": "2", "FLOOD_UPDATES": "0"}
    with stored_in(request) as there, own_world(**settings, **there) as own:
        own.bot.start()
        yield own


@pytest.fixture
async def clients(own: Own) -> AsyncIterator[Clients]:
    async with own.clients() as clients:
        await clients.market.post("/sandbox/reset")
        await own.bot.ready()
        yield clients
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        await clients.settled()


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


async def watching(buyer: Person, offer_id: int = TAPE_MEASURE) -> None:
    """Open a product and watch it."""
    await at_offer(buyer, offer_id)
    await buyer.do("^🔔 (Watch|降价提醒)$", "one message|只通知一次")


@pytest.mark.parametrize(
    ("code", "news", "opened", "again"),
    slow_but(
        ["zh-hans"],
        [
            ("zh-hans", "降价了.*现价 ¥.*原价 ¥", "打开商品", "低于 .* 再提醒"),
            ("en", "Cheaper now.*now, was ¥", "Open the product", "Tell me below"),
        ],
    ),
)
async def test_a_price_drop_is_told_once_and_the_way_leads_on(
    code: str, news: str, opened: str, again: str, clients: Clients, market: Market
) -> None:
    """By one tap on the product; the news has both prices, a picture and the product behind it."""
    buyer = await clients.arrive(code)
    await watching(buyer)
    await market.change(TAPE_MEASURE, priceDelta=-50)
    told = await buyer.sees(news)
    assert told.has_picture
    await market.change(TAPE_MEASURE, priceDelta=-50)
    await buyer.sees_nothing_new()
    await buyer.tap(again, told)
    await buyer.sees("Watching again|已重新设置")
    await market.change(TAPE_MEASURE, priceDelta=-50)
    told = await buyer.sees(news)
    await buyer.tap(opened, told)
    await buyer.sees("Minimum order|起订量")


async def test_a_variant_that_is_back_is_told(clients: Clients, market: Market) -> None:
    """Watched from the list of variants, where it is marked as sold out; others do not count."""
    facts = next(
        each
        for each in (await clients.market.get("/sandbox/offers")).json()
        if each["offerId"] == SNEAKERS
    )
    await market.change(SNEAKERS, stock=dict.fromkeys(facts["stock"], 0) | {min(facts["stock"]): 9})
    buyer = await clients.arrive()
    await at_offer(buyer, SNEAKERS)
    await buyer.do("Choose a variant", "Choose")
    shown = await buyer.do("Watch one that is sold out", "Which one")
    wanted = shown.labels[0]
    await buyer.do("Tell me when", "one message when it is back")
    shown = await buyer.do("Back", "Choose")
    assert any("Watch" in label for label in shown.labels)
    await market.change(SNEAKERS, stock=dict.fromkeys(facts["stock"], 30))
    told = await buyer.sees("Back in stock")
    assert wanted.split("“")[1].split("”")[0] in told.text


async def test_a_price_of_ones_own_is_typed_in_any_way(clients: Clients, market: Market) -> None:
    """What is met already, and what is no price, is said; the list has what was set."""
    buyer = await clients.arrive("zh-hans")
    await watching(buyer)
    await buyer.say("很便宜的时候", "没看懂这个价格")
    await buyer.say("9.999", "两位小数|最多")
    await buyer.say("一万", "已经到你的价了")
    await buyer.say("2块以下", "降到 ¥2.00 或更低时通知你")
    await buyer.say("/watches", "我的提醒（1/2）.*降到 ¥2.00 或更低时通知")
    await buyer.do("^1$", "设置，当时 ¥")
    await buyer.do("取消提醒", "还没有提醒")
    await market.change(TAPE_MEASURE, tiers=[{"startQuantity": 2, "price": "1.50"}])
    await buyer.sees_nothing_new()


async def test_one_who_watches_enough_says_what_to_leave(clients: Clients) -> None:
    """The limit is told with the way to make room."""
    buyer = await clients.arrive()
    await watching(buyer)
    await watching(buyer, SNEAKERS)
    await at_quantity(buyer, SNEAKERS, "White|白", "^40|40码")
    shown = await buyer.do("🔔 Watch", "watching 2 products already")
    assert "aren't watching this" in shown.text
    await buyer.say("/watches", r"2 of 2.*1\..*2\.")


async def test_what_is_gone_ends_its_watch(clients: Clients, market: Market) -> None:
    """A variant that the seller withdrew: one sentence, and nothing to watch again."""
    buyer = await clients.arrive()
    await at_quantity(buyer, SNEAKERS, "White|白", "^40|40码")
    await buyer.do("🔔 Watch", "one message")
    await market.change(SNEAKERS, valuePrefix="New ")
    told = await buyer.sees("no longer has this one")
    assert told.labels == ["Remove from my list"]
    await buyer.tap("Remove", told)
    await buyer.sees("aren't watching anything")


async def test_nobody_ends_or_sees_anothers_watch(clients: Clients) -> None:
    """A forged number leads to one's own list."""
    buyer, stranger = await clients.arrive(), await clients.arrive()
    await watching(buyer)
    hers = (await buyer.say("/watches", "1 of 2")).button("^1$")["callback_data"]
    number = hers.rpartition("watch_card.")[2].split(".")[0]
    await watching(stranger)
    theirs = await stranger.say("/watches", "1 of 2")
    own, _, _ = theirs.button("^1$")["callback_data"].rpartition("watch_card.")
    for action in ("stop", "card", "again", "open"):
        await stranger.press(theirs.id, f"{own}watch_{action}.{number}")
    await clients.settled()
    await buyer.say("/watches", "1 of 2")
    await stranger.say("/watches", "1 of 2")


@SLOW
@over_both("own")
async def test_killed_while_it_is_told_it_is_never_told_twice(
    own: Own, clients: Clients, market: Market
) -> None:
    """Between the claim and Telegram's answer: it may have been seen, so that was it."""
    buyer = await clients.arrive()
    await watching(buyer)
    for method in ("sendPhoto", "sendMessage"):
        await clients.fault(method, "slow", chat_id=buyer.id, seconds=30)
    await market.change(TAPE_MEASURE, priceDelta=-50)
    await until(clients.has_struck)
    own.bot.kill()
    await clients.no_faults()
    own.bot.start()
    await own.bot.ready()
    await buyer.say("/watches", "What you watch")
    await buyer.sees_nothing_new(1.5)
    told = [each for each in await buyer.history() if "Cheaper now" in each.text]
    assert len(told) <= 1
