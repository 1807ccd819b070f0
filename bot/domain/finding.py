"""Ways to narrow a search, and to find goods without one (contract 3, 4.5, 4.7, 4.8)."""

from enum import StrEnum

from bot.domain.identifiers import CategoryId, OfferId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.price_bounds import PriceBounds

ROOT_CATEGORY = CategoryId(0)
"""What the category tree is walked from (contract 4.5)."""


class Filter(StrEnum):
    """A filter of searches, by its wire name (contract 3, `filter`)."""

    FACTORY = "certifiedFactory"
    SHIPS_TODAY = "shipInToday"
    SHIPS_IN_24_HOURS = "shipIn24Hours"
    SHIPS_IN_48_HOURS = "shipIn48Hours"
    FREE_RETURNS = "noReason7DReturn"
    RATED_4_5 = "totalEpScoreLv2"
    RATED_5 = "totalEpScoreLv1"


_DISPATCH = frozenset({Filter.SHIPS_TODAY, Filter.SHIPS_IN_24_HOURS, Filter.SHIPS_IN_48_HOURS})
_RATING = frozenset({Filter.RATED_4_5, Filter.RATED_5})
# Of each family one at most: how the marketplace joins several of them is not stated (contract 3).
_FAMILIES = (_DISPATCH, _RATING)


class Narrowing(Value):
    """The filters of a search and the bounds of its prices."""

    filters: tuple[Filter, ...] = ()
    prices: PriceBounds = PriceBounds.model_construct()

    def toggled(self, one: Filter) -> "Narrowing":
        """Add a filter, or take it away; of one family (dispatch, rating) the latest stays."""
        if one in self.filters:
            return self.without(one)
        rivals = next((family for family in _FAMILIES if one in family), frozenset())
        kept = (each for each in self.filters if each not in rivals)
        return self.replace(filters=(*kept, one))

    def without(self, one: Filter) -> "Narrowing":
        """Take a filter away."""
        return self.replace(filters=tuple(each for each in self.filters if each is not one))

    @property
    def is_none(self) -> bool:
        """Tell whether nothing is narrowed."""
        return not self.filters and self.prices.are_open


class Category(Value):
    """A node of the category tree. Names are Chinese only (contract 4.5)."""

    category_id: CategoryId
    name: str
    is_leaf: bool = False


class NavigationChoice(Value):
    """One value of a navigation group; `navigation_id` is what a search takes as `snId`."""

    navigation_id: str
    name: Wording


class NavigationGroup(Value):
    """What results can be narrowed by, such as a colour or a material (contract 4.7)."""

    navigation_id: str
    name: Wording
    choices: tuple[NavigationChoice, ...] = ()


class FreightEstimate(Value):
    """Domestic freight of one offer in fen: an estimate, the quote binds (contract 4.8)."""

    offer_id: OfferId
    freight: Fen
