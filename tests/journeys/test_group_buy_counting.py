"""What arrived is counted: less came of one variant, more of another; who takes what instead."""

import re

from buying import Market
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

from tests.tiers import SLOW

__all__ = ["clients", "market", "organiser", "world_of_groups"]


async def a_sale_taken_back(organiser: Person) -> None:
    """Booked by a slip: the piece is there to be sold again, and both entries stay."""
    await organiser.do("What you booked", "sold to others: 1 pair of White")
    await organiser.do("A mistake: sold", "yours to sell again.*Both entries stay")
    page = await organiser.do("Yes, take it back", "Taken back.*More came than was ordered")
    assert "You sold to others" not in page.text
    await organiser.do("What you booked", "sold to others.*taken back")
    await organiser.do("Back", "More came than was ordered")
    await organiser.do("Sold to others", "2 pairs to sell.*How many")
    await organiser.say("1 36.00", "Booked.*1 pair for ¥36.00")


@SLOW
async def test_another_variant_came_and_is_taken_by_who_goes_without(
    clients: Clients, organiser: Person, market: Market
) -> None:
    """Ben's two are missing, two too many of Anna's came.

    The organiser sells one of them to somebody else; Ben takes the other, and has one paid back.
    """
    _, payload = await opened(organiser)
    anna, ben = await clients.arrive(), await clients.arrive("zh")
    await joined(anna, payload, 2)
    await joined(ben, payload, 2, variant=1)
    await organiser.say("/buys", "Your group buys")
    await organiser.do("🟢", "4 .* so far")
    await closed_now(organiser)
    await organiser.sees("goes ahead")
    await pays(anna, organiser, "No. 1")
    await pays(ben, organiser, "No. 2")
    placed = await bought(organiser, market)
    await ben.sees("卖家已发货")
    await organiser.tap("Open", placed)
    await organiser.tap("Count what arrived", await organiser.sees("On its way"))
    counting = await organiser.sees("nobody ordered")
    more, none = (each for each in counting.labels if each.endswith("2 / 2"))
    await organiser.tap(re.escape(more), counting)
    await organiser.sees("nobody ordered")
    await organiser.say("4", "nobody ordered")
    await organiser.do(re.escape(none), "nobody ordered")
    counting = await organiser.say("0", "nobody ordered")
    assert [each for each in counting.labels if each.endswith("4 / 2")]
    await organiser.do("That is what arrived", "1 person goes without.*1 person is told")
    await organiser.do("Yes, book this count", "More came than was ordered")
    await organiser.do("Sold to others", "2 pairs to sell.*How many")
    await organiser.say("one", "how many, then for how much")
    await organiser.say("3 36", "Only 2 are left")
    await organiser.say("1 36.00", "Booked.*sold to others.*1 pair for ¥36.00.*more than members")
    await a_sale_taken_back(organiser)
    told = await ben.sees("没到齐.*顶替")
    await ben.tap("查看", told)
    shown = await ben.sees("应退")
    owed = re.search(r"应退[^¥]*(¥[\d.]+)", shown.text)
    assert owed is not None, shown.text
    shown = await ben.do("改要 1 双", "已换给你.*其中 1")
    assert owed[1] not in shown.text  # half of it is charged again
    assert "改要" not in "".join(shown.labels)
    await organiser.sees("takes what came instead")

    async def no_longer_spare() -> bool:
        listed = await organiser.say("/buys", "Your group buys")
        await organiser.tap("📦|🎁|·", listed)
        page = await organiser.sees("Arrived|Being handed out")
        return "More came than" not in page.text

    await until(no_longer_spare)
