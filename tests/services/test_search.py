"""What a query asks of the marketplace."""

from typing import Any

import pytest

from bot.domain.offers import SearchPage
from bot.domain.sessions import Query, SortField
from bot.pictures import PreparedPhoto, UnreadablePicture
from bot.services.search import HITS_PER_PAGE, Search


class Market:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def upload_image(self, jpeg: bytes) -> str:
        self.asked.append(("upload", jpeg))
        return "1234567890123456789"

    async def search_by_image(self, image_id: str, **options: Any) -> SearchPage:
        self.asked.append(("image", image_id, options))
        return SearchPage()

    async def search_by_keyword(self, keyword: str, **options: Any) -> SearchPage:
        self.asked.append(("keyword", keyword, options))
        return SearchPage()


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
