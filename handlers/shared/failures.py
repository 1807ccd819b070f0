"""The marketplace's failures and refusals in plain words."""

from bot.chat.context import Context, Reply
from bot.domain.sessions import Step
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    RefusalReason,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from bot.services.placing.placing import DROPPED, NOT_SENT
from bot.services.spending import CallsUsedUp

_FAILURES: dict[type[MarketplaceError], str] = {
    Unreachable: "marketplace.unreachable",
    Throttled: "marketplace.throttled",
    GatewayFailed: "marketplace.failed",
    CredentialsRefused: "marketplace.credentials",
    Unreadable: "marketplace.unreadable",
    Refused: "marketplace.refused",
    CallsUsedUp: "quota.calls",
}

_REFUSALS: dict[str, tuple[str, Step]] = {
    RefusalReason.NOT_TRADABLE: ("refusal.not_tradable", Step.LINES),
    RefusalReason.OTHER_SELLER: ("refusal.other_seller", Step.LINES),
    RefusalReason.SPEC_MISMATCH: ("refusal.spec_mismatch", Step.LINES),
    RefusalReason.OUT_OF_STOCK: ("refusal.out_of_stock", Step.LINES),
    RefusalReason.BELOW_MINIMUM: ("refusal.below_minimum", Step.LINES),
    RefusalReason.WHOLESALE_MINIMUM: ("refusal.below_minimum", Step.LINES),
    RefusalReason.MIXED_BATCH: ("refusal.mixed_batch", Step.LINES),
    RefusalReason.NO_CONSIGNMENT: ("refusal.no_consignment", Step.LINES),
    RefusalReason.PRICE_ZERO: ("refusal.price_zero", Step.LINES),
    RefusalReason.FREIGHT_NOT_FIXED: ("refusal.freight_not_fixed", Step.LINES),
    RefusalReason.ADDRESS: ("refusal.address", Step.ADDRESS),
    NOT_SENT: ("refusal.not_sent", Step.PREVIEW),
    DROPPED: ("refusal.dropped", Step.LINES),
}


def failure_key(error: MarketplaceError) -> str:
    """Return the text for a failure: what happened, and that trying again may help."""
    return _FAILURES.get(type(error), "marketplace.failed")


def refusal_of(code: str) -> tuple[str, Step]:
    """Return the text for a refusal's code and the step that mends it."""
    return _REFUSALS.get(code, ("refusal.unknown", Step.LINES))


def reason_in(message: str, code: str = "") -> str:
    """Return the marketplace's own words, or its code where it has none."""
    return message.strip() or code.strip() or "—"


def on_marketplace_error(context: Context, error: MarketplaceError) -> Reply:
    """Say what went wrong and stay: the same button works again."""
    if isinstance(error, Refused):
        context.flash("marketplace.refused_because", reason=reason_in(error.message, error.code))
    else:
        context.flash(failure_key(error))
    return None
