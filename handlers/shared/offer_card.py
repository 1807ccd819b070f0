"""Cards of goods that travel: nothing of anybody's, and the way into the private chat."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.chat.measuring import fitting
from bot.chat.screens import (
    CAPTION_LIMIT,
    Button,
    ContactSheet,
    Rows,
    Screen,
    SellerPicture,
    grid,
    lines,
    paragraphs,
    row,
)
from bot.chat.texts import Html, Texts, cut, escape
from bot.chat.units import counted
from bot.domain.identifiers import OfferId
from bot.domain.links import payload_of, start_link
from bot.domain.offers import Offer, OfferSummary
from bot.domain.posts import LONGEST_TEXT, Post
from bot.domain.pricing import price_span

MOST_HITS = 6
_CARD_BELOW_WORDS = CAPTION_LIMIT - LONGEST_TEXT - 2  # the blank line between
_TITLES = (120, 80, 50, 30)
_IN_A_LIST = (60, 40, 24)
_COLUMNS = 3


def order_button(t: Texts, username: str, offer_id: OfferId) -> Button:
    """Return the button that opens an offer in the private chat of whoever presses it."""
    return Button(t("travel.order_button"), url=start_link(username, payload_of(offer_id)))


def offer_card(t: Texts, username: str, offer: Offer, room: int = CAPTION_LIMIT) -> Screen:
    """Show one offer: picture, title, from which price, minimum."""
    gone = None
    if not offer.on_sale:
        gone = t("offer.not_on_sale")
    elif not offer.stock:
        gone = t("offer.sold_out")
    minimum = counted(t, offer.min_order_quantity, offer.unit)
    facts = lines(price_line(t, offer), t("offer.minimum", quantity=minimum))

    def text(longest: int) -> Html:
        shown = cut(offer.title.in_language(t.language), longest)
        return paragraphs(t("offer.title", title=shown), facts, gone)

    picture = SellerPicture(offer.picture_url) if offer.picture_url else None
    button = row(order_button(t, username, offer.offer_id)) if gone is None else ()
    return Screen(fitting(text, _TITLES, room), button, picture)


def post_card(t: Texts, username: str, post: Post, offer: Offer | None) -> Screen:
    """Show an offer below an operator's own words; without one, that it is no longer to be had."""
    words = own_words(post.text) if post.text else None
    if offer is None:
        return Screen(paragraphs(words, t("offer.not_on_sale")))
    card = offer_card(t, username, offer, room=_CARD_BELOW_WORDS if words else CAPTION_LIMIT)
    return replace(card, text=paragraphs(words, card.text))


def own_words(text: str) -> Html:
    """Return what somebody wrote, with its lines and without any markup."""
    return Html("\n".join(escape(each) for each in text.splitlines()))


def price_line(t: Texts, offer: Offer) -> Html:
    """Say from which price an offer can be had: what more pieces or other variants cost differs."""
    span = price_span(offer)
    if span is None:
        return t("offer.no_price")
    low, high = span
    return (
        t("travel.price", price=t.money(low))
        if low == high
        else t("travel.from_price", price=t.money(low))
    )


def results_card(t: Texts, username: str, hits: Sequence[OfferSummary]) -> Screen:
    """Show the first hits as one picture and one list; each number opens its offer."""
    shown = hits[:MOST_HITS]

    def text(longest: int) -> Html:
        return paragraphs(
            lines(
                *(
                    t(
                        "results.line",
                        number=str(number),
                        title=cut(hit.title.in_language(t.language), longest),
                        facts=_price(t, hit),
                    )
                    for number, hit in enumerate(shown, 1)
                )
            ),
            t("travel.pick"),
        )

    buttons = [
        Button(str(number), url=start_link(username, payload_of(hit.offer_id)))
        for number, hit in enumerate(shown, 1)
    ]
    sheet = ContactSheet(tuple(hit.picture_url for hit in shown))
    return Screen(fitting(text, _IN_A_LIST), grid(buttons, _COLUMNS), sheet)


def hit_card(t: Texts, hit: OfferSummary, buttons: Rows) -> Screen:
    """Show one hit of a search as far as a search knows it: its minimum stands in the offer."""

    def text(longest: int) -> Html:
        shown = cut(hit.title.in_language(t.language), longest)
        return paragraphs(t("offer.title", title=shown), _price(t, hit))

    picture = SellerPicture(hit.picture_url) if hit.picture_url else None
    return Screen(fitting(text, _TITLES), buttons, picture)


def _price(t: Texts, hit: OfferSummary) -> Html:
    if hit.price is None:
        return t("results.no_price")
    return t("results.from_price", price=t.money(hit.price))
