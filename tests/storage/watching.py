"""Watches of offers, as every storage is to keep them."""

from datetime import timedelta

from bot.domain.identifiers import OfferId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.watches import (
    Found,
    NewWatch,
    OfferWatch,
    WatchedGoods,
    WatchEnd,
    WatchFor,
    WatchState,
)
from bot.storage.ports import Storage
from tests.storage.samples import ALICE, NOW

WATCHER = ALICE
WATCHED, ANOTHER = OfferId(718092053690), OfferId(718092053691)
ALL_OF_IT = WatchedGoods(offer_id=WATCHED)
IN_RED = WatchedGoods(offer_id=WATCHED, values={"颜色": "红色"})
LATER = NOW + timedelta(hours=1)


def new_watch(goods: WatchedGoods = ALL_OF_IT, user_id: UserId = WATCHER) -> NewWatch:
    return NewWatch(
        user_id=user_id,
        goods=goods,
        what=WatchFor.DROP,
        bound=Fen(1250),
        quantity=2,
        title=Wording(zh="马克杯", translated="Mug"),
        price=Fen(1250),
    )


def come_true(watch: OfferWatch, price: int = 990) -> OfferWatch:
    found = Found(end=WatchEnd.TRUE, price=Fen(price), at=NOW)
    return watch.replace(state=WatchState.TO_TELL, not_before=NOW, found=found)


async def watches(storage: Storage) -> None:
    """Of one offer: one watching, one to be told, one being told, one that was told."""
    goods = [
        ALL_OF_IT,
        *(WatchedGoods(offer_id=WATCHED, values={"颜色": each}) for each in ("红", "蓝", "绿")),
    ]
    for each in goods:
        await storage.watches.set_watch(new_watch(each), LATER)
    _, waiting, telling, told = await storage.watches.watchers(WATCHED, 0, 9)
    await storage.watches.keep_found([come_true(each) for each in (waiting, telling, told)])
    await storage.watches.claim_watch(telling)
    await storage.watches.claim_watch(told)
    await storage.watches.end_watch(told, WatchState.TOLD)
