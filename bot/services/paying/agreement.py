"""Paying without a password: for operators, from the buyer account's agreement (contract 6.2).

One consent sends at most one payment. It is on record before it is sent, it is never sent again
by itself, and whatever its answer, only what the order shows afterwards tells what became of it.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.identifiers import UserId
from bot.domain.money import ZERO, Fen
from bot.domain.news import ON_PAYMENT, NewsKind
from bot.domain.order_actions import CLOSED, asked_total, fingerprint, part_of
from bot.domain.orders import CONSENT_LASTS, Order, OrderPart, OrderStatus
from bot.domain.payment_attempts import (
    MOST_ATTEMPTS,
    TAKES_NOTHING,
    UNDER_WAY,
    Attempt,
    AttemptResult,
    AttemptState,
    Block,
    NewAttempt,
    Offered,
    Settled,
    start_of_day,
)
from bot.marketplace.errors import (
    CredentialsRefused,
    MarketplaceError,
    Refused,
    Unreachable,
)
from bot.marketplace.port import Marketplace
from bot.services.following.tracking import Tracking
from bot.storage.operator_ports import PaymentPort
from bot.storage.ports import OverLimit, PaymentTaken, StorageUnavailable

_SETTLES_WITHIN = timedelta(minutes=1)  # so long an unclear payment may take to show
_CLOCKS_DIFFER = timedelta(minutes=1)
_LOOK_AGAIN = 2.0  # seconds
_DIGEST = 4  # bytes, as in `fingerprint`
_NOT_PAID = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.UNKNOWN}) | CLOSED
_IN_HAND = UNDER_WAY | {AttemptState.PAID}
_log = structlog.get_logger(__name__)


class Blocked(Exception):
    """The payment was not made; `order` is as it is now, `spent` what was spent today."""

    def __init__(self, block: Block, order: Order, spent: Fen = ZERO) -> None:
        super().__init__(block.value)
        self.block = block
        self.order = order
        self.spent = spent


class OperatorPayments:
    """`daily_limit` is in fen, 0 for none; a day is China's.

    `covered` tells whether a shop's customer has paid for an order, `raised` how many fen they
    agreed to beyond their first consent; a team needs neither.
    """

    def __init__(
        self,
        marketplace: Marketplace,
        store: PaymentPort,
        tracking: Tracking,
        *,
        operators: Iterable[int] = (),
        daily_limit: Fen = ZERO,
        covered: Callable[[Order], Awaitable[bool]] | None = None,
        raised: Callable[[Order], Awaitable[Fen]] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._marketplace = marketplace
        self._store = store
        self._tracking = tracking
        self._operators = frozenset(operators)
        self.daily_limit = daily_limit
        self._covered = covered
        self._raised = raised
        self._clock = clock
        self._questions_since: datetime | None = None

    def may_pay(self, person: UserId) -> bool:
        """Tell whether that person runs this bot, and can pay with a call where it orders."""
        return person in self._operators and self._marketplace.capabilities.pays_by_agreement

    async def offer(self, operator: UserId, order: Order, number: int) -> tuple[Order, Offered]:
        """Read an order and say what paying its part of that number (from 1) would mean.

        Raises `Blocked`, `PermissionError` for anybody but an operator, `MarketplaceError` and
        `StorageError`.
        """
        self._only(operator)
        order = await self._tracking.refresh(order, told=_shown_to(operator, order))
        part = order.parts[number - 1] if 1 <= number <= len(order.parts) else None
        if part is None:
            raise Blocked(Block.NOT_OPEN, order)
        if self._covered is not None and not await self._covered(order):
            raise Blocked(Block.NOT_COVERED, order)
        tried = await self._known(part)
        amount = self._payable(order, part, tried)
        gone = await self._gone_besides(order, part)
        more = await self._raised(order) if self._raised is not None else ZERO
        buyer_agreed = Fen(order.agreed_total + more)
        spent = await self.spent_today()
        if self.daily_limit and spent + amount > self.daily_limit:
            raise Blocked(Block.OVER_LIMIT, order, spent)
        return order, Offered(
            part=part,
            amount=amount,
            agreed=_agreed(part, tried),
            agreed_beyond=_agreed_beyond(buyer_agreed, part, tried, gone),
            buyer_agreed=buyer_agreed,
            asked=asked_total(order),
            gone=gone,
            known=len(tried),
            tries_before=len(_tries(tried)),
            spent=spent,
            limit=self.daily_limit,
            after_restore=self._may_have_forgotten(order),
        )

    def _may_have_forgotten(self, order: Order) -> bool:
        since = self._questions_since
        return since is not None and order.created_at < since

    async def pay(
        self,
        operator: UserId,
        order: Order,
        number: int,
        agreed: str,
        *,
        asked_at: datetime | None = None,
    ) -> Settled:
        """Pay a part, if it is still what was `agreed`, in a question asked at `asked_at`.

        Where more is asked than the buyer agreed to, that has to be `Offered.agreed_beyond`.
        Raises as `offer` does; then nothing was sent.
        """
        self._only(operator)
        now = self._clock()
        # Nobody tells as news in between what is told here.
        async with self._tracking.holding(order.order_no):
            order, offered = await self.offer(operator, order, number)
            if asked_at is not None and not self._is_fresh(asked_at, now):
                raise Blocked(Block.TOO_OLD, order)
            if offered.beyond and agreed == offered.agreed:
                raise Blocked(Block.BEYOND, order)
            if agreed != (offered.agreed_beyond if offered.beyond else offered.agreed):
                raise Blocked(Block.CHANGED, order)
            return await self._pay(operator, order, offered)

    async def _pay(self, operator: UserId, order: Order, offered: Offered) -> Settled:
        new = NewAttempt(
            order_id=offered.part.order_id,
            order_no=order.order_no,
            operator=operator,
            amount=offered.amount,
        )
        since = start_of_day(self._clock())
        try:
            attempt = await self._store.claim_payment(
                new, known=offered.known, since=since, limit=self.daily_limit
            )
        except PaymentTaken as error:
            raise Blocked(Block.CHANGED, order) from error
        except OverLimit as error:
            raise Blocked(Block.OVER_LIMIT, order, error.spent) from error
        await self._check_once_more(order, attempt)
        return await self._send(order, attempt, tries_left=MOST_ATTEMPTS - 1 - offered.tries_before)

    def _is_fresh(self, asked_at: datetime, now: datetime) -> bool:
        """Tell whether a question is no older than a consent lasts, nor from a clock's future."""
        since = self._questions_since
        if since is not None and asked_at < since:
            return False
        return -_CLOCKS_DIFFER <= now - asked_at <= CONSENT_LASTS

    async def spent_today(self) -> Fen:
        """Return the fen that were, or may have been, spent today."""
        return await self._store.spent_since(start_of_day(self._clock()))

    async def give_up(self, restored_at: datetime | None = None) -> list[Attempt]:
        """End what an earlier run left under way; return all attempts that are unclear.

        To be called before anything else is. `restored_at` is when the database was last put
        back: a consent of before may have been used without a record of it here, so no question
        asked before then is answered by a payment, in this run and in later ones.
        """
        self.join(restored_at)
        return await self._store.give_up_payments()

    def join(self, restored_at: datetime | None) -> None:
        """Pay beside others that do so already; `restored_at` as for `give_up`."""
        self._questions_since = restored_at

    async def look_into(self, unclear: Iterable[Attempt]) -> list[Attempt]:
        """Read the orders of unclear attempts; nothing is ever sent again.

        Returns those to look into again: the storage could not be asked, or not keep what was read.
        """
        left = []
        for each in unclear:
            try:
                order = await self._tracking.look(each.order_no)
                part = part_of(order, each.order_id) if order else None
                if part is not None:
                    await self._known(part)
            except MarketplaceError as error:
                _log.warning("unclear_payment_not_read", error=type(error).__name__)
            except StorageUnavailable as error:
                _log.warning("unclear_payment_waits", error=str(error))
                left.append(each)
        return left

    async def look_until_read(self, unclear: Iterable[Attempt]) -> None:
        """As `look_into`, until nothing is left to be looked into again."""
        left = await self.look_into(unclear)
        while left:
            await asyncio.sleep(_LOOK_AGAIN)
            left = await self.look_into(left)

    async def _known(self, part: OrderPart) -> list[Attempt]:
        """Return a part's attempts; one that was unclear is paid when the part is."""
        attempts = await self._store.payments_of(part.order_id)
        if part.status in _NOT_PAID:
            return attempts
        for index, each in enumerate(attempts):
            if each.state is AttemptState.UNCLEAR:
                await self._store.mark_payment(each.attempt_id, AttemptState.PAID)
                attempts[index] = each.replace(state=AttemptState.PAID)
        return attempts

    def _payable(self, order: Order, part: OrderPart, tried: list[Attempt]) -> Fen:
        if part.status is not OrderStatus.AWAITING_PAYMENT:
            raise Blocked(Block.NOT_OPEN, order)
        # What was answered with a clear yes is never paid again, whatever the order shows.
        if part.paying or any(each.state in _IN_HAND for each in tried):
            raise Blocked(Block.PAYING, order)
        if not part.total:
            raise Blocked(Block.NO_TOTAL, order)
        tries = _tries(tried)
        if len(tries) >= MOST_ATTEMPTS:
            raise Blocked(Block.TOO_MANY, order)
        unclear = [each.at for each in tries if each.state is AttemptState.UNCLEAR]
        if self._questions_since is not None:
            unclear.append(self._questions_since)  # one may have been sent that is unknown here
        if unclear and self._clock() - max(unclear) < _SETTLES_WITHIN:
            raise Blocked(Block.WAIT, order)
        return part.total

    async def _gone_besides(self, order: Order, part: OrderPart) -> Fen:
        """Return what was paid for the other parts of an order, or may have been."""
        gone = 0
        for other in order.parts:
            if other.order_id == part.order_id or other.status in CLOSED:
                continue
            taken = other.paying or other.status not in _NOT_PAID
            if not taken:
                attempts = await self._store.payments_of(other.order_id)
                taken = any(each.state not in TAKES_NOTHING for each in attempts)
            gone += (other.total or 0) if taken else 0
        return Fen(gone)

    async def _check_once_more(self, order: Order, attempt: Attempt) -> None:
        """Compare the order itself with the consent, right before the money goes."""
        try:
            found = await self._marketplace.order_detail(attempt.order_id)
        except MarketplaceError:
            await self._store.mark_payment(attempt.attempt_id, AttemptState.UNSENT)
            raise
        fits = found.status is OrderStatus.AWAITING_PAYMENT and found.total == attempt.amount
        if not fits or found.paying:
            await self._store.mark_payment(attempt.attempt_id, AttemptState.UNSENT)
            told = _shown_to(attempt.operator, order)
            raise Blocked(Block.CHANGED, await self._tracking.refresh(order, told=told))
        await self._store.mark_payment(attempt.attempt_id, AttemptState.SENT)

    async def _send(self, order: Order, attempt: Attempt, tries_left: int) -> Settled:
        outcome, reason = await self._answer(attempt)
        told = _shown_to(attempt.operator, order)
        try:
            order = await self._tracking.refresh(order, told=told)
        except MarketplaceError as error:
            _log.warning("operator_payment_not_reread", error=type(error).__name__)
            outcome = AttemptResult.UNREAD if outcome is AttemptResult.UNCLEAR else outcome
        else:
            outcome = _seen(outcome, part_of(order, attempt.order_id))
        await self._store.mark_payment(attempt.attempt_id, _STATE_AFTER[outcome])
        _log.info("operator_payment", order_no=order.order_no, outcome=outcome.value)
        return Settled(
            order=order,
            outcome=outcome,
            amount=attempt.amount,
            reason=reason,
            tries_left=tries_left + (outcome is AttemptResult.UNSENT),
        )

    async def _answer(self, attempt: Attempt) -> tuple[AttemptResult, str]:
        """Send a payment, once, and put its answer on record at once."""
        outcome, reason = AttemptResult.UNCLEAR, ""
        try:
            answer = await self._marketplace.pay_without_password(attempt.order_id, attempt.amount)
            outcome = AttemptResult.PAID if answer.paid else AttemptResult.UNCLEAR
        except Refused as error:
            outcome, reason = AttemptResult.REFUSED, error.message or error.code
        except (Unreachable, CredentialsRefused) as error:
            outcome = AttemptResult.UNSENT
            _log.warning("operator_payment_not_sent", error=type(error).__name__)
        except MarketplaceError as error:
            _log.warning("operator_payment_unclear", error=type(error).__name__)
        await self._store.mark_payment(attempt.attempt_id, _STATE_AFTER[outcome])
        return outcome, reason

    def _only(self, person: UserId) -> None:
        if not self.may_pay(person):
            raise PermissionError("only an operator may do this")


def _shown_to(operator: UserId, order: Order) -> frozenset[NewsKind]:
    """Return the news that whoever ordered it sees here; anybody else has to be told."""
    return ON_PAYMENT if order.user_id == operator else frozenset()


_STATE_AFTER = {
    AttemptResult.PAID: AttemptState.PAID,
    AttemptResult.PAYING: AttemptState.UNCLEAR,
    AttemptResult.UNCLEAR: AttemptState.UNCLEAR,
    AttemptResult.UNREAD: AttemptState.UNCLEAR,
    AttemptResult.REFUSED: AttemptState.REFUSED,
    AttemptResult.UNSENT: AttemptState.UNSENT,
}


def _seen(outcome: AttemptResult, part: OrderPart | None) -> AttemptResult:
    """What the order read afterwards makes of an answer that was not clear."""
    if outcome is not AttemptResult.UNCLEAR or part is None:
        return outcome
    if part.status not in _NOT_PAID:
        return AttemptResult.PAID
    return AttemptResult.PAYING if part.paying else outcome


def _tries(attempts: list[Attempt]) -> list[Attempt]:
    return [each for each in attempts if each.state is not AttemptState.UNSENT]


def _agreed(part: OrderPart, attempts: list[Attempt]) -> str:
    """What a consent rests on: the part as it was seen, and how often it was tried before."""
    return f"{fingerprint([part])}.{len(attempts)}"


def _agreed_beyond(buyer: Fen, part: OrderPart, attempts: list[Attempt], gone: Fen) -> str:
    """The same for the second question, which names by how much it goes above what was agreed."""
    what = repr((_agreed(part, attempts), buyer, gone))
    digest = hashlib.blake2s(what.encode(), digest_size=_DIGEST).hexdigest()
    return f"{digest}.{len(attempts)}"
