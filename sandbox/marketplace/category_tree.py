"""The categories by id, with their place in the tree (contract 4.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.marketplace.catalogue import Category

ROOT = 0


@dataclass(frozen=True)
class PlacedCategory:
    """A category and the ids above it, the root's 0 first."""

    category: Category
    parents: tuple[int, ...]

    @property
    def is_leaf(self) -> bool:
        """Whether offers hang under it and no further categories."""
        return not self.category.children


class CategoryTree:
    """Every category by its id; 0 is above the roots and itself no category."""

    def __init__(self, roots: Iterable[Category]) -> None:
        self.roots = tuple(roots)
        self._placed = {
            placed.category.id: placed for root in self.roots for placed in _walk(root, (ROOT,))
        }

    def get(self, category_id: int) -> PlacedCategory | None:
        """The category of that id."""
        return self._placed.get(category_id)

    def all(self) -> Iterable[PlacedCategory]:
        """Every category, each above its children."""
        return self._placed.values()


def _walk(category: Category, parents: tuple[int, ...]) -> Iterator[PlacedCategory]:
    yield PlacedCategory(category, parents)
    for child in category.children:
        yield from _walk(child, (*parents, category.id))
