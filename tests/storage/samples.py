"""Values that storage tests put in and expect back."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.addresses import Address, SavedAddress
from bot.domain.cart import Cart
from bot.domain.drafts import Draft, OrderLine
from bot.domain.identifiers import (
    AddressId,
    ChatId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    SkuId,
    SpecId,
    UserId,
)
from bot.domain.money import Fen
from bot.domain.offers import (
    Offer,
    OfferSummary,
    PriceTier,
    QuoteType,
    SearchPage,
    Seller,
    Sku,
    SkuAttribute,
    Wording,
)
from bot.domain.orders import Order, Placing
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.sessions import Delivery, Picking, Session, Step
from bot.storage.ports import InboxUpdate, StepCommit, Storage

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
ALICE = UserId(7_001)
BOB = UserId(7_002)
ALICE_CHAT = ChatId(ALICE)
KEY = bytes(range(32))

NAME = "王小明"
MOBILE = "13812345678"
STREET = "南京东路999号12栋"
NOTE = "请用英文发票 blue ribbon please"
MESSAGE = "send it to my aunt Gertrude"


def update(update_id: int, *, text: str = MESSAGE, age: timedelta = timedelta()) -> InboxUpdate:
    payload = f'{{"update_id": {update_id}, "message": {{"text": "{text}"}}}}'.encode()
    return InboxUpdate(update_id=update_id, lane=5, payload=payload, received_at=NOW - age)


def session(
    user: UserId = ALICE, *, revision: int = 1, session_id: str = "", **fields: Any
) -> Session:
    return Session(
        session_id=session_id or f"S{user}",
        chat_id=ChatId(user),
        user_id=user,
        revision=revision,
        **fields,
    )


def first(user: UserId = ALICE, **fields: Any) -> StepCommit:
    return StepCommit(session=session(user), expected_revision=None, **fields)


def following(user: UserId = ALICE, *, expected: int = 1, **fields: Any) -> StepCommit:
    return StepCommit(
        session=session(user, revision=expected + 1), expected_revision=expected, **fields
    )


def address(name: str = NAME) -> Address:
    return Address(
        full_name=name,
        mobile=MOBILE,
        province="上海市",
        city="上海市",
        district="黄浦区",
        street=STREET,
        district_code="310101",
    )


def saved_address(address_id: int, *, is_default: bool = False, name: str = NAME) -> SavedAddress:
    return SavedAddress(
        address_id=AddressId(address_id), address=address(name), is_default=is_default
    )


def offer(offer_id: int = 670291644950, *, skus: int = 3) -> Offer:
    return Offer(
        offer_id=OfferId(offer_id),
        title=Wording(zh="陶瓷马克杯", translated="Ceramic mug"),
        quote_type=QuoteType.SKUS_BY_QUANTITY,
        tiers=(PriceTier(start_quantity=2, price=Fen(1390)),),
        skus=tuple(
            Sku(
                sku_id=SkuId(5_000_000_000_000 + number),
                spec_id=SpecId(f"{number:032x}"),
                stock=number,
                attributes=(
                    SkuAttribute(name=Wording(zh="颜色"), value=Wording(zh=f"白{number}")),
                ),
            )
            for number in range(skus)
        ),
        seller=Seller(seller_id=SellerId("BBB")),
    )


def page(number: int = 1) -> SearchPage:
    hit = OfferSummary(offer_id=OfferId(1), title=Wording(zh="杯子"), price=Fen(990))
    return SearchPage(hits=(hit,), page=number, total=1)


def order(number: int = 1, user: UserId = ALICE, placing: Placing = Placing.CLAIMED) -> Order:
    line = OrderLine(offer_id=OfferId(1), title=Wording(zh="杯子"), quantity=2)
    return Order(
        order_no=MerchantOrderNo(f"S261123-{number:08d}"),
        user_id=user,
        chat_id=ChatId(user),
        placing=placing,
        lines=(line,),
        quote=Quote(
            lines=(QuoteLine(offer_id=OfferId(1), amount=Fen(1980), unit_price=Fen(990)),),
            goods=Fen(1980),
            freight=Fen(600),
            total=Fen(2580),
        ),
        address=address(),
        note=NOTE,
        created_at=NOW + timedelta(seconds=number),
    )


def rich_session() -> Session:
    line = OrderLine(offer_id=OfferId(1), title=Wording(zh="杯子"), quantity=2)
    return session(
        step=Step.PREVIEW,
        delivery=Delivery(address=address()),
        cart=Cart(draft=Draft(seller_id=SellerId("BBB"), lines=(line,), note=NOTE)),
        picking=Picking(chosen={"颜色": "白"}),
    ).tapped("a:b", NOW)


async def reopen(storage: Storage) -> None:
    await storage.close()
    await storage.open()


def restored(dump: Path, database: Path) -> None:
    """Make a database of what `earlier/make.py` wrote down."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(database) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()
