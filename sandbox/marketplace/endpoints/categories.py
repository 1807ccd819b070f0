"""4.5: the tree of categories, one level a call."""

from __future__ import annotations

from sandbox.marketplace.catalogue import Category
from sandbox.marketplace.category_tree import ROOT, CategoryTree
from sandbox.marketplace.envelope import BAD_PARAMETER, NOT_FOUND, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

Answer = dict[str, object]


async def categories(world: World, call: ApiCall) -> object:
    """An array: the category asked for with its children, or for 0 the roots."""
    text = call.text("categoryID")
    if not (text.isascii() and text.isdigit()):
        raise GatewayRefusal(BAD_PARAMETER, "categoryID参数错误")
    tree, category_id = world.categories, int(text)
    if category_id == ROOT:
        return root_answer(tree, one_node=world.switches.category_root == "one_node")
    placed = tree.get(category_id)
    if placed is None:
        raise GatewayRefusal(NOT_FOUND, "类目不存在")
    return [_node(placed.category, placed.parents[-1:])]


def root_answer(tree: CategoryTree, *, one_node: bool) -> list[Answer]:
    """What category 0 answers with; the documentation shows only one of the roots."""
    if one_node:
        return [_node(Category(id=ROOT, name="", children=tree.roots), ())]
    return [_node(root, (ROOT,)) for root in tree.roots]


def _node(category: Category, parents: tuple[int, ...]) -> Answer:
    return {
        "categoryID": category.id,
        "name": category.name,
        "level": None,
        "isLeaf": not category.children,
        "parentIDs": list(parents) or None,
        "childIDs": None,
        "childCategorys": [
            {
                "id": child.id,
                "name": child.name,
                "categoryType": "1",
                "isLeaf": not child.children,
            }
            for child in category.children
        ],
        "minOrderQuantity": 2,
        "featureInfos": [
            {"key": "BEGIN_AMOUNT_LIMIT", "value": "2", "status": 0, "hierarchy": True},
            {"key": "SEVEN_DAYS_REFUNDS", "value": "n", "status": 0, "hierarchy": True},
        ]
        if category.children
        else None,
        "categoryType": "1",
        "isSupportProcessing": True,
    }
