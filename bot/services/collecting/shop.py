"""A shop that collects its customers' money: prices by its terms, proofs, confirmations.

Only what an operator saw come in is booked, and only an order whose customer has paid is paid at
the marketplace.

ShopError
├── ShopNotReady   no terms that customers could be asked to pay under
├── AskedOtherwise the marketplace asks another amount than the customer was shown
└── NothingOpen    there is nothing to receive, send back or give up
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog

from bot.domain import marketplace_bookings
from bot.domain.bookings import Agreed, balance_of, received, refunded, reversal, written_off
from bot.domain.collecting import Decision, Proof, Standing, may_be_paid_there
from bot.domain.currencies import Money
from bot.domain.identifiers import MerchantOrderNo, ProofId, UserId
from bot.domain.ledger import Books, Kind, Operation, OrderAccount
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.order_actions import amount_due
from bot.domain.order_books import agreed_of, asked_more
from bot.domain.orders import Order
from bot.domain.quotes import Quote
from bot.domain.rates import Rate
from bot.domain.shop_events import EventKind
from bot.domain.shop_terms import ShopTerms
from bot.storage.shop_ports import ShopCase, ShopPort

_log = structlog.get_logger(__name__)


class ShopError(Exception):
    """Something that a shop can't do now."""


class ShopNotReady(ShopError):
    """No terms were set that customers could be asked to pay under."""


class AskedOtherwise(ShopError):
    """The marketplace asks another amount than the customer was shown."""


class NothingOpen(ShopError):
    """Nothing is left to receive, to send back or to give up for that order."""


class Dearer(Value):
    """The marketplace asks `asked` fen, `extra` more than was agreed.

    The customer's price is `before`, and would be `more` higher, at the rate of their terms;
    `yuan_before` is that price in fen, the fee included.
    """

    asked: Fen
    extra: Fen
    before: Money
    more: Money
    yuan_before: Fen

    @property
    def after(self) -> Money:
        """The customer's new price."""
        return self.before + self.more

    @property
    def yuan_after(self) -> Fen:
        """The same in fen, the fee included."""
        return Fen(self.yuan_before + self.extra)


class OrderMoney(Value):
    """What the books say of an order; `in_yuan` is its price in fen, the fee included.

    `moved` is what came in, was sent back and was let off, without what was taken back.
    """

    account: OrderAccount
    in_yuan: Fen
    dearer: Dearer | None = None
    moved: tuple[Operation, ...] = ()


_MOVED = frozenset({Kind.RECEIPT, Kind.REFUND, Kind.WRITE_OFF})


class Shop:
    """The use cases of money between customers and operators."""

    def __init__(
        self,
        store: ShopPort,
        *,
        operators: Iterable[int] = (),
        on_event: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._operators = frozenset(operators)
        self._on_event = on_event
        self._clock = clock
        self._terms: ShopTerms | None = None

    def on_event(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever there is something to tell."""
        self._on_event = listener

    @property
    def rate(self) -> Rate | None:
        """The rate that prices are shown at, as of the last `terms`; None before any is set."""
        return self._terms.rate if self._terms else None

    async def terms(self) -> ShopTerms | None:
        """Return the terms that hold now, as stored: another process may have set them."""
        self._terms = await self._store.terms()
        return self._terms

    async def all_terms(self, limit: int = 20) -> list[ShopTerms]:
        """Return the terms that were set, newest first."""
        return await self._store.all_terms(limit)

    async def priced(self, quote: Quote) -> Quote:
        """Return a quote with what the shop asks for it now. Raises `ShopNotReady`."""
        terms = await self.terms()
        if terms is None or not terms.are_complete:
            raise ShopNotReady
        return quote.replace(charge=terms.price(quote.goods, quote.total))

    async def books_of(self, user_id: UserId) -> Books:
        """Return a customer's books."""
        return await self._store.books_of(user_id)

    async def account_of(self, order: Order) -> OrderAccount | None:
        """Return what the books say of an order; None for one that was not made in a shop."""
        agreed = agreed_of(order)
        if agreed is None:
            return None
        books = await self._store.books_of(order.user_id)
        return books.account_of(order.order_no, agreed.charge.due.currency)

    async def money_of(self, order: Order) -> OrderMoney | None:
        """Return all that the books say of an order; None for one that was not made in a shop."""
        agreed = agreed_of(order)
        if agreed is None:
            return None
        books = await self._store.books_of(order.user_id)
        account = books.account_of(order.order_no, agreed.charge.due.currency)
        in_yuan = marketplace_bookings.price_in_yuan(books, agreed)
        return OrderMoney(
            account=account,
            in_yuan=in_yuan,
            dearer=self._dearer(books, order, agreed, account, in_yuan),
            moved=tuple(
                each
                for each in books
                if each.order_no == order.order_no
                and each.kind in _MOVED
                and not books.is_reversed(each.key)
            ),
        )

    async def accounts_of(self, orders: Iterable[Order]) -> dict[MerchantOrderNo, OrderAccount]:
        """Return what the books say of orders of a shop; of a team's nothing."""
        agreed = [each for each in map(agreed_of, orders) if each is not None]
        books = {
            user_id: await self._store.books_of(user_id)
            for user_id in {each.user_id for each in agreed}
        }
        return {
            each.order_no: books[each.user_id].account_of(each.order_no, each.charge.due.currency)
            for each in agreed
        }

    async def dearer(self, order: Order) -> Dearer | None:
        """Return what the marketplace asks beyond what the customer agreed to; None for nothing."""
        money = await self.money_of(order)
        return money.dearer if money else None

    def _dearer(
        self, books: Books, order: Order, agreed: Agreed, account: OrderAccount, in_yuan: Fen
    ) -> Dearer | None:
        extra, asked = asked_more(books, order), amount_due(order.parts)
        if not extra or asked is None:
            return None
        added = marketplace_bookings.raised(books, agreed, asked, self._clock())
        more = sum((amount for _, amount in added.customer_entries()), account.charged.of(0))
        return Dearer(
            asked=asked, extra=extra, before=account.charged, more=more, yuan_before=in_yuan
        )

    async def raised(self, order: Order) -> Fen:
        """Return the fen that a customer agreed to beyond their first consent."""
        books = await self._store.books_of(order.user_id)
        return marketplace_bookings.raised_so_far(books, order.order_no)

    async def agree(self, customer: UserId, order: Order, asked: Fen) -> None:
        """Book that a customer agrees to pay what the marketplace asks now: so many fen.

        Raises `AskedOtherwise` when it asks another amount by now, or no more than was agreed;
        `PermissionError` for anybody else's order; else as `receive`.
        """
        if order.user_id != customer:
            raise PermissionError("another person's order")
        now = self._clock()

        def booking(books: Books, stored: Order) -> tuple[Operation, ...]:
            if not asked_more(books, stored) or amount_due(stored.parts) != asked:
                raise AskedOtherwise
            return (marketplace_bookings.raised(books, _agreed(stored), asked, now),)

        await self._book(order.order_no, booking, (EventKind.AGREED, str(asked)))

    async def may_pay_there(self, order: Order) -> bool:
        """Tell whether the marketplace may be paid for an order: its customer has paid.

        An order from before there was a shop has nobody to wait for.
        """
        account = await self.account_of(order)
        return account is None or may_be_paid_there(order, account)

    async def proofs_of(self, order_no: MerchantOrderNo) -> list[Proof]:
        """Return an order's proofs, oldest first."""
        return await self._store.proofs_of(order_no)

    async def proof(self, proof_id: ProofId) -> Proof | None:
        """Return one proof."""
        return await self._store.proof(proof_id)

    async def case(self, order_no: MerchantOrderNo) -> ShopCase | None:
        """Return where an order stands."""
        return await self._store.case(order_no)

    async def cases(self, standing: Standing, limit: int, offset: int = 0) -> list[ShopCase]:
        """Return the orders that stand so, the longest waiting first."""
        return await self._store.cases(standing, limit, offset)

    async def count_cases(self) -> dict[Standing, int]:
        """Return how many orders stand so."""
        return await self._store.count_cases()

    async def confirm(self, operator: UserId, name: str, proof_id: ProofId, amount: Money) -> Proof:
        """Book what the operator saw come in for a proof.

        Raises `ProofDecided` when somebody decided on it before, `PermissionError`,
        `CurrencyMismatch`, `LedgerError`, `StorageError`; then nothing was booked.
        """
        self._only(operator)
        now = self._clock()
        decision = Decision(amount=amount, by=operator, name=name, at=now)

        def booking(_: Books, order: Order) -> tuple[Operation, ...]:
            return (received(str(proof_id), _agreed(order), amount, operator, now),)

        proof = await self._store.decide(proof_id, decision, booking)
        _log.info("receipt_confirmed", order_no=proof.order_no, proof=proof_id)
        self._on_event()
        return proof

    async def decline(self, operator: UserId, name: str, proof_id: ProofId) -> Proof:
        """Say that nothing came in for a proof. Raises as `confirm` does."""
        self._only(operator)
        decision = Decision(amount=None, by=operator, name=name, at=self._clock())
        proof = await self._store.decide(proof_id, decision, lambda _books, _order: ())
        _log.info("proof_declined", order_no=proof.order_no, proof=proof_id)
        self._on_event()
        return proof

    async def receive(
        self, operator: UserId, order_no: MerchantOrderNo, amount: Money, key: str
    ) -> bool:
        """Book money that came in without a proof; False when `key` was booked before.

        Raises as `confirm` does, and `OrderMoved` when the order is gone.
        """
        self._only(operator)
        now = self._clock()

        def booking(_: Books, order: Order) -> tuple[Operation, ...]:
            return (received(key, _agreed(order), amount, operator, now),)

        return await self._book(order_no, booking, (EventKind.RECEIVED, f"receipt:{key}"))

    async def refund(
        self, operator: UserId, order_no: MerchantOrderNo, amount: Money, key: str
    ) -> bool:
        """Book money that the operator sent back. As `receive`; `TooMuch` beyond the credit."""
        self._only(operator)
        now = self._clock()

        def booking(books: Books, order: Order) -> tuple[Operation, ...]:
            if f"refund:{key}" in books:
                return ()
            return (refunded(books, key, _agreed(order), amount, operator, now),)

        return await self._book(order_no, booking, (EventKind.REFUNDED, f"refund:{key}"))

    async def write_off(
        self, operator: UserId, order_no: MerchantOrderNo, seen: Money, reason: str
    ) -> bool:
        """Give up what is open for an order, if it is still `seen`.

        Raises `NothingOpen` when it is not, and as `receive`.
        """
        self._only(operator)
        now = self._clock()

        def booking(books: Books, order: Order) -> tuple[Operation, ...]:
            agreed = _agreed(order)
            if balance_of(books, agreed) != seen or not seen:
                raise NothingOpen
            return (written_off(books, agreed, reason, operator, now),)

        return await self._book(order_no, booking, None)

    async def take_back(
        self, operator: UserId, order_no: MerchantOrderNo, key: str, reason: str
    ) -> bool:
        """Reverse what was a mistake. Raises `LedgerError`, as `receive`.

        The customer is told of a receipt and a refund, as they were of the booking itself; what
        was let off they never heard of.
        """
        self._only(operator)
        now = self._clock()

        def booking(books: Books, _: Order) -> tuple[Operation, ...]:
            return (reversal(books, key, now, operator, reason),)

        told = key.startswith(("receipt:", "refund:"))
        return await self._book(order_no, booking, (EventKind.TAKEN_BACK, key) if told else None)

    async def _book(
        self,
        order_no: MerchantOrderNo,
        booking: Callable[[Books, Order], tuple[Operation, ...]],
        event: tuple[EventKind, str] | None,
    ) -> bool:
        made = await self._store.book(order_no, booking, event)
        for each in made:
            _log.info("booked", order_no=each.order_no, kind=each.kind.value)
        self._on_event()
        return bool(made)

    def _only(self, operator: UserId) -> None:
        if operator not in self._operators:
            raise PermissionError("only an operator may do this")


def _agreed(order: Order) -> Agreed:
    agreed = agreed_of(order)
    if agreed is None:
        raise NothingOpen
    return agreed
