"""What is watched, for what, and how far that has come, in words."""

from bot.chat.screens import Button, lines
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.offers import Wording
from bot.domain.watches import NewWatch, OfferWatch, WatchEnd, WatchFor

_VARIANT = 40


def title_of(t: Texts, watch: NewWatch, longest: int) -> Html:
    """Name the goods: the product, and the variant where it is one."""
    title = t("offer.title", title=cut(watch.title.in_language(t.language), longest))
    return lines(title, variant_of(t, watch.variant))


def variant_of(t: Texts, variant: Wording | None) -> Html | None:
    """Name a variant, nothing for all of an offer."""
    if variant is None:
        return None
    return t("watch.variant", variant=cut(variant.in_language(t.language), _VARIANT))


def wish_of(t: Texts, watch: NewWatch) -> Html:
    """Say when the person is told."""
    if watch.what is WatchFor.BACK:
        return t("watch.when_back")
    key = "watch.when_below" if watch.what is WatchFor.DROP else "watch.when_at"
    return t(key, price=t.money(watch.bound or 0))


def quantity_of(t: Texts, watch: NewWatch, unit: Wording) -> Html | None:
    """Say at which quantity the price counts, where that is more than one."""
    if watch.what is WatchFor.BACK or watch.quantity <= 1:
        return None
    return t("watch.at_quantity", quantity=counted(t, watch.quantity, unit))


def state_of(t: Texts, watch: OfferWatch) -> Html:
    """Say how far it has come."""
    if watch.is_open:
        return t("watches.waiting", wish=wish_of(t, watch))
    found = watch.found
    if found is None:
        return t("watches.ended")
    if found.end is WatchEnd.GONE:
        return t("watches.gone")
    if found.end is WatchEnd.OVER:
        return t("watches.over")
    if watch.what is WatchFor.BACK or found.price is None:
        return t("watches.was_back", time=t.moment(found.at))
    return t("watches.was_cheaper", time=t.moment(found.at), price=t.money(found.price))


def again_button(t: Texts, watch: OfferWatch) -> Button | None:
    """Return the button that watches once more; what is gone can't be watched."""
    found = watch.found
    if watch.is_open or (found is not None and found.end is WatchEnd.GONE):
        return None
    label = t("watches.again_button")
    lower = found is not None and found.end is WatchEnd.TRUE and watch.what is not WatchFor.BACK
    if lower and found is not None and found.price is not None:
        label = t("watches.lower_button", price=t.yuan(found.price))
    return Button(label, "watch_again", str(watch.watch_id), standing=True)


def open_button(t: Texts, watch: OfferWatch) -> Button:
    """Return the button that opens the product."""
    return Button(t("watches.open_button"), "watch_open", str(watch.watch_id), standing=True)


def stop_button(t: Texts, watch: OfferWatch) -> Button:
    """Return the button that ends and forgets a watch."""
    label = t("watches.stop_button" if watch.is_open else "watches.remove_button")
    return Button(label, "watch_stop", str(watch.watch_id), standing=True)
