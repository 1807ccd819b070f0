"""Wire models of categories, search navigation and freight (contract 4.5, 4.7, 4.8)."""

from typing import Annotated

from pydantic import Field

from bot.domain.identifiers import CategoryId
from bot.marketplace.daji.wire import WHOLE, Lenient, OfferNumber, Text, Wire, YuanPrice

CategoryNumber = Annotated[CategoryId, WHOLE]
NavigationId = Annotated[Text, Field(pattern=r"^[0-9]{1,20}(:[0-9]{1,20})?$")]
"""`978`, or `978:1352` with one of its values (contract 4.3, `snId`)."""


class ChildCategory(Wire):
    """A category under another."""

    id: CategoryNumber
    name: Annotated[Text, Field(min_length=1)]
    is_leaf: Lenient[bool] = None


class CategoryNode(Wire):
    """A category with those under it. One real node is the root, which has no name."""

    category_id: CategoryNumber = Field(alias="categoryID")
    name: Text = ""
    is_leaf: Lenient[bool] = None
    parent_ids: Lenient[tuple[Lenient[CategoryNumber], ...]] = Field(
        default=None, alias="parentIDs"
    )
    child_categorys: Lenient[tuple[Lenient[ChildCategory], ...]] = None


class Choice(Wire):
    """A value of a navigation group."""

    id: NavigationId
    name: Text = ""
    translate_name: Text = ""


class Group(Choice):
    """What hits can be narrowed by."""

    children: tuple[Lenient[Choice], ...] = ()


class FreightTemplate(Wire):
    """`freight` in yuan, to be read only when `freePostage` is false."""

    offer_id: OfferNumber | None = None
    free_postage: bool = False
    freight: Lenient[YuanPrice] = None
