"""What became of an action on an order, in plain words: each part's own outcome."""

from collections.abc import Mapping

from bot.chat.screens import lines
from bot.chat.texts import Html, Texts, cut
from bot.domain.order_actions import part_of
from bot.marketplace.errors import MarketplaceError
from bot.services.following.aftersales import Done, PartResult, Result
from handlers.orders.words import state
from handlers.shared.failures import failure_key, reason_in

_REASON = 120


def outcome(t: Texts, done: Done, words: Mapping[Result, str]) -> Html:
    """Say what became of each part; `words` holds an action's own texts."""
    several = len(done.results) > 1
    told = []
    for each in done.results:
        words_of_it = _one(t, done, each, words)
        number = next(
            (n for n, part in enumerate(done.order.parts, 1) if part.order_id == each.order_id), 0
        )
        told.append(
            t("aftersale.part", number=str(number), outcome=words_of_it) if several else words_of_it
        )
    return lines(*told, None if done.reread else t("aftersale.not_reread"))


def _one(t: Texts, done: Done, each: PartResult, words: Mapping[Result, str]) -> Html:
    match each.result:
        case Result.TOO_SOON:
            return t("cancelling.too_soon", count=each.wait)
        case Result.REFUSED:
            return t("aftersale.refused", reason=cut(reason_in(each.reason), _REASON))
        case Result.NOT_SENT:
            return t("aftersale.not_sent")
        case Result.MOVED_ON:
            part = part_of(done.order, each.order_id)
            return t(words[each.result], state=state(t, part) if part else "—")
        case _:
            return t(words[each.result])


def not_read(t: Texts, error: MarketplaceError) -> Html:
    """The order could not be read before anything was sent, so nothing was."""
    return lines(t(failure_key(error)), t("aftersale.nothing_sent"))
