"""By what a search can be narrowed: the attributes in which its hits differ (contract 4.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from sandbox.marketplace.catalogue import CatalogueOffer, Text

MOST_GROUPS = 8
MOST_CHOICES = 20


@dataclass(frozen=True)
class Choice:
    """One value; its id is `group:value`, which `snId` takes."""

    sn_id: str
    name: Text


@dataclass(frozen=True)
class Group:
    """One attribute with the values that occur among the hits, the most frequent first."""

    sn_id: str
    name: Text
    choices: tuple[Choice, ...]


def navigation(offers: Sequence[CatalogueOffer]) -> list[Group]:
    """The groups that tell the hits apart: none whose every choice keeps all of them."""
    names: dict[str, Text] = {}
    found: defaultdict[str, dict[str, tuple[Text, set[int]]]] = defaultdict(dict)
    for offer in offers:
        for group_id, value_id, name, value in _values(offer):
            names.setdefault(group_id, name)
            _, having = found[group_id].setdefault(value_id, (value, set()))
            having.add(offer.offer_id)
    everything = len({offer.offer_id for offer in offers})
    groups = []
    for group_id, values in found.items():
        kept = [(len(h), v, text) for v, (text, h) in values.items() if len(h) < everything]
        kept.sort(key=lambda each: (-each[0], each[1]))
        if len(kept) > 1:
            choices = tuple(Choice(v, text) for _, v, text in kept[:MOST_CHOICES])
            groups.append(
                (sum(count for count, _, _ in kept), Group(group_id, names[group_id], choices))
            )
    groups.sort(key=lambda each: (-each[0], each[1].sn_id))
    return [group for _, group in groups[:MOST_GROUPS]]


def is_within(offer: CatalogueOffer, sn_id: str) -> bool:
    """Whether the offer has that value (`978:1352`), or that attribute at all (`978`)."""
    return any(sn_id in (group_id, value_id) for group_id, value_id, _, _ in _values(offer))


def _values(offer: CatalogueOffer) -> Iterator[tuple[str, str, Text, Text]]:
    seen: set[str] = set()
    rows: Iterable[tuple[str, Text, Text]] = (
        (row.attribute_id, row.name, row.value) for row in offer.attributes
    )
    for group_id, name, value in rows:
        value_id = f"{group_id}:{crc32(value.zh.encode()) % 10**7}"
        if value_id not in seen:
            seen.add(value_id)
            yield group_id, value_id, name, value
