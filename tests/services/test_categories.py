"""The category tree: read level by level, kept, and never trusted beyond what it holds."""

from typing import Any, cast

import pytest

from bot.domain.finding import Category
from bot.domain.identifiers import CategoryId
from bot.marketplace.errors import MarketplaceError, Unreachable
from bot.services.finding.categories import Categories, NoSuchCategory

HOME = Category(category_id=CategoryId(15), name="居家日用品")
SCALES = Category(category_id=CategoryId(124284003), name="秤", is_leaf=True)
TREE = {0: (HOME,), 15: (SCALES,)}


class Market:
    """Has the tree, while `error` is not set."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.error: MarketplaceError | None = None

    async def categories(self, parent: CategoryId) -> tuple[Category, ...]:
        self.asked.append(parent)
        if self.error is not None:
            raise self.error
        return TREE.get(parent, ())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def known(market: Market, clock: Clock | None = None) -> Categories:
    return Categories(cast("Any", market), clock or Clock())


async def test_each_level_is_read_once() -> None:
    """Walking up and down again costs nothing."""
    market = Market()
    categories = known(market)
    for _ in range(3):
        path = await categories.path([CategoryId(15), CategoryId(124284003)])
        assert path == (HOME, SCALES)
        assert await categories.below(path[:1]) == (SCALES,)
    assert market.asked == [0, 15]


async def test_the_tree_is_read_again_after_some_hours() -> None:
    """Its life is bounded."""
    market, clock = Market(), Clock()
    categories = known(market, clock)
    await categories.below(())
    clock.now = 7 * 3600.0
    await categories.below(())
    assert market.asked == [0, 0]


async def test_an_outage_leaves_the_tree_that_was_read() -> None:
    """What is some hours old is better than nothing; what was never read is missed."""
    market, clock = Market(), Clock()
    categories = known(market, clock)
    await categories.below(())
    clock.now = 7 * 3600.0
    market.error = Unreachable("no answer", endpoint="categories")
    assert await categories.below(()) == (HOME,)
    with pytest.raises(Unreachable):
        await categories.below((HOME,))


@pytest.mark.parametrize("ids", [[99], [15, 99], [124284003], [15, 124284003, 1]])
async def test_a_path_that_the_tree_does_not_have_is_refused(ids: list[int]) -> None:
    """Anybody can send any button: only what lies below its parent is walked."""
    market = Market()
    with pytest.raises(NoSuchCategory):
        await known(market).path([CategoryId(each) for each in ids])
    assert 99 not in market.asked
