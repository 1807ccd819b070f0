"""The export of orders: numbers are numbers, texts stay texts whatever they begin with."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from bot.chat.texts import texts_in
from bot.domain.currencies import Currency
from bot.domain.ledger import OrderAccount
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import Order, OrderPart, Placing
from bot.domain.rates import Rate
from bot.domain.shop_terms import ShopTerms
from bot.services.following.order_sheet import COLUMNS, OF_A_SHOP, guarded, order_sheet
from tests.services.agreed import FIRST, LINES, SECOND, consent

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(*orders: Order) -> list[dict[str, str | Decimal]]:
    """Read the sheet back: each row by the columns' names."""
    book = zipfile.ZipFile(io.BytesIO(order_sheet(orders, COLUMNS, ["paid"] * len(orders), "O")))
    assert not [name for name in book.namelist() if "extern" in name.lower()]
    raw = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in raw, "a formula"
    assert "hyperlink" not in raw
    strings = [
        "".join(each.itertext())
        for each in ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - just made here
    ]
    rows = []
    for row in ET.fromstring(raw).iter(f"{_NS}row"):  # noqa: S314 - as above
        read: dict[str, str | Decimal] = {}
        for cell in row:
            value = cell.find(f"{_NS}v")
            if value is None or value.text is None:
                continue
            column = COLUMNS[ord(cell.get("r", "")[0]) - ord("A")]
            is_text = cell.get("t") == "s"
            read[column] = strings[int(value.text)] if is_text else Decimal(value.text)
        rows.append(read)
    return rows


def placed(**changes: object) -> Order:
    parts = (
        OrderPart(order_id=FIRST, total=Fen(10_001), freight=Fen(500)),
        OrderPart(order_id=SECOND, total=Fen(1), freight=Fen(0)),
    )
    return consent(Placing.PLACED, parts=parts, **changes)


def test_each_line_is_a_row_and_amounts_are_yuan_to_the_fen():
    """An order's own amounts stand once, so that a column adds up."""
    titles, first, second = cells(placed())
    assert tuple(titles.values()) == COLUMNS
    assert first["total"] == Decimal("100.02")
    assert first["freight"] == Decimal(5)
    assert first["agreed"] == Decimal(105)
    assert (first["line_amount"], second["line_amount"]) == (Decimal(60), Decimal(40))
    assert (first["quantity"], second["quantity"]) == (3, 2)
    assert first["their_numbers"] == f"{FIRST} {SECOND}", "no digit of 19 is lost"
    assert first["mobile"] == "13812345678"
    assert first["number"] == second["number"]
    assert "total" not in second


def test_an_unknown_amount_is_left_empty():
    """Rather than too little."""
    parts = (OrderPart(order_id=FIRST, total=Fen(5)), OrderPart(order_id=SECOND))
    _, first, _ = cells(consent(Placing.PLACED, parts=parts))
    assert "total" not in first


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example";"x")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =cmd|' /C calc'!A0",
        "　=1+1",
        "＝1+1",
        "＋1",
        "－1+1",
        "＠SUM(A1)",
        " " * 500 + "﹦1",
        "\u00a0=1",
    ],
)
def test_a_text_is_never_a_formula(text: str):
    """Neither here nor after it was saved as CSV and opened again."""
    line = LINES[0].replace(title=Wording(zh=text))
    _, row = cells(placed(note=text, lines=(line,)))
    assert str(row["note"]).startswith("'")
    assert str(row["goods"]).startswith("'")


def test_harmless_texts_and_links_stay_as_they_are():
    """A number in a text stays a text, an address no link."""
    for text in ("帆布鞋", "12.50", "https://example.org/", "1-2", "a=b"):
        assert guarded(text) == text
    _, row, _ = cells(placed(note="0012"))
    assert row["note"] == "0012"


def test_a_very_long_text_is_cut_to_what_a_cell_takes():
    """Nothing is left out silently by the library."""
    _, row, _ = cells(placed(note="=" + "长" * 40_000))
    assert len(str(row["note"])) == 32_767


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_column_has_its_title(language: str):
    """As many as there are columns, none twice."""
    titles = texts_in(language)("admin.columns").split("|")
    assert len(set(titles)) == len(titles) == len(COLUMNS)


@pytest.mark.parametrize(
    ("agreed", "shown"),
    [
        ("2026-02-28 15:59:59.999600", "2026-02-28 23:59:59"),  # of the last half second
        ("2026-02-28 15:59:59.5", "2026-02-28 23:59:59"),
        ("2026-12-31 15:59:59.999999", "2026-12-31 23:59:59"),
        ("2026-02-28 16:00:00", "2026-03-01 00:00:00"),
    ],
)
def test_a_time_is_cut_to_its_second(agreed: str, shown: str) -> None:
    """Rounded, as spreadsheets do, the last moment of a month would stand in the next one."""
    moment = datetime.fromisoformat(agreed).replace(tzinfo=UTC)
    (row, *_) = cells(placed(created_at=moment))[1:]
    days = Decimal(row["ordered"])
    seconds = days * 86_400
    # No fraction is left that a reader could round.
    assert abs(seconds - round(seconds)) < Decimal("0.01")
    assert _SPREADSHEETS_BEGIN + timedelta(seconds=round(seconds)) == datetime.fromisoformat(shown)


_SPREADSHEETS_BEGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones


def test_a_shops_columns_say_what_was_asked_received_and_paid() -> None:
    """In the customer's currency with its rate; fee and what 1688 took in yuan; a team has none."""
    terms = ShopTerms(
        currency=Currency("USD"),
        rate=Rate(currency=Currency("USD"), quoted=Decimal("7.2"), per_yuan=False),
        fee_ppm=100_000,
    )
    order = consent()
    charge = terms.price(Fen(7_200), Fen(7_200))
    placed = order.replace(quote=order.quote.replace(charge=charge))
    account = OrderAccount(
        charged=charge.due,
        received=charge.due.of(1_000),
        written_off=charge.due.of(0),
        paid_there=Fen(7_200),
        refunded_there=Fen(200),
    )
    titles = [*COLUMNS, *OF_A_SHOP]
    made = order_sheet([placed], titles, ["paid"], "O", {placed.order_no: account})
    book = zipfile.ZipFile(io.BytesIO(made))
    root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - just made here
    first = list(root.iter(f"{_NS}row"))[1]
    numbers = [cell.findtext(f"{_NS}v") for cell in first if cell.get("t") != "s"]
    # Fee and price, what came in, what 1688 took and what is still to pay.
    assert [Decimal(each) for each in numbers[-5:] if each] == [
        Decimal("7.2"),
        Decimal(11),
        Decimal(10),
        Decimal(70),
        Decimal(1),
    ]
