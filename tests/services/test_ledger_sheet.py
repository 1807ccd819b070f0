"""The books as a spreadsheet: every entry, and sums at the end that are nothing."""

import io
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

from bot.domain.bookings import Agreed, charged, received
from bot.domain.currencies import CNY, Currency
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import Account
from bot.domain.money import Fen
from bot.domain.rates import Rate
from bot.domain.shop_terms import ShopTerms
from bot.services.collecting.ledger_sheet import COLUMNS, account_sums, ledger_sheet

USD = Currency("USD")
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
TERMS = ShopTerms(
    currency=USD, rate=Rate(currency=USD, quoted=Decimal("0.1389")), fee_ppm=80_000, rounding=10
)
ONE = Agreed(
    order_no=MerchantOrderNo("S1"),
    user_id=UserId(7),
    charge=TERMS.price(Fen(10_000), Fen(12_345)),
)
BOOKED = [charged(ONE, NOW), received("1", ONE, ONE.charge.due, UserId(1), NOW)]


def rows(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        return re.findall(r"<row .*?</row>", sheet, re.DOTALL)


def test_every_entry_is_a_row_and_the_last_rows_are_nothing() -> None:
    """One total for each currency, after those of the accounts."""
    found = rows(ledger_sheet(BOOKED, COLUMNS, "Ledger", "Sum"))
    entries = sum(len(each.entries) for each in BOOKED)
    accounts = len(account_sums(BOOKED))
    assert len(found) == 1 + entries + accounts + 2
    for total in found[-2:]:
        assert "<v>0</v>" in re.sub(r"<v>-?0(\.0+)?</v>", "<v>0</v>", total)


def test_what_stands_on_each_account() -> None:
    """The fee in yuan, the money in dollars."""
    totals = account_sums(BOOKED)
    assert totals[Account.FEE, CNY] == -800
    assert totals[Account.CASH, USD] == ONE.charge.due.units
    assert totals[Account.CUSTOMER, USD] == 0
