"""By chat, where the obvious answer is wrong: two accounts, no post, cancelling, best price."""

from buying import SNEAKERS, Market, at_offer
from channels import POSTING, Channel
from chat import Person
from crashing import Clients, until
from group_buying import (
    bought,
    clients,
    closed_now,
    joined,
    market,
    opened,
    organiser,
    pays,
    world_of_groups,
)

from bot.chat.buttons import Press
from tests.tiers import SLOW

__all__ = ["clients", "market", "organiser", "world_of_groups"]


@SLOW
async def test_13_a_second_account_is_for_the_organiser_to_see(
    clients: Clients, organiser: Person
) -> None:
    """A limit counts all that one account has; of two the organiser takes one out, and says why."""
    await at_offer(organiser, SNEAKERS)
    await organiser.do("Group buy", "New group buy")
    await organiser.do("Per person", "How many pieces may one")
    await organiser.say("2", "At most 2 per person")
    page = await organiser.do("Open it", "Open for joining")
    payload = page.button("Copy the link")["copy_text"]["text"].partition("start=")[2]
    one, two = await clients.arrive(), await clients.arrive()
    await joined(one, payload, 2)
    await one.do("Join with more", "Which one")
    await one.do("White / 40", "How many")
    await one.say("1", "limit per person: you may take 0 more")
    await joined(two, payload, 2)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "4 .* so far")
    people = await organiser.do("2 people", "2 people")
    await organiser.tap("Tester.*", people)
    await organiser.sees("held for you")
    await organiser.do("Take out", "Why do you take")
    await organiser.say("Both accounts are yours", "1 person")
    await one.sees("Both accounts are yours")  # who claimed first stands first
    listed = await two.say("/buys", "Your group buys")
    assert "held for you" in listed.text
    assert "Both accounts" not in listed.text


@SLOW
async def test_14_without_its_post_a_buy_goes_on(clients: Clients, organiser: Person) -> None:
    """The post is a view: its organiser is told, people join by the link, and are told all."""
    channel = await Channel.of(clients, organiser.id, "Lost posts")
    await channel.bot_is("administrator", POSTING)
    await opened(organiser)
    await organiser.do("Post in Lost", "being posted")
    card = await channel.one_card("0 pairs so far")
    payload = card.url("Join").partition("start=")[2]
    body = {"from": channel.owner, "message_id": card.id}
    await clients.telegram.post(f"/sandbox/chats/{channel.id}/delete", json=body)
    member = await clients.arrive()
    await joined(member, payload, 3)
    await organiser.sees("card in one of your groups or channels is gone")
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "3 .* so far")
    await organiser.do("Post in Lost", "being posted")
    await channel.one_card("3 pairs so far")
    await closed_now(organiser)
    await member.sees("Please pay")


@SLOW
async def test_15_what_is_bought_is_not_cancelled_and_paid_back(
    clients: Clients, organiser: Person, market: Market
) -> None:
    """A button from before is refused, the page says who has the money, and all have their part."""
    _, payload = await opened(organiser)
    member = await clients.arrive()
    await joined(member, payload, 3)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "3 .* so far")
    await closed_now(organiser)
    await pays(member, organiser, "No. 1")
    placed = await bought(organiser, market)
    await member.sees("seller has sent")
    await organiser.tap("Open", placed)
    page = await organiser.sees("The seller has been paid, so the buy can no longer be cancelled")
    assert not [each for each in page.labels if "Cancel" in each]
    now = Press.decode(page.button("Everything arrived")["callback_data"])
    await organiser.press(page.id, Press(now.session_id, now.revision, "cancel_buy").encode())
    await organiser.sees("not possible at this stage")
    listed = await member.say("/buys", "Your group buys")
    assert "3 pairs" in listed.text
    assert "cancelled" not in listed.text.lower()


@SLOW
async def test_17_the_price_is_what_the_marketplace_quotes_whatever_the_steps_say(
    clients: Clients, organiser: Person, market: Market
) -> None:
    """Thirty pairs together would be cheaper, were they not counted by variant at the seller."""
    await market.switch(tiers_count="per_sku")
    _, payload = await opened(organiser)
    anna, ben = await clients.arrive(), await clients.arrive()
    await joined(anna, payload, 15)
    shown = await joined(ben, payload, 15, variant=1)
    assert "270 pairs more and each costs" in shown.text  # by the steps each costs 29.90 by now
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "30 .* so far")
    await closed_now(organiser)
    for each in (anna, ben):
        await each.tap("Open", await each.sees("Please pay"))
        page = await each.sees("To pay")
        assert "¥492.00" in page.text  # 15 at 32.80, which is what each agreed to at most
        assert "¥448.50" not in page.text

    async def still_collecting() -> bool:
        listed = await organiser.say("/buys", "Your group buys")
        return "Payments are being collected" in listed.text

    await until(still_collecting)
