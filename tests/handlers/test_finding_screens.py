"""Filters, navigation, shops and categories: what they draw and what they leave alone."""

from typing import Any

import pytest
from goods import OFFER_ID, Shelf, context, offer, page, session, view, written

from bot.chat.context import Overlay
from bot.chat.keyboards import keyboard_json
from bot.chat.measuring import visible_length
from bot.chat.screens import CAPTION_LIMIT, ContactSheet, Screen
from bot.chat.texts import texts_in
from bot.domain.asking import Asking, FiltersOpen, NavigationOpen, PricesAsked
from bot.domain.finding import (
    Category,
    Filter,
    Narrowing,
    NavigationChoice,
    NavigationGroup,
)
from bot.domain.identifiers import CategoryId, OfferId, SellerId
from bot.domain.money import Fen
from bot.domain.offers import SearchPage, Wording
from bot.domain.price_bounds import PriceBounds
from bot.domain.sessions import Focus, Picking, Query, Session, SortField, Step
from bot.domain.writes import KeepOffer
from bot.marketplace.errors import MarketplaceError, Unreachable
from handlers import results
from handlers.finding import categories, filters, navigation, shop
from handlers.finding.category_names import name_of
from handlers.finding.looked_for import ResultsView, chips, without

WORDS = Query(keyword="杯")
GROUP = NavigationGroup(
    navigation_id="978",
    name=Wording(zh="材质", translated="Material"),
    choices=tuple(
        NavigationChoice(navigation_id=f"978:{n}", name=Wording(zh=f"料{n}")) for n in range(40)
    ),
)


def at_results(query: Query = WORDS, *, asking: Asking | None = None, **changes: Any) -> Session:
    return session(step=Step.RESULTS, query=query, focus=Focus(asking=asking), **changes)


def drawn(of: Session, **shown: Any) -> Screen:
    shown = {"results": page("杯子"), **shown}
    return results.screen(view(of, ResultsView, **shown))


def labels(screen: Screen) -> list[str]:
    return [button.text for row in screen.rows for button in row]


class Finding(Shelf):
    """A marketplace that finds a page for whatever it is asked, and has a navigation."""

    def __init__(self) -> None:
        super().__init__(offer())
        self.searched: list[dict[str, Any]] = []
        self.groups: tuple[NavigationGroup, ...] = (GROUP,)
        self.failing: MarketplaceError | None = None

    async def search_by_keyword(self, keyword: str, **options: Any) -> SearchPage:
        return self._found({"keyword": keyword, **options})

    async def search_shop(self, seller_id: str, **options: Any) -> SearchPage:
        return self._found({"seller": seller_id, **options})

    async def navigation(self, keyword: str) -> tuple[NavigationGroup, ...]:
        if self.failing:
            raise self.failing
        return self.groups

    async def categories(self, parent: CategoryId) -> tuple[Category, ...]:
        if self.failing:
            raise self.failing
        return ()

    def _found(self, asked: dict[str, Any]) -> SearchPage:
        if self.failing:
            raise self.failing
        self.searched.append(asked)
        return page("新")


@pytest.mark.parametrize(
    "asking", [FiltersOpen(), PricesAsked(), NavigationOpen(), NavigationOpen(group="978")]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_panel_lies_under_the_pages_own_pictures(asking: Asking, language: str) -> None:
    """So that it opens and closes in place; its caption fits whatever is looked for."""
    query = Query(keyword="好" * 60, page=3)
    of = at_results(query, asking=asking, language=language)
    shown = results.screen(view(of, ResultsView, results=page("杯"), navigation=(GROUP,)))
    assert (
        shown.picture
        == results.screen(view(at_results(query), ResultsView, results=page("杯"))).picture
    )
    assert isinstance(shown.picture, ContactSheet)
    assert visible_length(shown.text) <= CAPTION_LIMIT


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_result_alone_is_neither_sorted_nor_compared_nor_narrowed(language: str) -> None:
    """Nor is there another page; filters stay where they are what narrowed it so far."""
    one = page("杯子", hits=1)
    alone = drawn(at_results(language=language), results=one)
    assert labels(alone) == ["1"]
    assert "1" in alone.text.splitlines()[-1]
    prices = PriceBounds(low=Fen(100), high=Fen(900))
    query = WORDS.replace(narrowing=Narrowing(prices=prices))
    number, filtering, *chips_ = labels(drawn(at_results(query), results=one))
    assert (number, "Filter" in filtering, len(chips_)) == ("1", True, 1)
    two = {each.action for row in drawn(at_results(), results=page("杯子", 2)).rows for each in row}
    assert {"sort", "compare", "refine", "filters", "navigate"} <= two


def test_a_tick_changes_the_panel_and_not_the_search() -> None:
    """What is ticked stands beside the query until it is shown."""
    of = at_results(asking=FiltersOpen(ticked=Narrowing(filters=(Filter.FACTORY,))))
    assert "✓ Factory" in labels(drawn(of))
    assert not [each for each in labels(drawn(at_results())) if each.startswith("✖️")]


def test_a_filter_of_another_release_can_be_taken_off() -> None:
    """What is set is on the panel, offered there or not."""
    of = at_results(asking=FiltersOpen(ticked=Narrowing(filters=(Filter.SHIPS_TODAY,))))
    assert "✓ Ships today" in labels(drawn(of))


@pytest.mark.parametrize(
    ("prices", "label"),
    [
        (PriceBounds(low=Fen(1000), high=Fen(4990)), "¥10–¥49.90"),
        (PriceBounds(low=Fen(1000)), "from ¥10"),
        (PriceBounds(high=Fen(100_000)), "up to ¥1,000"),
    ],
)
def test_a_chip_names_the_price_range_in_short(prices: PriceBounds, label: str) -> None:
    """Whole yuan without their fen."""
    query = WORDS.replace(narrowing=Narrowing(prices=prices))
    assert f"✖️ {label}" in labels(drawn(at_results(query)))


def test_each_chip_drops_one_thing_and_the_last_one_all() -> None:
    """From the first page on, the sort and the words left as they are."""
    query = Query(
        keyword="杯",
        hint="h",
        refine="白",
        navigation=GROUP.choices[0],
        narrowing=Narrowing(filters=(Filter.FACTORY,), prices=PriceBounds(low=Fen(1))),
        sort=SortField.SOLD,
        page=4,
    )
    args = [button.arg for row in chips(view(at_results(query)), query) for button in row]
    assert args == ["hint", "refine", "navigation", "certifiedFactory", "prices", "all"]
    left = query
    for arg in args[:-1]:
        one = without(query, arg)
        assert one is not None
        assert one != query
        assert one.page == 1
        left = without(left, arg) or left
    assert left == without(query, "all") == Query(keyword="杯", sort=SortField.SOLD)
    assert without(query, "shipIn24Hours") is None
    assert without(query, "keyword") is None


def test_prices_outside_the_range_are_owned_up_to() -> None:
    """In what unit the marketplace reads the bounds is a guess: what it shows tells."""
    within = WORDS.replace(narrowing=Narrowing(prices=PriceBounds(low=Fen(99_999_999))))
    outside = WORDS.replace(narrowing=Narrowing(prices=PriceBounds(high=Fen(5000))))
    assert "outside your range" not in drawn(at_results(within)).text
    assert "outside your range" in drawn(at_results(outside)).text


async def test_showing_what_is_shown_already_costs_no_search() -> None:
    """The page that was there comes back."""
    shelf = Finding()
    walked = context(at_results(asking=FiltersOpen(ticked=Narrowing())), shelf, arg="")
    await filters.apply(written("x"), walked)
    assert shelf.searched == []
    assert walked.session.focus.asking is None


async def test_a_failed_search_keeps_panel_and_page() -> None:
    """The ticks and the old query stay for another try."""
    shelf, ticked = Finding(), Narrowing(filters=(Filter.FACTORY,))
    shelf.failing = Unreachable("no answer", endpoint="keyword_search")
    walked = context(at_results(asking=FiltersOpen(ticked=ticked)), shelf, arg="")
    await filters.apply(written("x"), walked)
    assert walked.session.focus.asking == FiltersOpen(ticked=ticked)
    assert walked.session.query == WORDS
    assert walked.writes == []


@pytest.mark.parametrize("arg", ["", "Factory", "isQqyx", "certifiedFactory2"])
async def test_only_known_filters_can_be_ticked(arg: str) -> None:
    """Anything else changes nothing."""
    walked = context(at_results(asking=FiltersOpen(ticked=Narrowing())), Finding(), arg=arg)
    await filters.tick(written("x"), walked)
    assert walked.session.focus.asking == FiltersOpen()


def test_many_choices_are_paged() -> None:
    """Sixteen at a time."""
    of = at_results(asking=NavigationOpen(group="978"))
    first = labels(results.screen(view(of, ResultsView, results=page("杯"), navigation=(GROUP,))))
    assert sum(each.startswith("料") for each in first) == 16
    last = labels(
        results.screen(
            view(
                of.replace(focus=of.focus.replace(page=2)),
                ResultsView,
                results=page("杯"),
                navigation=(GROUP,),
            )
        )
    )
    assert sum(each.startswith("料") for each in last) == 8
    assert not [each for each in last if "Next" in each]


@pytest.mark.parametrize("bad", ["", "x" * 60, "好" * 20])
async def test_ids_that_no_button_can_hold_are_left_out(bad: str) -> None:
    """The length of the marketplace's ids is not known; one that is too long breaks no screen."""
    odd = NavigationChoice(navigation_id=bad, name=Wording(zh="怪"))
    group = GROUP.replace(choices=(odd, *GROUP.choices[:2]))
    of = at_results(asking=NavigationOpen(group="978"))
    shown = results.screen(view(of, ResultsView, results=page("杯"), navigation=(group,)))
    assert keyboard_json(of, shown) is not None
    assert "怪" not in labels(shown)


async def test_a_group_without_choices_is_a_choice() -> None:
    """`978` alone narrows as well (contract 4.3)."""
    shelf = Finding()
    shelf.groups = (GROUP.replace(choices=()),)
    walked = context(at_results(asking=NavigationOpen()), shelf, arg="978")
    await navigation.by(written("x"), walked)
    assert shelf.searched[0]["navigation_id"] == "978"
    assert walked.session.query is not None
    assert walked.session.query.navigation is not None
    assert walked.session.focus.asking is None


async def test_a_navigation_that_went_away_can_be_left() -> None:
    """Read again after a restart and not answered: try again, or back."""
    shown = drawn(at_results(asking=NavigationOpen()))
    assert labels(shown) == ["🔄 Try again", "◀️ Back"]


async def test_an_offers_shop_needs_no_id_in_the_button() -> None:
    """So a seller whose id is too long can be looked at as well."""
    seller = offer().seller.replace(seller_id=SellerId("B" * 90))
    shelf = Finding()
    walked = context(
        session(step=Step.OFFER, picking=Picking(offer_id=OFFER_ID), query=WORDS), shelf, arg=""
    )
    walked.write(KeepOffer(offer(seller=seller)))
    assert await shop.shop(written("x"), walked) is Step.RESULTS
    assert shelf.searched[0]["seller"] == SellerId("B" * 90)
    query = walked.session.query
    assert query is not None
    assert (query.of_offer, query.before) == (OFFER_ID, WORDS)


@pytest.mark.parametrize("arg", ["\x00", "💥", "a b", "x" * 65])
async def test_what_can_be_no_sellers_id_opens_nothing(arg: str) -> None:
    """Crafted buttons reach no search."""
    shelf = Finding()
    assert await shop.shop(written("x"), context(session(), shelf, arg=arg)) is None
    assert shelf.searched == []


async def test_a_shop_in_a_shop_leads_back_to_the_first_search() -> None:
    """Each further item of the same shop keeps what was looked for before it."""
    query = Query(seller_id=SellerId("s"), of_offer=OfferId(1), before=WORDS)
    walked = context(
        session(step=Step.OFFER, picking=Picking(offer_id=OFFER_ID), query=query), Finding(), arg=""
    )
    walked.write(KeepOffer(offer()))
    await shop.shop(written("x"), walked)
    after = walked.session.query
    assert after is not None
    assert (after.of_offer, after.before) == (OFFER_ID, WORDS)


@pytest.mark.parametrize("handler", [shop.shop, categories.goods])
async def test_an_order_being_placed_is_not_left(handler: Any) -> None:
    """Standing buttons of old messages wait as everything else does."""
    walked = context(session(step=Step.PLACING), Finding(), arg="s")
    assert await handler(written("x"), walked) is None
    assert walked.session.query is None


async def test_categories_that_cannot_be_read_say_so_and_can_be_tried_again() -> None:
    """Beside the journey, which stays where it is."""
    shelf = Finding()
    shelf.failing = Unreachable("no answer", endpoint="categories")
    shown = await categories.show(written("x"), context(session(), shelf))
    assert isinstance(shown, Overlay)
    assert labels(shown.screen) == ["🔄 Try again"]
    shelf.failing = None
    shown = await categories.show(written("x"), context(session(), shelf))
    assert isinstance(shown, Overlay)
    assert "gives no categories" in shown.screen.text


def test_root_categories_have_our_names_and_the_rest_the_marketplaces() -> None:
    """Unknown ones stay Chinese for everybody."""
    known = Category(category_id=CategoryId(15), name="居家日用品")
    other = Category(category_id=CategoryId(99), name="新类目")
    en, zh = texts_in("en"), texts_in("zh")
    assert (name_of(en, known), name_of(zh, known)) == ("Household goods", "居家日用品")
    assert name_of(en, other) == name_of(zh, other) == "新类目"


def test_a_deep_path_keeps_its_end() -> None:
    """Where room is short the nearest names stay."""
    path = tuple(Category(category_id=CategoryId(n), name="长" * 20 + str(n)) for n in range(3))
    head = drawn(at_results(Query(category=path))).text
    assert "长" * 20 + "2" in head
    assert "长0" not in head
