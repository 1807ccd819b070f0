"""What is narrowed by, and searches stored by earlier versions."""

import json

from bot.domain.finding import Filter, Narrowing
from bot.domain.money import Fen
from bot.domain.price_bounds import PriceBounds
from bot.domain.sessions import Query, Session, SortField, Step


def test_a_filter_is_ticked_and_unticked() -> None:
    """In the order of the ticks; the same one again takes it away."""
    ticked = Narrowing().toggled(Filter.FACTORY).toggled(Filter.FREE_RETURNS)
    assert ticked.filters == (Filter.FACTORY, Filter.FREE_RETURNS)
    assert ticked.toggled(Filter.FACTORY).filters == (Filter.FREE_RETURNS,)


def test_of_one_family_the_latest_tick_stays() -> None:
    """How the marketplace joins two dispatch times or two ratings is not stated."""
    ticked = Narrowing().toggled(Filter.SHIPS_IN_24_HOURS).toggled(Filter.RATED_4_5)
    ticked = ticked.toggled(Filter.SHIPS_IN_48_HOURS).toggled(Filter.RATED_5)
    assert ticked.filters == (Filter.SHIPS_IN_48_HOURS, Filter.RATED_5)


def test_prices_alone_narrow() -> None:
    """Nothing ticked and no bound is no narrowing."""
    assert Narrowing().is_none
    assert not Narrowing(prices=PriceBounds(high=Fen(1))).is_none
    assert not Narrowing(filters=(Filter.FACTORY,)).is_none


def test_a_session_of_an_earlier_version_is_readable() -> None:
    """As the first release stored it, in the middle of results."""
    stored = {
        "session_id": "ABC234",
        "chat_id": 1,
        "user_id": 2,
        "revision": 4,
        "step": "results",
        "language": "zh",
        "query": {
            "image_id": None,
            "keyword": "杯子",
            "hint": None,
            "refine": "白",
            "sort": "price",
            "page": 2,
            "pending": False,
        },
    }
    session = Session.model_validate_json(json.dumps(stored))
    assert session.step is Step.RESULTS
    assert session.query == Query(keyword="杯子", refine="白", sort=SortField.PRICE, page=2)
    assert session.query.narrowing.is_none


def test_the_words_of_a_search_are_its_keyword_and_what_narrows_it() -> None:
    """None of them for a picture or a category alone."""
    assert Query(keyword="杯子", refine="白").words == "杯子 白"
    assert Query(refine="白").words == "白"
    assert Query(image_id="1").words == ""
