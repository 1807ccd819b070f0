"""The cart: one draft for each seller, since one order has one seller (contract 5.1)."""

from collections.abc import Iterable
from itertools import chain

from bot.domain.drafts import Draft, OrderLine
from bot.domain.identifiers import SellerId
from bot.domain.model import Value
from bot.domain.money import Fen

MOST_SELLERS = 10
MOST_LINES = 200


class CartError(ValueError):
    """What the cart cannot take; it stays as it was.

    CartError
    ├── CartFull        MOST_LINES are in it already
    └── TooManySellers  MOST_SELLERS are in it already
    """


class CartFull(CartError):
    """More than `MOST_LINES` lines."""


class TooManySellers(CartError):
    """More than `MOST_SELLERS` sellers."""


class Cart(Value):
    """The draft in hand, and on the shelf those of other sellers, the latest first.

    Each seller has one draft, and each variant one line. Drafts on the shelf have lines; there
    may be none in hand.
    """

    draft: Draft = Draft.model_construct()
    shelf: tuple[Draft, ...] = ()

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Return every draft that has lines, the one in hand first."""
        return ((self.draft,) if self.draft.lines else ()) + self.shelf

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """Return the lines of all drafts."""
        return tuple(chain.from_iterable(each.lines for each in self.drafts))

    @property
    def estimate(self) -> Fen | None:
        """Return the estimated goods total in fen, or None when a price is missing."""
        estimates = [each.estimate for each in self.drafts if each.estimate is not None]
        return Fen(sum(estimates)) if len(estimates) == len(self.drafts) else None

    def draft_of(self, seller_id: SellerId) -> Draft:
        """Return a seller's draft, empty when there is none."""
        return next((each for each in self.drafts if each.seller_id == seller_id), Draft())

    def take(self, lines: Iterable[OrderLine], seller_id: SellerId) -> "Cart":
        """Put lines of one seller onto that seller's draft and take it in hand.

        A variant that is in the cart already gets the new quantity. The draft that was in hand
        goes on the shelf. Raises `CartFull` or `TooManySellers`; then nothing is taken.
        """
        lines = tuple(lines)
        if not lines:
            return self
        mine = self.draft_of(seller_id).put(lines, seller_id)
        # An offer may have changed hands: its variants stand with its present seller alone.
        rest = (each.without(lines) for each in self.drafts if each.seller_id != seller_id)
        after = Cart(draft=mine, shelf=tuple(each for each in rest if each.lines))
        if len(after.lines) > max(MOST_LINES, len(self.lines)):
            raise CartFull(MOST_LINES)
        if len(after.drafts) > max(MOST_SELLERS, len(self.drafts)):
            raise TooManySellers(MOST_SELLERS)
        return after

    def bring(self, index: int) -> "Cart":
        """Take the draft at `index` of `drafts` in hand. Raises `IndexError`."""
        wanted = self._at(index)
        return Cart(draft=wanted, shelf=tuple(each for each in self.drafts if each != wanted))

    def drop(self, index: int) -> "Cart":
        """Empty the draft at `index` of `drafts`. Raises `IndexError`."""
        gone = self._at(index)
        if gone == self.draft:
            return self.replace(draft=Draft())
        return self.replace(shelf=tuple(each for each in self.shelf if each != gone))

    def restore(self, draft: Draft) -> "Cart":
        """Put back a draft that was dropped from this cart."""
        if self.draft.lines:
            return self.replace(shelf=(draft, *self.shelf))
        return self.replace(draft=draft)

    def _at(self, index: int) -> Draft:
        if not 0 <= index < len(self.drafts):
            raise IndexError(index)
        return self.drafts[index]
