"""A group buy as spreadsheets: who gets what, and how the money adds up."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.domain.currencies import CNY, Money
from bot.domain.group_buys.bills import people_of, pieces_by_variant
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.identifiers import UserId
from bot.domain.ledger import Account, Books
from bot.domain.money import Fen, to_yuan
from bot.services.following.order_sheet import guarded

Word = Callable[[str], str]
"""Gives a title in the organiser's language, plain."""

_WIDTHS = (6, 26, 20, 30, 10, 10)
_OF_MONEY = (
    *("person", "pieces", "short", "goods", "freight", "fee", "total"),
    *("currency", "charged", "received", "balance"),
)


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
            variant = buy.terms.variant(each.spec_id)
            cells = (done, _name(each), each.username, variant.label.zh if variant else "")
            for column, text in enumerate(cells):
                sheet.write_string(row, column, guarded(text))
            sheet.write_number(row, 4, each.served)
            sheet.write_number(row, 5, each.short)
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
    people = dict(_people(buy))
    row = 1
    for user, claims in people.items():
        _money_row(sheet, row, buy, books, user, claims)
        row += 1
    for name, amount in _proof(buy, books):
        sheet.write_string(row + 1, 0, guarded(word(name)), bold)
        sheet.write_string(row + 1, 1, amount)
        row += 1
    book.close()
    return written.getvalue()


def _money_row(
    sheet: Any, row: int, buy: GroupBuy, books: Books, user: UserId, claims: tuple[Claim, ...]
) -> None:
    share, currency = buy.share_of(user), buy.terms.rate.currency
    account = books.account_of(buy.account_of(user), currency)
    sheet.write_string(row, 0, guarded(_name(claims[0])))
    sheet.write_number(row, 1, sum(each.served for each in claims if each.is_in))
    sheet.write_number(row, 2, sum(each.short for each in claims))
    for column, fen in enumerate((share.goods, share.freight, share.fee, share.total), 3):
        sheet.write_string(row, column, _yuan(fen))
    sheet.write_string(row, 7, currency.code)
    for column, money in enumerate((account.charged, account.received, account.balance), 8):
        sheet.write_string(row, column, f"{money.decimal:f}")


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
    yield "books_difference", str(sum(books.differences().values()))


def _people(buy: GroupBuy) -> Iterator[tuple[UserId, tuple[Claim, ...]]]:
    yield from people_of(buy.claims).items()


def _to_pack(buy: GroupBuy) -> tuple[Claim, ...]:
    return tuple(each for each in buy.claims if each.is_in and each.served)


def _variants(book: Any, buy: GroupBuy, word: Word) -> None:
    sheet = book.add_worksheet(guarded(word("order"))[:31])
    sheet.set_column(0, 0, 40)
    counted: Mapping[Any, int] = pieces_by_variant(buy.taken)
    row = 0
    for each in buy.terms.variants:
        if counted.get(each.spec_id):
            sheet.write_string(row, 0, guarded(each.label.zh or buy.terms.goods.title.zh))
            sheet.write_number(row, 1, counted[each.spec_id])
            row += 1


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
