"""What every storage promises where two marketplaces use one id for different things."""

from datetime import timedelta

import pytest

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    AddressId,
    MarketplaceName,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SellerId,
)
from bot.domain.money import Fen
from bot.domain.offers import Seller, Wording
from bot.domain.orders import Order, OrderPart, Placing
from bot.domain.payment_attempts import NewAttempt
from bot.domain.quotes import QuoteLine
from bot.domain.writes import ClaimOrder, DeleteAddress, KeepOffer, SaveAddress
from bot.storage.ports import PaymentTaken, Storage
from bot.storage.tracking_ports import PartOwners, StoredPush
from tests.storage.samples import (
    ALICE,
    NOW,
    first,
    following,
    offer,
    order,
    reopen,
    saved_address,
)

ELSEWHERE = MarketplaceName("taobao")
HERE_ID, THERE_ID = MarketplaceOrderId("123"), MarketplaceOrderId("123", ELSEWHERE)


def offer_elsewhere():
    return offer(skus=1).replace(
        offer_id=OfferId(offer().offer_id.id, ELSEWHERE),
        seller=Seller(seller_id=SellerId("BBB", ELSEWHERE)),
    )


def order_elsewhere() -> Order:
    name = OfferId("1", ELSEWHERE)
    here = order(2)
    return here.replace(
        lines=(OrderLine(offer_id=name, title=Wording(zh="杯子"), quantity=2),),
        quote=here.quote.replace(
            lines=(QuoteLine(offer_id=name, amount=Fen(1980), unit_price=Fen(990)),)
        ),
    )


async def place(storage: Storage, claimed: Order, part: MarketplaceOrderId) -> Order:
    creating = claimed.moved(Placing.CREATING)
    await storage.orders.save_order(creating, Placing.CLAIMED)
    placed = creating.moved(Placing.PLACED, parts=(OrderPart(order_id=part),))
    await storage.orders.save_order(placed, Placing.CREATING)
    return placed


async def test_offers_of_one_id_are_kept_side_by_side(storage: Storage):
    """Neither replaces the other."""
    here, there = offer(), offer_elsewhere()
    await storage.conversations.commit_step(first(writes=(KeepOffer(here),)))
    await storage.conversations.commit_step(following(writes=(KeepOffer(there),)))
    for _ in range(2):
        assert await storage.offers.offer(here.offer_id) == here
        assert await storage.offers.offer(there.offer_id) == there
        await reopen(storage)


async def test_orders_of_one_number_are_told_apart(storage: Storage):
    """A push that names a number finds the order of the marketplace that it came from."""
    here, there = order(1), order_elsewhere()
    await storage.conversations.commit_step(first(writes=(ClaimOrder(here),)))
    await storage.conversations.commit_step(following(writes=(ClaimOrder(there),)))
    placed = [await place(storage, here, HERE_ID), await place(storage, there, THERE_ID)]
    await reopen(storage)
    assert [await storage.orders.order(each.order_no) for each in placed] == placed
    assert placed[1].marketplace == ELSEWHERE
    unknown = MarketplaceOrderId("123", MarketplaceName("poizon"))
    owners = await storage.pushes.orders_of_parts([HERE_ID, THERE_ID, unknown])
    assert owners == PartOwners({HERE_ID: here.order_no, THERE_ID: there.order_no})


async def test_payments_of_one_number_do_not_block_each_other(storage: Storage):
    """One at a time of each order, and each has its own tries."""

    def attempt(order_id: MarketplaceOrderId) -> NewAttempt:
        number = MerchantOrderNo("S261123-00000001")
        return NewAttempt(order_id=order_id, order_no=number, operator=ALICE, amount=Fen(1))

    since = NOW - timedelta(days=1)
    for each in (HERE_ID, THERE_ID):
        await storage.payments.claim_payment(attempt(each), known=0, since=since, limit=Fen(0))
        with pytest.raises(PaymentTaken):
            await storage.payments.claim_payment(attempt(each), known=0, since=since, limit=Fen(0))
    (there,) = await storage.payments.payments_of(THERE_ID)
    assert there.order_id == THERE_ID


async def test_pushes_of_one_number_are_two(storage: Storage):
    """A repeat is known by its marketplace and its number."""

    def push(marketplace: MarketplaceName) -> StoredPush:
        return StoredPush(
            marketplace=marketplace, msg_id="1", topic="T", message=marketplace, received_at=NOW
        )

    here, there = push(MarketplaceName("1688")), push(ELSEWHERE)
    assert await storage.pushes.put_push(here)
    assert await storage.pushes.put_push(there)
    assert not await storage.pushes.put_push(there)
    await reopen(storage)
    waiting = await storage.pushes.waiting_pushes(NOW, 9)
    assert [(each.marketplace, each.message) for each in waiting] == [
        ("1688", "1688"),
        (ELSEWHERE, "taobao"),
    ]


async def test_addresses_of_one_number_are_two(storage: Storage):
    """Divisions differ, so an entry is written for one marketplace; one default for all of them."""
    here = saved_address(1, is_default=True)
    there = saved_address(1, name="李四", is_default=True).replace(
        address_id=AddressId("1", ELSEWHERE)
    )
    await storage.conversations.commit_step(first(writes=(SaveAddress(here),)))
    await storage.conversations.commit_step(following(writes=(SaveAddress(there),)))
    await reopen(storage)
    assert await storage.addresses.addresses_of(ALICE) == (there, here.replace(is_default=False))
    await storage.conversations.commit_step(
        following(expected=2, writes=(DeleteAddress(here.address_id),))
    )
    assert await storage.addresses.addresses_of(ALICE) == (there,)
