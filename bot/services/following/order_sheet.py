"""Orders as a spreadsheet, one row for each line of an order."""

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.ledger import OrderAccount
from bot.domain.money import Fen, to_yuan
from bot.domain.orders import Order, OrderPart

COLUMNS = (
    *("number", "ordered", "stage", "their_numbers", "states", "person"),
    *("goods", "variant", "offer", "quantity", "line_amount"),
    *("agreed", "total", "freight", "refunded", "paid", "shipped", "tracking"),
    *("receiver", "mobile", "address", "note"),
)
"""What the columns hold, in their order; the caller names them in the operator's language."""

OF_A_SHOP = ("fee", "price", "currency", "rate", "received", "paid_there", "balance")
"""Columns besides, in a shop: fee and what was paid at 1688 in yuan, the rest as customers pay."""

_CHINA = timezone(timedelta(hours=8))
_LONGEST_CELL = 32_767  # characters; Excel takes no more
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BLANKS = " \u3000\u00a0\ufeff"
_WIDTH = 18


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also after saving as CSV."""
    text = text[: _LONGEST_CELL - 1]
    # In Chinese and Japanese a full-width sign begins a formula, too.
    start = unicodedata.normalize("NFKC", text.lstrip(_BLANKS)[:1])
    return f"'{text}" if start.startswith(_STARTS_A_FORMULA) else text


def order_sheet(
    orders: Iterable[Order],
    titles: Sequence[str],
    stages: Sequence[str],
    name: str,
    accounts: Mapping[MerchantOrderNo, OrderAccount] | None = None,
) -> bytes:
    """Return an XLSX file; blocks, so it is made off the event loop.

    `titles` name the columns, `stages` each order's stage, `name` the sheet; `accounts` are what
    a shop's books say of each order, None for a team. Amounts are yuan, on the first row of an
    order alone, so that a column's sum is right.
    """
    import xlsxwriter  # noqa: PLC0415 - 2 MB that only an operator's export needs

    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd hh:mm",
            "remove_timezone": False,
        },
    )
    sheet = book.add_worksheet(name)
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 1)
    columns = COLUMNS if accounts is None else COLUMNS + OF_A_SHOP
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, guarded(title), book.add_format({"bold": True}))
    row = 1
    for order, stage in zip(orders, stages, strict=True):
        for index, line in enumerate(order.lines):
            cells = {**_line(order, line), **(_order(order, stage) if index == 0 else {})}
            if index == 0 and accounts is not None:
                cells |= _of_a_shop(order, accounts.get(order.order_no))
            _write(sheet, row, {"number": order.order_no, **cells}, money, columns)
            row += 1
    sheet.autofilter(0, 0, max(1, row - 1), len(columns) - 1)
    book.close()
    return written.getvalue()


_Cell = str | int | Fen | Decimal | datetime | None
_MONEY = {"line_amount", "agreed", "total", "freight", "refunded", "fee", "paid_there"}


def _write(
    sheet: Any, row: int, cells: dict[str, _Cell], money: Any, columns: Sequence[str]
) -> None:
    for column, name in enumerate(columns):
        value = cells.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            sheet.write_string(row, column, guarded(value))
        elif isinstance(value, datetime):
            # A spreadsheet knows no zones: China's time, as the title says. It rounds fractions of
            # a second, the last of a day into the next one, so they are cut.
            local = value.astimezone(_CHINA).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, column, local)
        elif isinstance(value, Decimal):
            sheet.write_number(row, column, value)
        elif name in _MONEY:
            sheet.write_number(row, column, to_yuan(Fen(value)), money)
        else:
            sheet.write_number(row, column, value)


def _line(order: Order, line: OrderLine) -> dict[str, _Cell]:
    quoted = (each for each in order.quote.lines if each.spec_id == line.spec_id)
    amount = next((each.amount for each in quoted if each.offer_id == line.offer_id), None)
    return {
        "goods": line.title.zh,
        "variant": line.variant.zh,
        "offer": str(line.offer_id),
        "quantity": line.quantity,
        "line_amount": amount,
    }


def _order(order: Order, stage: str) -> dict[str, _Cell]:
    parts, address = order.parts, order.address
    return {
        "ordered": order.created_at,
        "stage": stage,
        "their_numbers": " ".join(str(part.order_id) for part in parts),
        "states": " ".join(part.raw_status or part.status.value for part in parts),
        "person": str(order.user_id),
        "agreed": order.quote.total,
        "total": _sum(part.total for part in parts),
        "freight": _sum(part.freight for part in parts),
        "refunded": _sum(part.refunded or Fen(0) for part in parts) or None,
        "paid": _latest(parts, "paid_at"),
        "shipped": _latest(parts, "shipped_at"),
        "tracking": " ".join(
            parcel.tracking_no for part in parts for parcel in part.parcels if parcel.tracking_no
        ),
        "receiver": address.full_name,
        "mobile": address.mobile,
        "address": f"{address.division} {address.street}",
        "note": order.note,
    }


def _of_a_shop(order: Order, account: OrderAccount | None) -> dict[str, _Cell]:
    """What the customer pays and paid, and what 1688 took; nothing for a team's order."""
    charge = order.quote.charge
    if charge is None:
        return {}
    cells: dict[str, _Cell] = {
        "fee": charge.fee,
        "price": charge.due.decimal,
        "currency": charge.due.currency.code,
        "rate": charge.rate.text,
    }
    if account is not None:
        cells |= {
            "price": account.charged.decimal,
            "received": account.received.decimal,
            "paid_there": Fen(account.paid_there - account.refunded_there),
            "balance": account.balance.decimal,
        }
    return cells


def _sum(amounts: Iterable[Fen | None]) -> Fen | None:
    """Return all together, None when there are none or one is not known."""
    known = list(amounts)
    if not known or None in known:
        return None
    return Fen(sum(each for each in known if each is not None))


def _latest(parts: Sequence[OrderPart], what: str) -> datetime | None:
    moments = [getattr(part, what) for part in parts]
    return max((each for each in moments if each is not None), default=None)
