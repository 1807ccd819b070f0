"""Captions stay under Telegram's limit, whatever sellers write: else the picture is lost."""

import pytest
from fitting import TITLES, well_formed
from goods import OFFER_ID, offer, page, session, sku, view

from bot.chat.measuring import visible_length
from bot.chat.screens import CAPTION_LIMIT, ContactSheet, SellerPicture
from bot.domain.finding import Filter, Narrowing, NavigationChoice
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.price_bounds import PriceBounds
from bot.domain.sessions import Announced, Flash, Focus, Picking, Query, SortField, Step
from bot.services.finding.search import HITS_PER_PAGE
from handlers import offer as offer_step
from handlers import results, variant
from handlers.finding.looked_for import ResultsView
from handlers.offer import OfferView

EVERYTHING = Narrowing(
    filters=(
        Filter.FACTORY,
        Filter.FREE_RETURNS,
        Filter.SHIPS_IN_24_HOURS,
        Filter.RATED_4_5,
    ),
    prices=PriceBounds(low=Fen(77_777_777), high=Fen(88_888_888)),
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", list(TITLES))
def test_a_page_of_endless_titles_fits_under_its_sheet(title: str, language: str) -> None:
    """Titles of over 1,000 characters, the largest numbers, a flash and all that narrows."""
    query = Query(
        image_id="1" * 19,
        hint="好" * 60,
        refine="好" * 30,
        navigation=NavigationChoice(navigation_id="9:9", name=Wording(zh="好" * 500)),
        narrowing=EVERYTHING,
        sort=SortField.REPURCHASE,
        page=99,
    )
    of = session(
        step=Step.RESULTS,
        language=language,
        query=query,
        announced=Announced(flash=Flash(key="search.album")),
    )
    found = page(TITLES[title], HITS_PER_PAGE, number=99)
    screen = results.screen(view(of, ResultsView, results=found))
    assert visible_length(screen.text) <= CAPTION_LIMIT
    assert well_formed(screen.text)
    assert isinstance(screen.picture, ContactSheet)
    assert screen.text.count("¥999,999.99") == HITS_PER_PAGE


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", list(TITLES))
def test_an_offer_with_everything_fits_under_its_picture(title: str, language: str) -> None:
    """Both titles, five tiers, every term, all of the seller's facts and a flash."""
    words = Wording(zh=TITLES[title], translated=TITLES[title] + "x")
    of = session(
        step=Step.OFFER,
        language=language,
        picking=Picking(offer_id=OFFER_ID),
        announced=Announced(flash=Flash(key="variant.withdrawn", params={"value": "好" * 24})),
    )
    shown = offer_step.screen(view(of, OfferView, offer=offer(title=words, on_sale=False)))
    assert visible_length(shown.text) <= CAPTION_LIMIT
    assert well_formed(shown.text)
    assert isinstance(shown.picture, SellerPicture)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", list(TITLES))
def test_variants_of_endless_names_fit_under_their_sheet(title: str, language: str) -> None:
    """Ten values of over 1,000 characters each, every one with a picture of its own."""
    skus = [
        sku(n, f"{n}{TITLES[title]}", 9_999_999, f"https://img.test/{n}.jpg") for n in range(120)
    ]
    words = Wording(zh=TITLES[title], translated=TITLES[title] + "x")
    of = session(
        step=Step.VARIANT,
        language=language,
        picking=Picking(offer_id=OFFER_ID),
        focus=Focus(page=3),
    )
    shown = variant.screen(view(of, OfferView, offer=offer(*skus, title=words)))
    assert visible_length(shown.text) <= CAPTION_LIMIT
    assert well_formed(shown.text)
    assert isinstance(shown.picture, ContactSheet)
    assert shown.picture.first_number == 31
    labels = [button.text for row in shown.rows for button in row]
    assert max(map(len, labels)) <= 34
