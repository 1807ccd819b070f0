"""What a query asks of the marketplace."""

from typing import Any

import pytest

from bot.domain.finding import (
    Category,
    Filter,
    Narrowing,
    NavigationChoice,
    NavigationGroup,
)
from bot.domain.identifiers import CategoryId, OfferId, SellerId
from bot.domain.money import Fen
from bot.domain.offers import OfferSummary, SearchPage, Wording
from bot.domain.price_bounds import PriceBounds
from bot.domain.sessions import Query, SortField
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused, Unreachable
from bot.pictures import PreparedPhoto, UnreadablePicture
from bot.services.finding.search import HITS_PER_PAGE, Search


class Market:
    """Remembers what it was asked."""

    def __init__(self, *, refuses: MarketplaceError | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refuses = refuses  # a search without a word
        self.knows: dict[str, SearchPage] = {}
        self.groups: list[tuple[NavigationGroup, ...] | Exception] = []

    async def upload_image(self, jpeg: bytes) -> str:
        self.asked.append(("upload", jpeg))
        return "1234567890123456789"

    async def search_by_image(self, image_id: str, **options: Any) -> SearchPage:
        self.asked.append(("image", image_id, options))
        return SearchPage()

    async def search_by_keyword(self, keyword: str, **options: Any) -> SearchPage:
        self.asked.append(("keyword", keyword, options))
        if not keyword and self.refuses is not None:
            raise self.refuses
        return self.knows.get(keyword, SearchPage())

    async def search_shop(self, seller_id: str, **options: Any) -> SearchPage:
        self.asked.append(("shop", seller_id, options))
        return SearchPage()

    async def navigation(self, keyword: str) -> tuple[NavigationGroup, ...]:
        self.asked.append(("navigation", keyword))
        answer = self.groups.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Photos:
    """Prepares every file but an empty one."""

    async def prepare(self, data: bytes) -> PreparedPhoto:
        if not data:
            raise UnreadablePicture("empty")
        return PreparedPhoto(b"upright " + data, 10, 10)


async def asked(query: Query) -> tuple[Any, ...]:
    market = Market()
    await Search(market, Photos()).run(query)
    assert len(market.asked) == 1
    return market.asked[0]


async def test_a_caption_is_the_hint_and_a_word_narrows() -> None:
    """The caption helps to read the picture; the narrowing word searches within its hits."""
    kind, image_id, options = await asked(Query(image_id="19", hint="红色", refine="大号", page=3))
    assert (kind, image_id) == ("image", "19")
    assert options["hint"] == "红色"
    assert options["keyword"] == "大号"
    assert (options["page"], options["page_size"]) == (3, HITS_PER_PAGE)
    assert options["sort"] is None


async def test_words_are_joined_into_one_keyword() -> None:
    """A keyword search has no second field: the narrowing word goes beside the first."""
    kind, keyword, options = await asked(Query(keyword="杯", refine="大号"))
    assert (kind, keyword) == ("keyword", "杯 大号")
    assert options["page"] == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (SortField.PRICE, '{"price":"asc"}'),
        (SortField.SOLD, '{"monthSold":"desc"}'),
        (SortField.REPURCHASE, '{"rePurchaseRate":"desc"}'),
    ],
)
async def test_cheapest_first_but_best_sold_and_most_repurchased_first(
    field: SortField, text: str
) -> None:
    """Each order in the direction that a buyer means by it."""
    _, _, options = await asked(Query(keyword="杯", sort=field))
    assert options["sort"].as_text == text


async def test_a_photo_is_prepared_uploaded_and_then_only_named() -> None:
    """The query holds the picture's number, so that another try needs no second upload."""
    market = Market()
    query = await Search(market, Photos()).query_for_photo(b"photo")
    assert market.asked == [("upload", b"upright photo")]
    assert query == Query(image_id="1234567890123456789")


async def test_a_useless_file_is_never_uploaded() -> None:
    """What is no picture is refused before the marketplace sees it."""
    market = Market()
    with pytest.raises(UnreadablePicture):
        await Search(market, Photos()).query_for_photo(b"")
    assert market.asked == []


NARROW = Narrowing(filters=(Filter.FACTORY,), prices=PriceBounds(low=Fen(1), high=Fen(9)))
PATH = (
    Category(category_id=CategoryId(15), name="居家日用品"),
    Category(category_id=CategoryId(1556), name="居家日用", is_leaf=True),
)


@pytest.mark.parametrize(
    "query", [Query(image_id="19"), Query(keyword="杯"), Query(seller_id=SellerId("s"))]
)
async def test_filters_and_prices_go_with_every_kind_of_search(query: Query) -> None:
    """On every page, for pictures and shops as for words."""
    _, _, options = await asked(query.replace(narrowing=NARROW, page=7))
    assert options["filters"] == NARROW.filters
    assert options["prices"] == NARROW.prices
    assert options["page"] == 7


async def test_a_shop_is_searched_with_or_without_a_word() -> None:
    """The narrowing word is the keyword within the shop."""
    kind, seller, options = await asked(Query(seller_id=SellerId("BBB-x_y")))
    assert (kind, seller, options["keyword"]) == ("shop", SellerId("BBB-x_y"), "")
    _, _, options = await asked(Query(seller_id=SellerId("BBB-x_y"), refine="红"))
    assert options["keyword"] == "红"


async def test_the_last_category_of_the_path_is_looked_in() -> None:
    """Without a word, or with the one that narrows."""
    _, keyword, options = await asked(Query(category=PATH))
    assert (keyword, options["category_id"]) == ("", 1556)
    _, keyword, options = await asked(Query(category=PATH, refine="木"))
    assert (keyword, options["category_id"]) == ("木", 1556)


async def test_a_choice_of_the_navigation_goes_along() -> None:
    """By its id, beside the words."""
    choice = NavigationChoice(navigation_id="978:1352", name=Wording(zh="陶瓷"))
    _, keyword, options = await asked(Query(keyword="杯", navigation=choice))
    assert (keyword, options["navigation_id"]) == ("杯", "978:1352")


def refusal(reason: RefusalReason) -> Refused:
    return Refused("keyword参数不能为空", endpoint="keyword_search", code="400", reason=reason)


async def test_where_a_word_is_wanted_the_category_is_looked_for_by_its_name() -> None:
    """Within the same category; and once a word is no longer wanted, without one again."""
    market = Market(refuses=refusal(RefusalReason.VALIDATION))
    search = Search(market, Photos())
    await search.run(Query(category=PATH, page=2))
    asked = [(each[1], each[2]["page"], each[2]["category_id"]) for each in market.asked]
    assert asked == [("", 2, 1556), ("居家日用", 2, 1556)]
    market.refuses = None
    await search.run(Query(category=PATH))
    assert [each[1] for each in market.asked[2:]] == [""]


@pytest.mark.parametrize(
    "error",
    [
        refusal(RefusalReason.NOT_PERMITTED),
        Unreachable("no answer", endpoint="keyword_search"),
    ],
)
async def test_other_failures_in_a_category_are_no_reason_to_look_for_its_name(
    error: MarketplaceError,
) -> None:
    """They come to the person as they are."""
    market = Market(refuses=error)
    search = Search(market, Photos())
    with pytest.raises(type(error)):
        await search.run(Query(category=PATH))
    assert len(market.asked) == 1
    market.refuses = None
    await search.run(Query(category=PATH))
    assert market.asked[-1][1] == ""


async def test_navigation_is_read_once_for_a_while() -> None:
    """Opening a group and going back asks nothing; a failure is not kept."""
    now = [0.0]
    market = Market()
    group = NavigationGroup(navigation_id="978", name=Wording(zh="材质"))
    market.groups = [Unreachable("no answer", endpoint="navigation"), (group,), ()]
    search = Search(market, Photos(), clock=lambda: now[0])
    with pytest.raises(Unreachable):
        await search.navigation("杯")
    assert await search.navigation("杯") == (group,)
    assert await search.navigation("杯") == (group,)
    assert len(market.asked) == 2
    now[0] = 7200.0
    assert await search.navigation("杯") == ()


HIT = SearchPage(hits=(OfferSummary(offer_id=OfferId(1), title=Wording(zh="杯")),))


@pytest.mark.parametrize(
    ("asked", "knows", "answered", "calls"),
    [
        ("ceramic mug", "ceramic mug", "ceramic mug", 1),  # understood as it is
        ("ceramic mug", "陶瓷马克杯", "陶瓷马克杯", 2),
        ("ceramic mug", "马克杯", "马克杯", 3),
        ("ceramic mug", "", "ceramic mug", 3),
        ("flurb", "", "flurb", 1),
        ("马克杯", "", "马克杯", 1),
    ],
)
async def test_words_that_find_nothing_are_tried_in_chinese(
    asked: str, knows: str, answered: str, calls: int
) -> None:
    """First all of it, then the goods alone; words that find something are left as they are."""
    market = Market()
    market.knows = {knows: HIT}
    query, page = await Search(market, Photos()).find(Query(keyword=asked))
    assert (query.words, bool(page.hits)) == (answered, bool(knows))
    assert len(market.asked) == calls


async def test_a_narrowing_word_is_tried_in_chinese_too() -> None:
    """Also where the search itself is Chinese."""
    market = Market()
    market.knows = {"马克杯 红色": HIT}
    query, page = await Search(market, Photos()).find(Query(keyword="马克杯", refine="red"))
    assert query.words == "马克杯 红色"
    assert page.hits
