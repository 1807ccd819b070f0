"""A group buy as spreadsheets: who gets what, and how the money adds up."""

import io
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.domain.currencies import CNY, Money
from bot.domain.group_buys.bills import people_of, pieces_by_variant
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.selling import sales
from bot.domain.identifiers import SpecId, UserId
from bot.domain.ledger import Account, Books, Kind
from bot.domain.money import Fen, to_yuan
from bot.services.following.order_sheet import guarded

Word = Callable[[str], str]
"""Gives a title in the organiser's language, plain."""

_WIDTHS = (6, 26, 20, 30, 10, 10)
_OF_MONEY = (
    *("person", "claimed", "pieces", "short", "unit", "goods", "freight", "abroad", "fee"),
    *("allowed", "total", "currency", "charged", "received", "refunded", "balance"),
)
_OF_ORDER = ("product", "variant", "pieces", "arrived", "spare", "unit", "offer")
_NUMBERS, _FIRST_AMOUNT, _FIRST_PAID = 3, 5, 12


def packing_list(buy: GroupBuy, word: Word) -> bytes:
    """Return an XLSX file of who gets what, made of counted pieces, and of each variant's sum.

    It blocks, so it is made off the event loop.
    """
    written, book = _book()
    sheet = book.add_worksheet(guarded(word("packing"))[:31])
    bold = book.add_format({"bold": True})
    titles = ("tick", "person", "username", "variant", "pieces", "short")
    for column, (name, width) in enumerate(zip(titles, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, guarded(word(name)), bold)
    sheet.freeze_panes(1, 0)
    row = 1
    for claims in people_of(_to_pack(buy)).values():
        for each in claims:
            done = "✓" if each.state is ClaimState.HANDED else ""
            for at, (spec, pieces) in enumerate(each.gets):
                cells = (done, _name(each), each.username, _variant(buy, spec))
                for column, text in enumerate(cells):
                    sheet.write_string(row, column, guarded(text))
                sheet.write_number(row, 4, pieces)
                sheet.write_number(row, 5, 0 if at else each.short)
                row += 1
    _variants(book, buy, word)
    book.close()
    return written.getvalue()


def reconciliation(buy: GroupBuy, books: Books, word: Word) -> bytes:
    """Return an XLSX file of everybody's money; its last rows prove that it adds up. It blocks."""
    written, book = _book()
    sheet = book.add_worksheet(guarded(word("money"))[:31])
    bold = book.add_format({"bold": True})
    sheet.set_column(0, len(_OF_MONEY) - 1, 14)
    for column, name in enumerate(_OF_MONEY):
        sheet.write_string(0, column, guarded(word(name)), bold)
    sheet.freeze_panes(1, 1)
    rows = [_money_row(buy, books, user, claims) for user, claims in _people(buy)]
    for at, cells in enumerate([*rows, _sums(rows, word("sum"))], 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(at, column, cell)
            else:
                sheet.write_string(at, column, cell)
    row = len(rows) + 2
    for name, amount in _proof(buy, books):
        sheet.write_string(row + 1, 0, guarded(word(name)), bold)
        sheet.write_string(row + 1, 1, amount)
        row += 1
    book.close()
    return written.getvalue()


def _money_row(
    buy: GroupBuy, books: Books, user: UserId, claims: tuple[Claim, ...]
) -> list[str | int]:
    """Return a person's row: pieces, then yuan, then what was paid, as decimal text."""
    share, currency = buy.share_of(user), buy.terms.rate.currency
    account = books.account_of(buy.account_of(user), currency)
    units = dict.fromkeys(_yuan(each.unit) for each in claims if each.unit is not None)
    yuan = (share.goods, share.freight, share.abroad, share.fee, share.allowed, share.total)
    back = _refunded(books, buy, user)
    paid = (account.charged, account.received + back, back, account.balance)
    return [
        guarded(_name(claims[0])),
        sum(each.pieces for each in claims),
        sum(each.served for each in claims if each.is_in),
        sum(each.short for each in claims),
        "; ".join(units),
        *(_yuan(each) for each in yuan),
        currency.code,
        *(f"{each.decimal:f}" for each in paid),
    ]


def _refunded(books: Books, buy: GroupBuy, user: UserId) -> Money:
    """Return what was sent back to a person, all together."""
    currency, account = buy.terms.rate.currency, buy.account_of(user)
    units = sum(
        entry.amount.units
        for each in books
        if each.kind is Kind.REFUND and each.order_no == account
        for entry in each.entries
        if entry.account is Account.CUSTOMER
    )
    return Money(currency=currency, units=units)


def _sums(rows: list[list[str | int]], word: str) -> list[str | int]:
    """Return the last row: what every column comes to."""
    total: list[str | int] = [guarded(word)]
    for column in range(1, len(_OF_MONEY)):
        cells = [row[column] for row in rows]
        if column <= _NUMBERS:
            total.append(sum(int(each) for each in cells))
        elif column < _FIRST_AMOUNT or column == _FIRST_PAID - 1:
            total.append("")
        else:
            total.append(f"{sum((Decimal(each) for each in cells), Decimal()):f}")
    return total


def _proof(buy: GroupBuy, books: Books) -> Iterator[tuple[str, str]]:
    """Yield the sums: shares and what the organiser bears come to the marketplace's total."""
    bill = buy.bill
    if bill is not None:
        yield "shares", _yuan(Fen(sum(each.marketplace for each in bill.shares)))
        yield "borne", _yuan(bill.borne)
        yield "marketplace_total", _yuan(bill.total)
        yield "difference", _yuan(Fen(bill.difference))
    for account in Account:
        amount: Money = books.sum_of(account, CNY)
        if amount:
            yield f"account_{account.value}", f"{amount.decimal:f}"
    currency = buy.terms.rate.currency
    for name, amounts in (
        ("sold_outside", [each.proceeds for each in sales(buy, books)]),
        ("sold_outside_worth", [each.worth for each in sales(buy, books)]),
    ):
        if amounts:
            total = Money(currency=currency, units=sum(each.units for each in amounts))
            yield name, f"{total.decimal:f} {currency.code}"
    yield "books_difference", str(sum(books.differences().values()))


def _people(buy: GroupBuy) -> Iterator[tuple[UserId, tuple[Claim, ...]]]:
    yield from people_of(buy.claims).items()


def _to_pack(buy: GroupBuy) -> tuple[Claim, ...]:
    return tuple(each for each in buy.claims if each.is_in and each.served)


def _variants(book: Any, buy: GroupBuy, word: Word) -> None:
    sheet = book.add_worksheet(guarded(word("order"))[:31])
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 1, 40)
    for column, name in enumerate(_OF_ORDER):
        sheet.write_string(0, column, guarded(word(name)), bold)
    sheet.freeze_panes(1, 0)
    ordered: Mapping[Any, int] = pieces_by_variant(
        each.replace(short=0) for each in buy.claims if each.is_in or each.short
    )
    came = {each.spec_id: each.pieces for each in buy.arrived}
    spare = {each.spec_id: each.pieces for each in buy.spare}
    units = {each.spec_id: each.price for each in buy.bill.units} if buy.bill else {}
    row = 1
    for each in buy.terms.variants:
        pieces = ordered.get(each.spec_id, 0)
        if pieces or came.get(each.spec_id):
            offer = buy.terms.goods_with(each.spec_id)
            sheet.write_string(row, 0, guarded(offer.title.zh))
            sheet.write_string(row, 1, guarded(each.label.zh))
            sheet.write_number(row, 2, pieces)
            if each.spec_id in came:
                sheet.write_number(row, 3, came[each.spec_id])
            if each.spec_id in spare:
                sheet.write_number(row, 4, spare[each.spec_id])
            if each.spec_id in units:
                sheet.write_string(row, 5, _yuan(units[each.spec_id]))
            sheet.write_string(row, 6, f"{offer.offer_id}")
            row += 1


def _variant(buy: GroupBuy, spec: SpecId | None) -> str:
    variant = buy.terms.variant(spec)
    named = variant.label.zh if variant else ""
    offer = buy.terms.goods_with(spec).title.zh
    return f"{offer} · {named}" if buy.terms.also and named else named or offer


def _name(claim: Claim) -> str:
    return claim.name or claim.username or f"#{claim.number}"


def _yuan(fen: Fen) -> str:
    return f"{to_yuan(fen):f}"


def _book() -> tuple[io.BytesIO, Any]:
    import xlsxwriter  # noqa: PLC0415 - 2 MB that only an organiser's export needs

    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    return written, xlsxwriter.Workbook(written, options)
