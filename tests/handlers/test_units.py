"""Units as people write them."""

import pytest

from bot.chat.texts import texts_in
from bot.chat.units import counted, noun
from bot.domain.offers import Wording


@pytest.mark.parametrize(
    ("unit", "quantity", "written"),
    [
        ("Pair", 1, "1 pair"),
        ("Pair", 40, "40 pairs"),
        ("Piece", 1200, "1,200 pieces"),
        ("Box", 12, "12 boxes"),
        ("Bunch", 2, "2 bunches"),
        ("Glass", 2, "2 glasses"),
        ("Tray", 2, "2 trays"),
        ("Pastry", 2, "2 pastries"),
        ("Foot", 6, "6 feet"),
        ("Square Meter", 6, "6 square meters"),
        ("KG", 5, "5 kg"),
        ("pcs", 5, "5 pcs"),
        ("Dozen", 5, "5 dozen"),
        ("双", 5, "5 双"),
    ],
)
def test_english_units_have_their_plural(unit, quantity, written):
    """One in the singular, many in the plural; what is no English word stays as it is."""
    assert counted(texts_in("en"), quantity, Wording(zh="双", translated=unit)) == written


def test_chinese_units_have_none():
    """40 双, and the number as Chinese readers group it."""
    unit = Wording(zh="双", translated="Pair")
    assert counted(texts_in("zh"), 40, unit) == "40 双"
    assert noun(texts_in("zh"), unit, 2) == "双"
    assert noun(texts_in("en"), unit) == "pair"


def test_a_unit_without_translation_is_shown_as_it_is():
    """Better the seller's own word than none."""
    assert counted(texts_in("en"), 3, Wording(zh="打")) == "3 打"
