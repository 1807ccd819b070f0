"""The envelope around every answer, and the verdict on it.

The order of decisions is that of contract 1: HTTP status, JSON, `code`, inner `success`; whether
the identifiers that a call needs are present is the mapping's to say. Whatever fails keeps the
code, the words and the trace id for the vendor's support.
"""

from datetime import UTC, datetime
from http import HTTPStatus

from msgspec import Struct

from bot.domain.orders import FailedLine
from bot.http.messages import Answer as HttpAnswer
from bot.http.reading import BadDate, read_date
from bot.marketplace.daji.endpoints import Endpoint
from bot.marketplace.daji.refusals import reason_for, tells_of_credentials, tells_of_failure
from bot.marketplace.daji.verdicts import verdict_of
from bot.marketplace.daji.wire import read_json
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    RefusalReason,
    Refused,
    Throttled,
    Unreadable,
)

_LONGEST_WISH = 3600.0  # seconds; a gateway that names more is asked again after these
_NOT_LET_IN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
# Envelope codes that the documents or real clients know as "no" (contract 1). A write that is
# answered with any other code counts as unclear, not as refused.
_CLEAR_REFUSALS = {400, 404, 405, 1009}


class Answer(Struct, frozen=True):
    """A parsed envelope. `accepted` when its own code means success."""

    endpoint: Endpoint
    code: int
    message: str
    data: object
    trace_id: str
    accepted: bool
    there: float | None = None  # the gateway's clock, in seconds since 1970

    @property
    def confirmed(self) -> bool:
        """Tell whether the data itself says that it worked."""
        return verdict_of(self.data).success is True

    def demand_success(
        self, *, single_offer: bool = False, failed_lines: tuple[FailedLine, ...] = ()
    ) -> None:
        """Return when code and inner verdict both say yes.

        Raises `Refused`, `CredentialsRefused`, `Throttled`, `GatewayFailed`, or `Unreadable` for
        a write whose "no" is not clear enough to rely on.
        """
        verdict = verdict_of(self.data)
        if self.accepted and verdict.success is not False:
            return
        failed = failed_lines[0] if failed_lines else FailedLine()
        code = verdict.code or failed.code or ("" if self.accepted else str(self.code))
        words = verdict.message or failed.message or ("" if self.accepted else self.message)
        # A known code is certain; before words alone are believed, so are signs of a failure.
        if reason_for(code, "") in {RefusalReason.UNKNOWN, RefusalReason.VALIDATION}:
            self._look_behind(code, words)
        clear = (verdict.success is False or self.code in _CLEAR_REFUSALS) and (code or words)
        if self.endpoint.writes and not clear:
            raise self.unreadable("neither success nor a clear refusal")
        raise Refused(
            words or "refused without a reason",
            endpoint=self.endpoint.name,
            code=code,
            trace_id=self.trace_id,
            reason=reason_for(code, words, endpoint=self.endpoint.name, single_offer=single_offer),
            failed_lines=failed_lines,
        )

    def unreadable(self, message: str) -> Unreadable:
        """Return the error for an envelope that is fine around data that is not."""
        return Unreadable(
            message, endpoint=self.endpoint.name, code=str(self.code), trace_id=self.trace_id
        )

    def refused(self, message: str, reason: RefusalReason, code: str = "") -> Refused:
        """Return the refusal that lies in the data of a successful envelope."""
        return Refused(
            message,
            endpoint=self.endpoint.name,
            code=code,
            trace_id=self.trace_id,
            reason=reason,
        )

    def _look_behind(self, code: str, words: str) -> None:
        name, trace_id = self.endpoint.name, self.trace_id
        if self.code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Throttled(words, endpoint=name, code=code, trace_id=trace_id)
        if self.code in _NOT_LET_IN or (not self.accepted and tells_of_credentials(words)):
            raise CredentialsRefused(
                words, endpoint=name, code=code, trace_id=trace_id, there=self.there
            )
        if _is_failure(self.code) or tells_of_failure(code, words):
            raise GatewayFailed(words, endpoint=name, code=code, trace_id=trace_id)


def read_answer(answered: HttpAnswer, endpoint: Endpoint, success_codes: frozenset[int]) -> Answer:
    """Read the envelope of a complete HTTP response.

    Raises `Throttled`, `GatewayFailed` or `CredentialsRefused` by HTTP status, `Unreadable` for
    anything that is no envelope.
    """
    envelope = _envelope(answered.content)
    status = answered.status
    trace_id = _text(envelope, "traceId")
    words = _text(envelope, "message") or f"HTTP {status}"
    failure = _by_status(answered, endpoint, words, trace_id, envelope)
    if failure is not None:
        raise failure
    if envelope is None:
        raise Unreadable(
            f"HTTP {status} and no JSON object", endpoint=endpoint.name, transient=True
        )
    code = _code(envelope.get("code"))
    if code is None or (code in success_codes and not _is_good(status)):
        raise Unreadable(
            f"HTTP {status} with envelope code {envelope.get('code')!r:.40}",
            endpoint=endpoint.name,
            trace_id=trace_id,
        )
    return Answer(
        endpoint=endpoint,
        code=code,
        message=words,
        data=envelope.get("data"),
        trace_id=trace_id,
        accepted=code in success_codes,
        there=_clock_of(envelope),
    )


def _by_status(
    answered: HttpAnswer,
    endpoint: Endpoint,
    words: str,
    trace_id: str,
    envelope: dict[str, object] | None,
) -> MarketplaceError | None:
    status, name = answered.status, endpoint.name
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _retry_after(answered.headers.get("Retry-After"))
        return Throttled(
            words, endpoint=name, code=str(status), trace_id=trace_id, retry_after=wait
        )
    if _is_failure(status) or status == HTTPStatus.REQUEST_TIMEOUT:
        return GatewayFailed(words, endpoint=name, code=str(status), trace_id=trace_id)
    # Of a write, only the gateway's own envelope proves that it was turned away.
    if status in _NOT_LET_IN and (envelope is not None or not endpoint.writes):
        there = _clock_of(envelope or {})
        return CredentialsRefused(
            words, endpoint=name, code=str(status), trace_id=trace_id, there=there
        )
    return None


def _is_good(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _is_failure(code: int) -> bool:
    return HTTPStatus.INTERNAL_SERVER_ERROR <= code < 600  # noqa: PLR2004  # the class "5xx"


def _envelope(content: bytes) -> dict[str, object] | None:
    try:
        parsed = read_json(content)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _clock_of(envelope: dict[str, object]) -> float | None:
    """Return the envelope's `timestamp`, which is in milliseconds (contract 1)."""
    stamp = envelope.get("timestamp")
    known = isinstance(stamp, int) and not isinstance(stamp, bool) and stamp > 0
    return stamp / 1000 if known and isinstance(stamp, int) else None


def _code(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(envelope: dict[str, object] | None, name: str) -> str:
    value = (envelope or {}).get(name)
    return value if isinstance(value, str) else ""


def _retry_after(header: str | None) -> float | None:
    """Return seconds from either of the header's two forms, None when there is none."""
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return min(float(header), _LONGEST_WISH)
    try:
        moment = read_date(header)
    except BadDate:
        return None
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), _LONGEST_WISH)
