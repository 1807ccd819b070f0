"""A shop's books as a spreadsheet, one row for each entry; the last rows prove that they add up."""

import io
from collections.abc import Iterable, Sequence
from datetime import timedelta, timezone

from bot.domain.currencies import Currency, Money
from bot.domain.ledger import Account, Entry, Operation, sums

COLUMNS = (
    "at",
    "kind",
    "order",
    "person",
    "account",
    "amount",
    "currency",
    "rate",
    "key",
    "reason",
)
"""What the columns hold, in their order; the caller names them in the operator's language."""

_CHINA = timezone(timedelta(hours=8))
_AMOUNT, _CURRENCY, _ACCOUNT = (COLUMNS.index(each) for each in ("amount", "currency", "account"))
_WIDTH = 18


def account_sums(operations: Iterable[Operation]) -> dict[tuple[Account, Currency], int]:
    """Return what stands on each account in minor units, for each currency."""
    totals: dict[tuple[Account, Currency], int] = {}
    for operation in operations:
        for entry in operation.entries:
            place = (entry.account, entry.amount.currency)
            totals[place] = totals.get(place, 0) + entry.amount.units
    return totals


def ledger_sheet(
    operations: Sequence[Operation], titles: Sequence[str], name: str, total: str
) -> bytes:
    """Return an XLSX file; blocks, so it is made off the event loop.

    `titles` name the columns, `name` the sheet, `total` what a sum is called.
    """
    import xlsxwriter  # noqa: PLC0415 - 2 MB that only an operator's export needs

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(written, options)
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    formats = {
        decimals: book.add_format({"num_format": "#,##0" + ("." + "0" * decimals)[: decimals + 1]})
        for decimals in (2, 3)
    } | {0: book.add_format({"num_format": "#,##0"})}
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(COLUMNS) - 1, _WIDTH)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
    row = 1

    def write(money: Money, account: str) -> None:
        sheet.write_string(row, _ACCOUNT, account)
        sheet.write_number(row, _AMOUNT, money.decimal, formats[money.currency.decimals])
        sheet.write_string(row, _CURRENCY, money.currency.code)

    for operation in operations:
        local = operation.at.astimezone(_CHINA).replace(tzinfo=None, microsecond=0)
        facts = (operation.kind.value, operation.order_no, str(operation.user_id))
        for entry in operation.entries:
            sheet.write_datetime(row, 0, local, moment)
            for column, text in enumerate(facts, 1):
                sheet.write_string(row, column, text)
            write(entry.amount, entry.account.value)
            rate = operation.rate.text if operation.rate else ""
            for column, text in enumerate((rate, operation.key, operation.reason), _CURRENCY + 1):
                sheet.write_string(row, column, text)
            row += 1
    for (account, currency), units in account_sums(operations).items():
        row += 1
        sheet.write_string(row, 0, total, bold)
        write(Money(currency=currency, units=units), account.value)
    for currency, units in sums(_entries(operations)).items():
        row += 1
        sheet.write_string(row, 0, total, bold)
        write(Money(currency=currency, units=units), "=")
    book.close()
    return written.getvalue()


def _entries(operations: Iterable[Operation]) -> Iterable[Entry]:
    return (entry for operation in operations for entry in operation.entries)
