"""What an organiser types for a sale: pieces, and what they brought together."""

import pytest

from bot.domain.currencies import Currency, MoneyUnreadable
from handlers.group.selling import read_sale

EUR = Currency("EUR")


@pytest.mark.parametrize("typed", ["3 36.00", "3 for 36", "3 pcs €36", "3件36", "3件共36"])
def test_what_they_brought_together(typed: str) -> None:
    pieces, proceeds = read_sale(typed, EUR)
    assert (pieces, proceeds.units) == (3, 3600)


@pytest.mark.parametrize("typed", ["3 @ 12", "3 at 12", "3x12", "3 × 12", "3件每件12", "3各12"])
def test_a_price_for_each_is_not_taken_for_that_of_all(typed: str) -> None:
    with pytest.raises(MoneyUnreadable):
        read_sale(typed, EUR)
