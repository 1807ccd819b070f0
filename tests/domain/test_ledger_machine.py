"""Customers, operators, a marketplace that changes its mind and crashes, in any order.

After every step the books balance and nobody was charged more than they agreed to.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from bot.domain import bookings
from bot.domain import marketplace_bookings as there
from bot.domain.bookings import Agreed
from bot.domain.currencies import CNY, Currency, Money, nothing, yuan
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.ledger import Account, Books, KeyReused, Operation, TooMuch
from bot.domain.money import Fen
from bot.domain.rates import YUAN_RATE, Rate
from bot.domain.shop_terms import ShopTerms

START = datetime(2026, 11, 30, tzinfo=UTC)
OPERATOR = UserId(1)
CURRENCIES = [Currency(code) for code in ("CNY", "USD", "JPY", "KWD", "IDR")]
RATES = {"CNY": "1", "USD": "0.1389", "JPY": "21.3", "KWD": "0.0427", "IDR": "2290"}

amounts = st.integers(1, 3_000_000)


def rate_of(currency: Currency) -> Rate:
    return (
        YUAN_RATE
        if currency is CNY
        else Rate(currency=currency, quoted=Decimal(RATES[currency.code]))
    )


class Shop(RuleBasedStateMachine):
    """What may happen to a shop's orders; the stored operations are all that survives a crash."""

    orders = Bundle("orders")
    proofs = Bundle("proofs")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.books = Books()
        self.stored: list[str] = []
        self.terms = ShopTerms()
        self.agreed: dict[MerchantOrderNo, Agreed] = {}
        self.confirmed: dict[str, Money] = {}
        self.paid: dict[MerchantOrderNo, Fen] = {}
        self.given_back: dict[MerchantOrderNo, int] = {}
        self.covered_before: set[MerchantOrderNo] = set()
        self.consented: set[MerchantOrderNo] = set()

    def post(self, *operations: Operation) -> None:
        self.now += timedelta(minutes=1)
        for operation in operations:
            if self.books.post(operation):
                self.stored.append(operation.model_dump_json())

    def balance(self, one: Agreed) -> Money:
        return self.books.account_of(one.order_no, one.charge.due.currency).balance

    @rule(
        currency=st.sampled_from(CURRENCIES),
        ppm=st.integers(0, 200_000),
        fixed=st.integers(0, 2_000),
        step=st.sampled_from([1, 5, 100]),
    )
    def the_operator_changes_the_terms(
        self, currency: Currency, ppm: int, fixed: int, step: int
    ) -> None:
        self.terms = self.terms.changed(
            OPERATOR,
            self.now,
            currency=currency,
            rate=rate_of(currency),
            fee_ppm=ppm,
            fee_fixed=Fen(fixed),
            rounding=step,
        )

    @rule(target=orders, user=st.integers(10, 12), goods=amounts, freight=st.integers(0, 9_000))
    def a_customer_orders(self, user: int, goods: int, freight: int) -> MerchantOrderNo:
        one = Agreed(
            order_no=MerchantOrderNo(f"S{len(self.agreed)}"),
            user_id=UserId(user),
            charge=self.terms.price(Fen(goods), Fen(goods + freight)),
        )
        self.agreed[one.order_no] = one
        self.post(bookings.charged(one, self.now))
        self.settle(one.user_id)
        return one.order_no

    @rule(target=proofs, order=orders, share=st.sampled_from([1, 50, 99, 100, 101, 250]))
    def a_customer_pays(self, order: MerchantOrderNo, share: int) -> object:
        """A proof books nothing; the operator confirms what it says, perhaps twice."""
        due = self.agreed[order].charge.due
        amount = due.of(max(due.units * share // 100, 1))
        return multiple((f"p{len(self.stored)}:{order}", order, amount))

    @rule(proof=proofs, extra=st.sampled_from([0, 0, 0, 1]))
    def an_operator_confirms(self, proof: tuple[str, MerchantOrderNo, Money], extra: int) -> None:
        key, order, amount = proof
        seen = amount.of(amount.units + extra)
        one = self.agreed[order]
        receipt = bookings.received(key, one, seen, OPERATOR, self.now)
        try:
            self.post(receipt)
        except KeyReused:
            assert self.confirmed[key] != seen
            return
        assert self.confirmed.setdefault(key, seen) == seen
        self.settle(one.user_id)

    def settle(self, user_id: UserId) -> None:
        theirs = Books(each for each in self.books if each.user_id == user_id)
        self.post(*bookings.set_offs(theirs, user_id, self.now))

    @rule(proof=proofs)
    def a_receipt_was_a_mistake(self, proof: tuple[str, MerchantOrderNo, Money]) -> None:
        key = f"receipt:{proof[0]}"
        if key in self.books and not self.books.is_reversed(key):
            self.post(bookings.reversal(self.books, key, self.now, OPERATOR, "not ours"))

    @rule(order=orders, percent=st.sampled_from([80, 97, 100, 100, 100, 104]))
    def the_marketplace_is_paid(self, order: MerchantOrderNo, percent: int) -> None:
        one = self.agreed[order]
        account = self.books.account_of(order, one.charge.due.currency)
        alive = not self.books.is_reversed(bookings.charge_key(order))
        if order in self.paid or not account.is_covered or not alive:
            return
        amount = Fen(max(one.charge.marketplace * percent // 100, 1))
        self.paid[order] = amount
        self.covered_before.add(order)
        self.post(there.paid_there(one, MarketplaceOrderId(f"1688{order}"), amount, self.now))
        self.post(*there.settled_there(self.books, one, self.now))
        self.settle(one.user_id)

    @rule(order=orders, percent=st.sampled_from([60, 90, 100, 101, 130]))
    def the_marketplace_asks_otherwise(self, order: MerchantOrderNo, percent: int) -> None:
        """Less is credited; more is charged only once the customer has agreed to it."""
        one = self.agreed[order]
        if order in self.paid or self.books.is_reversed(bookings.charge_key(order)):
            return
        asked = Fen(max(one.charge.marketplace * percent // 100, 1))
        left = there.in_force(self.books, one).marketplace
        left -= there.credited_so_far(self.books, order)
        if asked < left:
            self.post(there.credited(self.books, one, Fen(left - asked), self.now))
        elif asked > left:
            assert there.dearer_by(self.books, one, asked) == asked - left
            self.post(there.raised(self.books, one, asked, self.now))
            assert there.dearer_by(self.books, one, asked) == 0
            self.consented.add(order)
        if asked != left:
            now_left = there.in_force(self.books, one).marketplace
            assert now_left - there.credited_so_far(self.books, order) == asked
        self.settle(one.user_id)

    @rule(order=orders, percent=st.integers(1, 100))
    def the_marketplace_gives_back(self, order: MerchantOrderNo, percent: int) -> None:
        if order not in self.paid:
            return
        one, in_all = self.agreed[order], self.paid[order] * percent // 100
        order_id = MarketplaceOrderId(f"1688{order}")
        told = there.refunded_there(self.books, one, order_id, Fen(in_all), self.now)
        if told is not None:
            self.given_back[order] = in_all
            self.post(told)
            self.post(*there.settled_there(self.books, one, self.now))
            self.settle(one.user_id)

    @rule(order=orders)
    def the_order_is_cancelled(self, order: MerchantOrderNo) -> None:
        one = self.agreed[order]
        try:
            made = there.cancelled(self.books, one, self.now)
        except TooMuch:
            assert order in self.paid
            return
        self.post(*made)
        self.settle(one.user_id)

    @rule(order=orders, share=st.sampled_from([50, 100, 101]))
    def the_operator_sends_back(self, order: MerchantOrderNo, share: int) -> None:
        one = self.agreed[order]
        owed = -self.balance(one)
        amount = owed.of(owed.units * share // 100)
        key = str(len(self.stored))
        try:
            self.post(bookings.refunded(self.books, key, one, amount, OPERATOR, self.now))
        except TooMuch:
            assert amount.units <= 0 or amount > owed

    @rule(order=orders)
    def the_operator_gives_up(self, order: MerchantOrderNo) -> None:
        one = self.agreed[order]
        if self.balance(one):
            self.post(bookings.written_off(self.books, one, "named", OPERATOR, self.now))
            assert not self.balance(one)

    @rule(last=st.booleans())
    def the_bot_is_killed(self, last: bool) -> None:  # noqa: FBT001 - drawn
        """Only what is stored is left; what was about to be told is told again."""
        operations = [Operation.model_validate_json(each) for each in self.stored]
        self.books = Books(operations)
        if last and operations:
            assert not self.books.post(operations[-1])

    @invariant()
    def the_books_balance(self) -> None:
        assert self.books.differences() == {}

    @invariant()
    def nobody_is_charged_more_than_agreed(self) -> None:
        for order, one in self.agreed.items():
            account = self.books.account_of(order, one.charge.due.currency)
            most = there.in_force(self.books, one).due
            assert nothing(one.charge.due.currency) <= account.charged <= most
            if order not in self.consented:
                assert most == one.charge.due

    @invariant()
    def nothing_is_left_between_us_and_the_marketplace(self) -> None:
        waiting = sum(
            there.in_force(self.books, one).marketplace - there.credited_so_far(self.books, order)
            for order, one in self.agreed.items()
            if order not in self.paid and not self.books.is_reversed(bookings.charge_key(order))
        )
        assert self.books.sum_of(Account.MARKETPLACE, CNY) == -yuan(waiting)

    @invariant()
    def the_operator_holds_what_came_in_and_did_not_go_out(self) -> None:
        for currency in CURRENCIES:
            came = sum(
                amount.units
                for key, amount in self.confirmed.items()
                if amount.currency is currency and not self.books.is_reversed(f"receipt:{key}")
            )
            sent = sum(
                entry.amount.units
                for operation in self.books
                if operation.key.startswith("refund:")
                for entry in operation.entries
                if entry.account is Account.CASH and entry.amount.currency is currency
            )
            on_the_way = sum(self.given_back.values()) - sum(self.paid.values())
            expected = came + sent + (on_the_way if currency is CNY else 0)
            assert self.books.sum_of(Account.CASH, currency).units == expected


TestShop = Shop.TestCase
TestShop.settings = settings(stateful_step_count=40)
