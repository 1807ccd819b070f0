"""What is asked behind the bot's name in any chat, and in groups, counts as in the private one."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from group_messages import LINK, message
from telegram import InlineQuery, Update, User

from bot.domain.identifiers import OfferId
from bot.domain.links import GroupLinks, offer_in_link
from bot.services.finding.search import Search
from bot.services.quotas import Quotas
from bot.services.spending import counted
from handlers.group.answering import GoodsInGroups, GroupAllowance
from handlers.group.asked import Asked
from handlers.group.inline import InlineGoods
from tests.fakes.memory_storage import MemoryStorage
from tests.handlers.goods import Shelf, context, offer, session

NUMBERS = range(718092053690, 718092053790)


class _AskedByLink(GoodsInGroups):
    """Takes every message for an offer's link, whoever the bot is."""

    def check_update(self, update: object) -> Asked | None:
        text = cast("Any", update).message.text
        return Asked(offer_id=offer_in_link(text))


class World:
    """An inline mode and groups whose marketplace has every offer."""

    def __init__(self, **limits: int) -> None:
        self.shelf = Shelf(*(offer().replace(offer_id=OfferId(each)) for each in NUMBERS))
        quotas = Quotas(MemoryStorage(), cast("Any", None), **limits)
        market = counted(cast("Any", self.shelf), quotas)
        lets_in = SimpleNamespace(lets_in=lambda _: asyncio.sleep(0, result=True))
        self.services = replace(
            context(session(), self.shelf).services,
            quotas=quotas,
            marketplace=market,
            search=Search(market, cast("Any", None)),
            access=cast("Any", lets_in),
        )
        self.inline = InlineGoods(self.services, pause=lambda _: 0)
        self.shown: list[Any] = []

    async def type(self, text: str, person: int = 7) -> dict[str, Any]:
        """Return what is answered to a typed query."""
        query = InlineQuery("1", User(person, "Ann", is_bot=False), text, "")
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        async def call(_: str, **parameters: Any) -> None:
            answered.set_result(parameters)

        bot = SimpleNamespace(username="snap_bot", call=call)
        update = Update(1, inline_query=query)
        await self.inline._begin(update, cast("Any", SimpleNamespace(bot=bot)))
        return await asyncio.wait_for(answered, 30)

    async def ask_in_group(self, number: int) -> str:
        """Return what is answered to an offer's link."""

        async def post(_: object, screen: Any, **__: Any) -> None:
            self.shown.append(screen.text)

        async def nothing(*_: object, **__: object) -> None:
            """A sign of life."""

        groups = _AskedByLink(
            self.services,
            cast("Any", SimpleNamespace(post=post)),
            GroupAllowance(1000),
            GroupLinks.ALWAYS,
        )
        asked = message(LINK.replace("718092053690", str(number)))
        bot = SimpleNamespace(id=99, username="snap_bot", send_chat_action=nothing)
        await groups._answer(Update(1, message=asked), cast("Any", SimpleNamespace(bot=bot)))
        return str(self.shown[-1])


@pytest.mark.parametrize("limits", [{"searches_per_hour": 5}, {"calls_per_hour": 5}])
async def test_offers_typed_by_number_have_a_bound(limits: dict[str, int]) -> None:
    """Ten numbers typed one after the other read five offers; another person's are their own."""
    world = World(**limits)
    answers = [await world.type(str(each)) for each in NUMBERS[:10]]
    assert len(world.shelf.read) == 5
    assert [bool(orjson.loads(each["results"])) for each in answers] == [True] * 5 + [False] * 5
    assert orjson.loads(answers[-1]["button"])["text"]
    assert orjson.loads((await world.type(str(NUMBERS[20]), 8))["results"])


async def test_links_in_groups_spend_the_same_budget() -> None:
    """What was typed behind the name counts there, too."""
    world = World(calls_per_hour=6)
    for each in NUMBERS[:3]:
        await world.type(str(each), person=5)
    told = [await world.ask_in_group(each) for each in NUMBERS[10:20]]
    assert len(world.shelf.read) == 6
    assert [each for each in told if "within the last hour" in each] == told[3:]
