"""Ways to narrow a search, and to find goods without one (contract 3, 4.5, 4.7, 4.8)."""

from enum import StrEnum

from bot.domain.identifiers import CategoryId, OfferId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Wording

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
