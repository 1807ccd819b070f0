"""A group buy from the offer to the closed books, by its organiser and those who join."""

import re

from buying import SNEAKERS, Market, at_offer
from channels import POSTING, Channel
from chat import Person, Shown
from crashing import Clients, until
from group_buying import (
    all_arrived,
    clients,
    closed_now,
    joined,
    market,
    opened,
    organiser,
    pays,
    world_of_groups,
)
from inline_mode import found

from bot.chat.buttons import Press
from tests.tiers import SLOW

__all__ = ["clients", "market", "organiser", "world_of_groups"]


@SLOW
async def test_from_the_offer_to_the_closed_books(
    clients: Clients, organiser: Person, market: Market
) -> None:
    """Two join, pay, and get what they joined with; the books end even, in both languages."""
    _, payload = await opened(organiser)
    anna, ben = await clients.arrive(), await clients.arrive("zh")
    await joined(anna, payload, 2)
    await joined(ben, payload, 2, variant=1)
    await organiser.say("/buys", "Your group buys")
    await organiser.do("Group|👥|🟢", "4 .* so far, at least 3")
    await closed_now(organiser)
    await organiser.sees("goes ahead")
    assert not any("Joining has ended" in each.text for each in await organiser.history())
    await pays(anna, organiser, "No. 1")
    await pays(ben, organiser, "No. 2")
    await organiser.do("Check the order", "One order for 2 people")
    # Whoever booked the last payment sees on the page that it was: no news of one's own press.
    assert not any("and confirm it" in each.text for each in await organiser.history())
    await organiser.do("Order exactly this", "Being ordered|Ordered")
    placed = await organiser.sees("The order is placed")
    (order,) = await market.orders()
    await market.order(order["orderId"], "pay")
    for member in (anna, ben):
        await member.sees("goods are bought|货已采购")
    await market.order(order["orderId"], "ship")
    for member in (anna, ben):
        await member.sees("seller has sent|卖家已发货")
    await organiser.tap("Open", placed)
    page = await organiser.sees("On its way")
    page = await all_arrived(organiser, page)
    for member in (anna, ben):
        await member.sees("goods are here|货到了")
    await organiser.tap("📦 Tester", page)
    page = await organiser.sees("Being handed out")
    await organiser.tap("📦 Tester", page)
    page = await organiser.sees("Being settled")
    await organiser.tap("Close the books", page)
    await organiser.sees("2 people are told")
    await organiser.do("Yes, close the books", "🏁 Closed")
    for member in (anna, ben):
        await member.sees("books are settled|账已结清")


async def test_a_link_of_a_closed_buy_says_so(clients: Clients, organiser: Person) -> None:
    """Nothing can be joined with; whoever comes late sees where it stands."""
    _, payload = await opened(organiser)
    await organiser.do("Cancel the group buy", "Cancel this group buy")
    await organiser.do("Yes, cancel it", "Cancelled")
    late = await clients.arrive()
    shown = await late.say(f"/start {payload}", "Cancelled")
    assert not any("Join" in each for each in shown.labels)
    await late.say("/start g1-nobody", "no longer here")


async def test_who_does_not_organise_sees_no_such_button(
    clients: Clients, organiser: Person
) -> None:
    """Opening one is the operators'; nobody else's buy is shown, whatever is pressed for it."""
    _, payload = await opened(organiser)
    member = await clients.arrive()
    joined_ = await joined(member, payload, 2)
    stranger = await clients.arrive()
    shown = await at_offer(stranger, SNEAKERS)
    assert not any("Group buy" in each for each in shown.labels)
    await stranger.say("/buys", "not joined any group buy")
    theirs = Press.decode(joined_.button("My part")["callback_data"])
    own = Press.decode(shown.button("Choose")["callback_data"])
    forged = Press(own.session_id, None, "buy", theirs.arg, own.revision or own.drawn)
    await stranger.press(shown.id, forged.encode())
    await stranger.sees("no longer here for you")


async def test_a_buy_in_words_to_copy_and_what_is_shown_to_whoever_has_joined(
    clients: Clients, organiser: Person
) -> None:
    """The invitation bears prices and link, the list who gets what; both are messages to copy."""
    _, payload = await opened(organiser)
    await organiser.tap("Text to share")
    shared = await organiser.sees(f"Join here: .*{re.escape(payload)}")
    assert "at least 3 pairs" in shared.text
    assert "from 30 pairs: ¥29.90" in shared.text
    member = await clients.arrive()
    shown = await member.say(f"/start {payload}", "Which one")
    sold_out = next(each for each in shown.labels if each.endswith("· sold out"))
    await member.do(re.escape(sold_out), "seller has none of that")
    after = await joined(member, payload, 2)
    assert after.labels == ["📋 My part of it", "➕ Join with more", "⬅️ Leave this page"]
    await member.do("Join with more", "Which one")
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "2 pairs so far")
    await organiser.do("1 person", "1 person")
    await organiser.tap("List as text")
    listed = await organiser.sees("1\\. Tester: White / 36 × 2")
    assert "Altogether:\n• White / 36: 2 pairs" in listed.text
    await organiser.say("canvas", "Results for")  # a list asks for nothing: words are looked for


async def test_leaving_is_free_until_it_closes(clients: Clients, organiser: Person) -> None:
    """A claim is taken back by its own button, and the page says so."""
    _, payload = await opened(organiser)
    member = await clients.arrive()
    await joined(member, payload, 2)
    await member.do("My part of it", "held for you")
    await member.do("Change:", "keep your place")
    await member.do("Take back", "you left")


@SLOW
async def test_nobody_is_left_out_before_the_time_they_were_promised(
    clients: Clients, organiser: Person
) -> None:
    """The page says until when; whoever won't pay says so, and the others go on at once."""
    _, payload = await opened(organiser)
    pays_, wont = await clients.arrive(), await clients.arrive("zh")
    for each in (pays_, wont):
        await joined(each, payload, 2)
    await organiser.say("/buys", "Your group buys")
    await organiser.do("🟢", "4 .* so far")
    await closed_now(organiser)
    await organiser.tap("Open", await organiser.sees("goes ahead"))
    page = await organiser.sees("They have until")
    assert not [each for each in page.labels if "Leave out" in each]
    own = Press.decode(page.button("Remind who owes")["callback_data"])
    early = Press(own.session_id, own.revision, "leave_out")
    await organiser.press(page.id, early.encode())
    await organiser.sees("They still have time")
    await pays(pays_, organiser, "No. 1")
    await wont.tap("查看", await wont.sees("请在"))
    await wont.sees("待付")
    await wont.do("不参加了", "不用再付款")
    await wont.do("确定退出", "已退出")
    await organiser.sees("Everybody who is left has paid")


@SLOW
async def test_the_card_in_a_channel_follows_the_buy_and_names_nobody(
    clients: Clients, organiser: Person
) -> None:
    """Posted by one press, edited in place as people join, without a way in when it is over."""
    channel = await Channel.of(clients, organiser.id, "Shoes together")
    await channel.bot_is("administrator", POSTING)
    await opened(organiser)
    await organiser.do("Post in Shoes", "being posted")
    card = await channel.one_card("0 pairs so far")
    payload = card.url("Join").partition("start=")[2]
    member = await clients.arrive()
    await joined(member, payload, 2)
    after = await channel.one_card("2 pairs so far")
    assert after.id == card.id
    assert "Tester" not in after.text
    assert "people" not in after.text  # one alone could be told
    await organiser.do("Cancel the group buy", "Cancel this group buy")
    await organiser.do("Yes, cancel it", "Cancelled")
    over = await channel.one_card("Cancelled")
    assert not over.buttons
    await member.sees("cancelled the group buy")


async def test_running_buys_are_posted_from_an_empty_inline_query(
    clients: Clients, organiser: Person
) -> None:
    """By whoever organises or has joined; nobody else is offered them, and no number gets old."""
    _, payload = await opened(organiser)
    member, stranger = await clients.arrive("zh"), await clients.arrive()
    await joined(member, payload, 1)
    token = payload.removeprefix("g1-")
    for who, join in ((organiser, "Join"), (member, "参加|参团|加入")):
        answer = await found(who, "")
        (card,) = (each for each in answer["results"] if each["id"] == f"buy-{token}")
        button, *_ = card["reply_markup"]["inline_keyboard"][0]
        assert re.search(join, button["text"])
        assert button["url"].endswith(payload)
        assert "so far" not in card["input_message_content"]["message_text"]
        assert answer["is_personal"]
    await stranger.say("/start", "Snaporder")
    answer = await found(stranger, "")
    assert not [each for each in answer["results"] if each["id"].startswith("buy-")]


@SLOW
async def test_a_crowd_joins_and_pays_and_nine_taps_close_the_buy(
    clients: Clients, organiser: Person, market: Market
) -> None:
    """From the lock to the confirmed order, everybody answering: one look at one statement."""
    channel = await Channel.of(clients, organiser.id, "Crowd")
    await channel.bot_is("administrator", POSTING)
    await opened(organiser)
    await organiser.do("Post in Crowd", "being posted")
    card = await channel.one_card("0 pairs so far")
    body = {"message_id": card.id, "people": 12, "within": 0}
    answer = await clients.telegram.post(f"/sandbox/chats/{channel.id}/crowd", json=body)
    assert len(answer.json()["user_ids"]) == 12
    await channel.one_card("12 people")
    page = await organiser.say("/buys", "Your group buys")
    taps = 0
    for label, seen in (
        ("🟢", "12 people"),
        ("Close now", "12 people are in"),
        ("Yes, close it", "Payments are being collected|goes ahead"),
    ):
        await organiser.tap(label, page)
        page, taps = await organiser.sees(seen), taps + 1
    told: list[Shown] = []

    async def all_say_so() -> bool:
        told[:] = [each for each in await organiser.history() if "12 members say" in each.text]
        return told

    await until(all_say_so)
    await organiser.tap("Open", told[-1])
    page, taps = await organiser.sees("Payments are being collected"), taps + 1
    for label, seen in (
        ("12 say they have paid", "12 members say"),
        ("All of it came in", "Check the order|1688 total"),
        ("Check the order", "One order for 12 people"),
        ("Order exactly this", "Being ordered|Ordered"),
    ):
        await organiser.tap(label, page)
        page, taps = await organiser.sees(seen), taps + 1
    await organiser.sees("The order is placed")
    assert len(await market.orders()) == 1
    assert taps <= 9
