"""An operator publishes an offer in a channel; a stranger orders from it; the card stays true."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest
from buying import TAPE_MEASURE, Market, at_offer, from_lines_to_preview
from channels import POSTING, Channel
from chat import PATIENCE, Person, Shown
from crashing import Clients, over_both, own_world, stored_in, until
from group_goods import opens
from operators_desk import Desk

from tests.tiers import SLOW, slow_but


@pytest.fixture(scope="module")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    settings = {"POST_SECONDS": "0.2", "POST_CALLS_PER_MINUTE": "600", "FLOOD_UPDATES": "0"}
    with stored_in(request) as there, own_world(**settings, **there) as own:
        yield Desk(own)


@pytest.fixture
async def clients(desk: Desk) -> AsyncIterator[Clients]:
    async with desk.clients() as clients:
        yield clients
        await clients.no_faults()
        await clients.leave_channels()
        await clients.settled()


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


@pytest.fixture
async def operator(desk: Desk, clients: Clients) -> Person:
    return await desk.operator(clients)


async def at_publishing(operator: Person) -> Shown:
    await at_offer(operator, TAPE_MEASURE)
    return await operator.do("Publish to …", "Publish this product")


async def published(operator: Person, channel: Channel, title: str, words: str = "") -> Shown:
    await at_publishing(operator)
    if words:
        await operator.say(words, "replace yours")
    await operator.do(f"Publish to “{title}”", "in a moment")
    await operator.sees(f"Posted in “{title}”")
    return await channel.one_card("¥")


@pytest.mark.parametrize(
    ("code", "choose", "pay"),
    slow_but(
        ["en"], [("en", "Choose a quantity", "Order placed"), ("zh-hans", "选数量", "下单成功")]
    ),
)
async def test_a_stranger_orders_from_a_channel(
    code: str, choose: str, pay: str, operator: Person, clients: Clients, market: Market
) -> None:
    """The operator's words stand above the card; "Order this" leads to a placed order."""
    title = f"Finds {code}"
    channel = await Channel.of(clients, operator.id, title)
    card = await published(operator, channel, title, "Only today!\n<b>Hurry</b> & enjoy")
    assert card.text.startswith("Only today!\n<b>Hurry</b> & enjoy\n")
    assert card.has_picture
    assert card.labels == ["🛒 Order this"]

    stranger = await clients.arrive(code)
    await opens(stranger, card.url("Order this"))
    await stranger.do(choose, "How many|要多少")
    await stranger.say("4", "Your order|待下单")
    await from_lines_to_preview(stranger)
    await stranger.do("Confirm order|确认下单", pay)
    assert (await market.only_order())["thirdOrderId"]


async def test_the_card_follows_price_and_stock(
    operator: Person, clients: Clients, market: Market
) -> None:
    """Dearer, sold out, there again: one message, edited; nothing else is said in the channel."""
    channel = await Channel.of(clients, operator.id, "True cards")
    before = await published(operator, channel, "True cards")
    await market.change(TAPE_MEASURE, priceDelta=100)
    dearer = await channel.shows(lambda cards: cards[0].text != before.text)
    assert dearer[0].id == before.id
    assert dearer[0].labels == before.labels
    await market.change(TAPE_MEASURE, stock=0)
    gone = await channel.one_card("Out of stock")
    assert gone.labels == []
    await market.change(TAPE_MEASURE, stock=500)
    back = await channel.shows(lambda cards: bool(cards[0].labels))
    assert len(back) == 1


async def test_a_card_can_be_taken_down(operator: Person, clients: Clients) -> None:
    """From the same screen; the channel is empty then."""
    channel = await Channel.of(clients, operator.id, "Short lived")
    await published(operator, channel, "Short lived")
    await at_publishing(operator)
    await operator.do("Take down from “Short lived”", "being taken down")
    await channel.shows(lambda cards: not cards)

    async def is_known() -> bool:
        """The bot notes it when Telegram has said so."""
        return "Short lived" not in (await at_publishing(operator)).text

    await until(is_known)


async def test_rights_that_are_taken_away_are_told_and_given_back_are_used(
    operator: Person, clients: Clients, market: Market
) -> None:
    """The operator hears once; with the right back the card is brought up to date by itself."""
    channel = await Channel.of(clients, operator.id, "On and off")
    card = await published(operator, channel, "On and off")
    # As if the update that tells had not come: the next edit is refused.
    refusal = {"description": "CHAT_ADMIN_REQUIRED", "chat_id": channel.id}
    await clients.fault("editMessageCaption", "bad_request", **refusal)
    await market.change(TAPE_MEASURE, priceDelta=200)
    await operator.sees("can't change my posts in “On and off”")
    await clients.no_faults()
    shown = await at_publishing(operator)
    assert not [each for each in shown.labels if "Publish to “On and off”" in each]
    await channel.bot_is("administrator", POSTING)
    after = await channel.shows(lambda cards: cards[0].text != card.text)
    assert after[0].id == card.id


async def test_without_the_right_to_post_a_channel_is_not_offered(
    operator: Person, clients: Clients
) -> None:
    """Learnt from the update alone; and a stranger's group is not the operator's business."""
    channel = await Channel.of(clients, operator.id, "Silent")
    stranger = await clients.arrive()
    await Channel.of(clients, stranger.id, "Family", "supergroup")
    await channel.bot_is("administrator", [])
    await clients.settled()
    shown = await at_publishing(operator)
    assert not [each for each in shown.labels if "Silent" in each or "Family" in each]
    await channel.bot_is("administrator", POSTING)
    await clients.settled()
    shown = await at_publishing(operator)
    assert "📣 Publish to “Silent”" in shown.labels


async def test_a_post_that_somebody_deleted_is_not_edited_again(
    operator: Person, clients: Clients, market: Market
) -> None:
    """It is gone for the operator's screen, too."""
    channel = await Channel.of(clients, operator.id, "Swept")
    card = await published(operator, channel, "Swept")
    body = {"from": operator.id, "message_id": card.id}
    await clients.telegram.post(f"/sandbox/chats/{channel.id}/delete", json=body)
    await market.change(TAPE_MEASURE, priceDelta=300)

    async def is_told() -> bool:
        return "In “Swept”" not in (await at_publishing(operator)).text

    deadline = time.monotonic() + PATIENCE
    while not await is_told():
        assert time.monotonic() < deadline
    assert await channel.cards() == []


async def test_a_group_that_becomes_a_supergroup_is_followed(
    operator: Person, clients: Clients
) -> None:
    """The next post goes to the new one, though its number is another."""
    group = await Channel.of(clients, operator.id, "Growing", "group")
    await clients.settled()
    answer = await clients.telegram.post(f"/sandbox/chats/{group.id}/upgrade", json={})
    grown = Channel(clients, int(answer.json()["chat_id"]), operator.id)
    await clients.settled()
    await published(operator, grown, "Growing")
    assert await group.cards() == []


async def test_what_cannot_be_posted_is_told(operator: Person, clients: Clients) -> None:
    """Not in the channel, and the operator knows why; once Telegram is well it can be repeated."""
    channel = await Channel.of(clients, operator.id, "Refusing")
    await clients.settled()
    for method in ("sendPhoto", "sendMessage"):
        await clients.fault(method, "bad_request", description="no rights", chat_id=channel.id)
    await at_publishing(operator)
    await operator.do("Publish to “Refusing”", "in a moment")
    await operator.sees("could not post in “Refusing”: .*[Nn]o rights")
    await clients.no_faults()
    await published(operator, channel, "Refusing")


@SLOW
async def test_a_word_that_turns_back_is_no_text_of_a_post(
    operator: Person, clients: Clients
) -> None:
    """取消 leads back to the product, and stands on no card."""
    await Channel.of(clients, operator.id, "Turning back")
    await at_publishing(operator)
    shown = await operator.say("取消", "Minimum order")
    assert "取消" not in shown.text
    assert any("Publish to" in label for label in shown.labels)


async def test_too_many_words_and_what_is_no_words(
    operator: Person, clients: Clients, samples: dict[str, bytes]
) -> None:
    """Said so, and what was written before stays."""
    await Channel.of(clients, operator.id, "Words")
    await at_publishing(operator)
    await operator.say("Fresh today", "replace yours")
    await operator.say("x" * 501, "501 characters.*500.*Fresh today")
    await operator.photo(next(iter(samples.values())))
    await operator.sees("picture can't be added.*Fresh today")
    shown = await operator.do("Without my words", "stand above it")
    assert "Fresh today" not in shown.text
    await operator.do("Back to the product", "Minimum order")


@SLOW
@over_both("desk")
async def test_killed_while_it_is_posted_it_is_never_posted_twice(
    desk: Desk, operator: Person, clients: Clients
) -> None:
    """Between the claim and Telegram's answer: it may be there, and the operator is told so."""
    channel = await Channel.of(clients, operator.id, "Once")
    await clients.settled()
    for method in ("sendPhoto", "sendMessage"):
        await clients.fault(method, "slow", chat_id=channel.id, seconds=30)
    await at_publishing(operator)
    await operator.do("Publish to “Once”", "in a moment")
    await until(clients.has_struck)
    desk.own.bot.kill()
    await clients.no_faults()
    desk.own.bot.start()
    await desk.own.bot.ready()
    await operator.sees("“Once” may or may not be there")
    assert len(await channel.cards()) <= 1
    await published(operator, await Channel.of(clients, operator.id, "After"), "After")
    assert len(await channel.cards()) <= 1


async def test_nobody_else_publishes(clients: Clients, operator: Person) -> None:
    """No button, and a forged press does nothing."""
    stranger = await clients.arrive()
    shown = await at_offer(stranger, TAPE_MEASURE)
    assert not [each for each in shown.labels if "Publish" in each]
    choose = shown.button("Choose a quantity")["callback_data"]
    await stranger.press(shown.id, choose.replace(".choose.", ".publish."))
    await stranger.sees("Minimum order")
