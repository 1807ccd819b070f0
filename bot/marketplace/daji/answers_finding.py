"""What the answers of categories, navigation and freight mean (contract 4.5, 4.7, 4.8)."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.domain.finding import Category, FreightEstimate, NavigationChoice, NavigationGroup
from bot.domain.identifiers import CategoryId, OfferId
from bot.domain.money import ZERO
from bot.domain.offers import Wording
from bot.marketplace.daji.envelope import Answer
from bot.marketplace.daji.reading import reading
from bot.marketplace.daji.wire import Wire
from bot.marketplace.daji.wire_finding import CategoryNode, Choice, FreightTemplate, Group

W = TypeVar("W", bound=Wire)


def categories(answer: Answer, parent: CategoryId) -> tuple[Category, ...]:
    """Read the categories under `parent`; none under a leaf.

    The documents show the category that was asked for, with its children. Whether the root
    answers so too or with its children themselves is not shown, so both are read.
    """
    answer.demand_success()
    with reading(answer):
        rows = _rows(answer.data)
        nodes = _readable(CategoryNode, rows)
        if rows and not nodes:
            raise ValueError(f"none of {len(rows)} categories can be read")
        own = [node for node in nodes if node.category_id == parent]
        if own:
            children = [each for node in own for each in node.child_categorys or ()]
            found = [(each.id, each.name, each.is_leaf) for each in children if each is not None]
            if children and not found:
                raise ValueError(f"none of {len(children)} categories can be read")
        else:
            under = [each for each in nodes if not each.parent_ids or parent in each.parent_ids]
            if nodes and not under:
                raise ValueError("the categories under another one")
            found = [(each.category_id, each.name, each.is_leaf) for each in under if each.name]
    named = {
        number: Category(category_id=number, name=name, is_leaf=bool(leaf))
        for number, name, leaf in found
        if number != parent
    }
    return tuple(named.values())


def navigation(answer: Answer) -> tuple[NavigationGroup, ...]:
    """Read what hits can be narrowed by; nothing usable means that there is nothing.

    The documented answer is a pasted sample of categories: their ids are none that a search
    takes, so it reads as nothing. The shape read here was seen in one real client.
    """
    answer.demand_success()
    with reading(answer):
        groups = _readable(Group, _rows(answer.data))
    found = (
        NavigationGroup(
            navigation_id=group.id,
            name=_wording(group),
            choices=tuple(
                {
                    each.id: NavigationChoice(navigation_id=each.id, name=_wording(each))
                    for each in group.children
                    if each is not None and _wording(each).zh
                }.values()
            ),
        )
        for group in groups
        if _wording(group).zh
    )
    return tuple({group.navigation_id: group for group in found if group.choices}.values())


def freight(answer: Answer, offer_id: OfferId) -> FreightEstimate:
    """Read the freight of one offer in fen: 0 where the seller pays it."""
    answer.demand_success()
    with reading(answer):
        template = FreightTemplate.model_validate(answer.data)
        if template.offer_id not in {None, offer_id}:
            raise ValueError("the freight of another offer")
        amount = ZERO if template.free_postage else template.freight
        if amount is None:
            raise ValueError("freight is not free and has no amount")
    return FreightEstimate(offer_id=offer_id, freight=amount)


def _wording(choice: Choice) -> Wording:
    return Wording(zh=choice.name or choice.translate_name, translated=choice.translate_name)


def _rows(data: object) -> list[Any]:
    """Return the list that `data` is, or holds as its `result`; null stands for an empty one."""
    if isinstance(data, dict):
        data = data.get("result", [data])
    if data is None:
        return []
    if not isinstance(data, list):
        raise ValueError("not a list")  # noqa: TRY004  # read as Unreadable, like every surprise
    return data


def _readable(kind: type[W], rows: Iterable[Any]) -> list[W]:
    """Read row by row, so that one odd row does not lose the others."""
    found = []
    for row in rows:
        try:
            found.append(kind.model_validate(row))
        except ValidationError:
            continue
    return found
