"""The news that a watch came true, or can't any more: told once."""

from bot.chat.screens import Screen, SellerPicture, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.watches import OfferWatch, WatchEnd, WatchFor, WatchState
from handlers.watching.words import again_button, open_button, stop_button, title_of, wish_of

_TITLE = 120


def screen(t: Texts, watch: OfferWatch) -> Screen:
    """Say what came true, with the way to the product and on."""
    picture = SellerPicture(watch.picture_url) if watch.picture_url else None
    gone = watch.found is not None and watch.found.end is WatchEnd.GONE
    told = watch.replace(state=WatchState.TOLD)  # by the time that its buttons are seen
    rows = row(None if gone else open_button(t, watch))
    rows += row(again_button(t, told)) + row(stop_button(t, told))
    return Screen(
        paragraphs(_news(t, watch), title_of(t, watch, _TITLE), _note(t, watch)), rows, picture
    )


def _news(t: Texts, watch: OfferWatch) -> Html:
    found = watch.found
    if found is None or found.end is WatchEnd.GONE:
        return t("watched.variant_gone" if watch.variant else "watched.gone")
    if found.end is WatchEnd.OVER:
        return t("watched.over", wish=wish_of(t, watch))
    if watch.what is WatchFor.BACK:
        return t("watched.back")
    return t("watched.cheaper")


def _note(t: Texts, watch: OfferWatch) -> Html | None:
    """The old and the new price, as far as they are known."""
    found = watch.found
    if found is None or found.end is not WatchEnd.TRUE or found.price is None:
        return None
    now = t.money(found.price)
    key = "watched.price"
    if watch.what is WatchFor.BACK and watch.price in {None, found.price}:
        return t(key, price=now)
    if watch.price is None:
        return t(key, price=now)
    return t("watched.prices", price=now, before=t.money(watch.price))
