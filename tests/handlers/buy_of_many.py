"""A buy in which one person takes more variants than a message holds."""

from bot.domain.group_buys import joining
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.terms import Variant
from bot.domain.identifiers import SpecId, UserId
from bot.domain.offers import Wording
from tests.domain.group_buys.groups import STEPS, opened, steps, terms, wanted

ORGANISER, ANNA = UserId(7), UserId(11)


VARIANTS = 120


def of_many() -> GroupBuy:
    """Return a buy in which one person takes a piece of each of many variants with long names."""
    variants = tuple(
        Variant(
            spec_id=SpecId(f"v{each}"),
            label=Wording(zh=f"颜色{each} & 尺码 <{each}> " + "很长的规格名称" * 6),
            steps=steps(*STEPS),
            limit=9,
        )
        for each in range(VARIANTS)
    )
    buy = opened(goods=terms().goods.replace(variants=variants))
    for each in variants:
        buy = joining.joined(buy, wanted(buy, ANNA, 1, spec_id=each.spec_id))[0].buy
    return buy
