"""What can go wrong at the marketplace.

MarketplaceError
├── Unreachable         no answer: refused, reset, unknown host, time-out (a write: nothing sent)
├── Throttled           HTTP 429; `retry_after` seconds when the gateway named them
├── GatewayFailed       HTTP 5xx, or an answer whose own code or words say the gateway failed
├── CredentialsRefused  app key, secret or signature not accepted
│   └── ClockSkewed     the signature holds a time, and the host's clock is off by `seconds`
├── Refused             a business refusal: `reason`, `code`, `message`, `failed_lines`
├── Unreadable          not JSON, not the documented shape, or money that does not add up
└── OutcomeUnclear      a write that may or may not have happened; `cause` says why that is unknown

Reads raise everything but `OutcomeUnclear`. Writes (create, cancel, confirm receipt, pay) raise
`Unreachable` (nothing was sent), `CredentialsRefused`, `Refused` (both: nothing was done) or
`OutcomeUnclear`.
"""

from enum import StrEnum

from bot.domain.orders import FailedLine


class RefusalReason(StrEnum):
    """Why the marketplace said no, as far as its code tells (contract 5.1 to 5.6, 6)."""

    NOT_TRADABLE = "not_tradable"  # 500_001, an entry's status, or no trade mode left
    OTHER_SELLER = "other_seller"  # 500_002 with lines of several offers
    SPEC_MISMATCH = "spec_mismatch"  # 500_003: the variant is missing or not of that offer
    OUT_OF_STOCK = "out_of_stock"  # 500_004
    BELOW_MINIMUM = "below_minimum"  # 500_005
    MIXED_BATCH = "mixed_batch"  # 500_006
    NO_CONSIGNMENT = "no_consignment"  # 500_007
    PRICE_ZERO = "price_zero"  # 500_008
    WHOLESALE_MINIMUM = "wholesale_minimum"  # 500_009
    FREIGHT_NOT_FIXED = "freight_not_fixed"  # carriage to be agreed: no total could bind
    ADDRESS = "address"
    NOT_PAYABLE = "not_payable"  # the order does not await payment
    NOT_CANCELLABLE = "not_cancellable"  # the order's state does not allow it
    NOT_RECEIVABLE = "not_receivable"  # nothing of it was shipped, or all of it was received
    TOO_SOON = "too_soon"  # cancelled within 10 seconds of its creation
    PAYING = "paying"  # an earlier payment of it is being worked on
    BALANCE = "balance"  # the buyer account's money or credit is not enough
    ACCOUNT = "account"  # the buyer account is frozen, or its agreement is not signed
    AMOUNT_CHANGED = "amount_changed"  # the amount guard does not match what is due
    NOT_FOUND = "not_found"
    NOT_PERMITTED = "not_permitted"  # another buyer's order
    VALIDATION = "validation"  # a parameter was not accepted
    UNKNOWN = "unknown"


ABOUT_GOODS = frozenset(
    {
        RefusalReason.NOT_TRADABLE,
        RefusalReason.OTHER_SELLER,
        RefusalReason.SPEC_MISMATCH,
        RefusalReason.OUT_OF_STOCK,
        RefusalReason.BELOW_MINIMUM,
        RefusalReason.MIXED_BATCH,
        RefusalReason.NO_CONSIGNMENT,
        RefusalReason.PRICE_ZERO,
        RefusalReason.WHOLESALE_MINIMUM,
        RefusalReason.FREIGHT_NOT_FIXED,
        RefusalReason.ADDRESS,
    }
)
"""Reasons that lie in what is ordered, and so cannot be about a number that was used before."""


class MarketplaceError(Exception):
    """Base of all. `endpoint` names the call, `trace_id` is what the vendor's support asks for.

    `message` is for whom it concerns: as the marketplace's own words it may quote a name, a phone
    or an address. The error's text goes into logs, so it has only words of ours.
    """

    _own_words = False  # whether the message was written here

    def __init__(self, message: str, *, endpoint: str, code: str = "", trace_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.endpoint = endpoint
        self.code = code
        self.trace_id = trace_id

    def __str__(self) -> str:
        named = (("code", self.code), ("trace", self.trace_id))
        details = ", ".join(f"{name} {value}" for name, value in named if value)
        return f"{self.endpoint}: {self.what()}" + (f" ({details})" if details else "")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def what(self) -> str:
        """Return what happened, in words that may be logged."""
        return self.message if self._own_words else type(self).__name__


class Unreachable(MarketplaceError):
    """No answer came. When a write raises this, nothing of it was sent."""

    _own_words = True


class Throttled(MarketplaceError):
    """Too many calls. `retry_after` is in seconds, None when the gateway did not say."""

    def __init__(
        self,
        message: str,
        *,
        endpoint: str,
        code: str = "",
        trace_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, endpoint=endpoint, code=code, trace_id=trace_id)
        self.retry_after = retry_after


class GatewayFailed(MarketplaceError):
    """The gateway, or the marketplace behind it, failed to do its work."""


class CredentialsRefused(MarketplaceError):
    """The app key, its secret or the signature was not accepted: an operator has to mend that.

    `there` is what the gateway's own clock showed then, in seconds since 1970, if it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        endpoint: str,
        code: str = "",
        trace_id: str = "",
        there: float | None = None,
    ) -> None:
        super().__init__(message, endpoint=endpoint, code=code, trace_id=trace_id)
        self.there = there


class ClockSkewed(CredentialsRefused):
    """A signature that holds a time was refused, and the host's clock is `seconds` ahead."""

    _own_words = True

    def __init__(self, refused: CredentialsRefused, seconds: float) -> None:
        super().__init__(
            f"the signature's time is {seconds:+.0f} s off",
            endpoint=refused.endpoint,
            code=refused.code,
            trace_id=refused.trace_id,
            there=refused.there,
        )
        self.seconds = seconds


class Refused(MarketplaceError):
    """The marketplace understood and said no; nothing was done."""

    def __init__(
        self,
        message: str,
        *,
        endpoint: str,
        code: str = "",
        trace_id: str = "",
        reason: RefusalReason = RefusalReason.UNKNOWN,
        failed_lines: tuple[FailedLine, ...] = (),
    ) -> None:
        super().__init__(message, endpoint=endpoint, code=code, trace_id=trace_id)
        self.reason = reason
        self.failed_lines = failed_lines


class Unreadable(MarketplaceError):
    """An answer that cannot be trusted.

    `transient` when it was not JSON at all (a proxy's page, a cut body): asking again may help.
    """

    _own_words = True

    def __init__(
        self,
        message: str,
        *,
        endpoint: str,
        code: str = "",
        trace_id: str = "",
        transient: bool = False,
    ) -> None:
        super().__init__(message, endpoint=endpoint, code=code, trace_id=trace_id)
        self.transient = transient


class OutcomeUnclear(MarketplaceError):
    """A write whose result is unknown: never send it again blindly, look it up (contract 5.2)."""

    def __init__(self, cause: MarketplaceError) -> None:
        super().__init__(
            f"outcome unknown: {cause.message}",
            endpoint=cause.endpoint,
            code=cause.code,
            trace_id=cause.trace_id,
        )
        self.cause = cause

    def what(self) -> str:
        """Return why the outcome is unknown, in words that may be logged."""
        return f"outcome unknown: {self.cause.what()}"
