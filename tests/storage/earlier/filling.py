"""A database with something of everything in it, and what can be read of it.

`make.py` beside it writes such a database down at a release, so that later ones are tried on it.
"""

from datetime import timedelta
from typing import Any

from bot.domain.addresses import SavedAddress
from bot.domain.asking import NoteAsked
from bot.domain.cart import Cart
from bot.domain.drafts import Draft, OrderLine
from bot.domain.finding import Category, Filter, Narrowing, NavigationChoice
from bot.domain.identifiers import (
    AddressId,
    CategoryId,
    ChatId,
    LineId,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    SkuId,
    SpecId,
    UserId,
)
from bot.domain.money import Fen
from bot.domain.news import News, NewsKind
from bot.domain.offers import OfferSummary, SearchPage, Wording
from bot.domain.orders import (
    FailedLine,
    Order,
    OrderPart,
    OrderStatus,
    PartLine,
    Placing,
    Refusal,
)
from bot.domain.parcels import ClosedBy, Parcel, RefundStage, TraceStatus
from bot.domain.payment_attempts import AttemptState, NewAttempt
from bot.domain.price_bounds import PriceBounds
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.sessions import (
    AddressField,
    AddressForm,
    Announced,
    Delivery,
    Focus,
    Ordered,
    Picking,
    Query,
    Quoted,
    Session,
    SortField,
    Step,
)
from bot.domain.writes import ClaimOrder, KeepOffer, KeepResults, SaveAddress, Write
from bot.storage.operator_ports import ToldAlarm
from bot.storage.ports import StepCommit, Storage
from bot.storage.tracking_ports import NewNotice, NoticeEnd, StoredPush
from tests.storage.samples import KEY, NOTE, NOW, address, offer, update

__all__ = ["KEY", "NOW", "PEOPLE", "fill", "read"]

PEOPLE = tuple(UserId(number) for number in range(7_001, 7_014))
ALICE, BOB, CAROL, DAVE = PEOPLE[:4]
OPERATOR = UserId(99)
GROUP = ChatId(-1_001_234_567_890)
OFFERS = (offer(670291644950), offer(670291644951, skus=90))
HOUR = timedelta(hours=1)


def line(number: int = 0, **fields: Any) -> OrderLine:
    return OrderLine(
        offer_id=OFFERS[0].offer_id,
        sku_id=SkuId(5_000_000_000_000 + number),
        spec_id=SpecId(f"{number:032x}"),
        title=Wording(zh="陶瓷马克杯", translated="Ceramic mug"),
        variant=Wording(zh=f"白{number}", translated=f"White {number}"),
        quantity=2 + number,
        unit_price=Fen(1390),
        minimum=2,
        **fields,
    )


def draft(seller: str = "BBBseller1", *lines: OrderLine, **fields: Any) -> Draft:
    return Draft(seller_id=SellerId(seller), lines=lines or (line(), line(1)), **fields)


def quote(goods: int = 6950, freight: int = 600) -> Quote:
    lines = (
        QuoteLine(
            offer_id=line().offer_id, spec_id=line().spec_id, amount=Fen(2780), unit_price=Fen(1390)
        ),
        QuoteLine(
            offer_id=line().offer_id,
            spec_id=line(1).spec_id,
            amount=Fen(goods - 2780),
            unit_price=Fen(1390),
        ),
    )
    return Quote(
        lines=lines,
        goods=Fen(goods),
        freight=Fen(freight),
        discount=Fen(100),
        total=Fen(goods + freight),
    )


def page() -> SearchPage:
    hits = tuple(
        OfferSummary(
            offer_id=OfferId(670291644950 + number),
            title=Wording(zh=f"杯子{number}", translated=f"Cup {number}"),
            picture_url=f"https://cbu01.alicdn.com/{number}.jpg",
            price=Fen(990 + number),
            sold_last_month=number,
            repurchase_rate="20%",
        )
        for number in range(10)
    )
    return SearchPage(hits=hits, page=2, total=2000)


def _query() -> Query:
    return Query(
        keyword="杯子",
        category=(Category(category_id=CategoryId(7), name="餐饮具"),),
        refine="蓝色",
        navigation=NavigationChoice(navigation_id="n1", name=Wording(zh="蓝")),
        narrowing=Narrowing(
            filters=(Filter.FACTORY,), prices=PriceBounds(low=Fen(100), high=Fen(9900))
        ),
        sort=SortField.PRICE,
        page=2,
    )


def _sessions() -> list[tuple[dict[str, Any], tuple[Write, ...]]]:
    """For each person what the session holds, and what is committed with it."""
    offer_id = OFFERS[0].offer_id
    at_offer = {"picking": Picking(offer_id=offer_id), "query": _query()}
    chosen = Picking(offer_id=offer_id, chosen={"颜色": "白1"})
    settled = Picking(offer_id=offer_id, sku_id=SkuId(5_000_000_000_001))
    cart = {"cart": Cart(draft=draft(note=NOTE), shelf=(draft("BBBseller2", line(7)),))}
    delivery = {"delivery": Delivery(address=address(), address_id=AddressId(1))}
    agreed = cart | delivery | {"quoted": Quoted(quote=quote())}
    shop = Query(seller_id=SellerId("BBBseller1"), of_offer=OFFERS[0].offer_id, before=_query())
    form = AddressForm(
        editing=AddressId(1), reading={"street": "南京东路"}, asking=AddressField.PHONE
    )
    return [
        ({"step": Step.PREVIEW, "language": "zh"} | agreed, ()),
        ({"step": Step.RESULTS, "query": _query()}, (KeepResults(page()),)),
        ({"step": Step.OFFER} | at_offer, (KeepOffer(OFFERS[0]),)),
        (
            at_offer | {"step": Step.VARIANT, "picking": chosen, "focus": Focus(page=1)},
            (),
        ),
        (
            at_offer
            | {
                "step": Step.QUANTITY,
                "picking": settled,
                "announced": Announced(asked_quantity=1),
            },
            (KeepOffer(OFFERS[1]),),
        ),
        (
            {"step": Step.CART, "announced": Announced(dropped=draft("BBBseller3", line(3)))}
            | cart,
            (),
        ),
        ({"step": Step.LINES, "focus": Focus(asking=NoteAsked())} | cart, ()),
        ({"step": Step.ADDRESS, "focus": Focus(return_to=Step.PREVIEW)} | cart, ()),
        ({"step": Step.ADDRESS_FORM, "form": form} | cart, ()),
        ({"step": Step.PLACING, "ordered": Ordered(message_id=17)} | agreed, ()),
        ({"step": Step.PAYMENT} | delivery, ()),
        ({"step": Step.RESULTS, "query": shop}, (KeepResults(page()),)),
        ({"step": Step.START, "language": "zh", "language_chosen": True}, ()),
    ]


def _order(number: int, user: UserId = ALICE, **fields: Any) -> Order:
    return Order(
        order_no=MerchantOrderNo(f"S261123-{number:08d}"),
        user_id=user,
        chat_id=ChatId(user),
        lines=draft().lines,
        seller_id=SellerId("BBBseller1"),
        quote=quote(),
        address=address(),
        note=NOTE,
        created_at=NOW - 50 * HOUR + timedelta(seconds=number),
        **fields,
    )


def _part(number: int, status: OrderStatus) -> OrderPart:
    lines = tuple(
        PartLine(
            line_id=LineId(str(3 * 10**18 + 10 * number + at)),
            offer_id=each.offer_id,
            spec_id=each.spec_id,
            quantity=each.quantity,
            amount=Fen(1390 * each.quantity),
            status=status,
        )
        for at, each in enumerate(draft().lines)
    )
    shipped = status in {OrderStatus.AWAITING_RECEIPT, OrderStatus.COMPLETED}
    parcel = Parcel(
        parcel_id=f"LP{number}",
        carrier="顺丰",
        tracking_no=f"SF{number:012d}",
        lines=(lines[0].line_id,),
        trace=TraceStatus.IN_TRANSIT,
    )
    closed = status is OrderStatus.CANCELLED
    return OrderPart(
        order_id=MarketplaceOrderId(str(2 * 10**18 + number)),
        total=Fen(7550),
        freight=Fen(600),
        status=status,
        raw_status=status.value,
        lines=lines,
        parcels=(parcel,) if shipped else (),
        refund=RefundStage.AWAITING_SELLER if shipped else None,
        closed_by=ClosedBy.BUYER if closed else None,
        close_reason="不想要了" if closed else "",
        placed_at=NOW - 49 * HOUR,
        read_at=NOW - HOUR,
    )


async def fill(storage: Storage) -> None:
    """Put something of everything into an empty storage, in every state that it can have."""
    await storage.runs.begin_run(NOW)
    await storage.inbox.put_updates([update(number) for number in range(1, 6)])
    revisions: dict[UserId, int] = {}
    for user, (fields, writes) in zip(PEOPLE, _sessions(), strict=True):
        session = Session(
            session_id=f"S{user}", chat_id=ChatId(user), user_id=user, revision=1, **fields
        ).tapped("offer:1", NOW)
        await storage.conversations.commit_step(StepCommit(session, None, writes=writes))
        revisions[user] = 1
    in_group = Session(session_id="GROUP1", chat_id=GROUP, user_id=BOB, revision=1)
    await storage.conversations.commit_step(
        StepCommit(session=in_group, expected_revision=None, update_id=1)
    )

    async def step(user: UserId, *writes: Write) -> None:
        before = await storage.conversations.load_session(ChatId(user), user)
        assert before is not None
        after = before.replace(revision=before.revision + 1)
        await storage.conversations.commit_step(StepCommit(after, before.revision, writes=writes))

    for number, default in ((1, False), (2, True), (3, False)):
        saved = SavedAddress(
            address_id=AddressId(number), address=address(f"王小明{number}"), is_default=default
        )
        await step(ALICE, SaveAddress(saved))
    bobs = SavedAddress(address_id=AddressId(1), address=address("李雷"), is_default=True)
    await step(BOB, SaveAddress(bobs))
    await _orders(storage, step)
    await _the_rest(storage)


async def _orders(storage: Storage, step: Any) -> None:
    async def claimed(number: int, user: UserId = ALICE) -> Order:
        order = _order(number, user)
        await step(user, ClaimOrder(order))
        return order

    async def sent(number: int, user: UserId = ALICE) -> Order:
        sending = (await claimed(number, user)).sending(NOW - 49 * HOUR)
        await storage.orders.save_order(sending, Placing.CLAIMED)
        return sending

    async def ended(sending: Order, placing: Placing, **fields: Any) -> Order:
        order = sending.moved(placing, **fields)
        await storage.orders.save_order(order, sending.placing)
        return order

    await claimed(1)
    await sent(2)
    uncertain = await ended(await sent(3), Placing.UNCERTAIN)
    await ended(await ended(await sent(4), Placing.UNCERTAIN), Placing.UNRESOLVED)
    assert uncertain.placing is Placing.UNCERTAIN
    refusal = Refusal(code="SKU_OFFLINE", message="商品已下架", trace_id="t1")
    await ended(await sent(5), Placing.REFUSED, refusal=refusal)
    changed = (await claimed(6)).moved(Placing.CHANGED, newer_quote=quote(7000))
    await storage.orders.save_order(changed, Placing.CLAIMED)
    for number, status in enumerate(OrderStatus, 10):
        user = BOB if number % 2 else ALICE
        failed = FailedLine(offer_id=line().offer_id, spec_id=line(1).spec_id, code="500_001")
        placed = await ended(
            await sent(number, user),
            Placing.PLACED,
            parts=(_part(number, status), _part(number + 100, status)),
            failed_lines=(failed,) if status is OrderStatus.AWAITING_PAYMENT else (),
        )
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        news = [
            NewNotice(
                news=News(kind=kind, key=f"{kind}.{number}", parts=(placed.parts[0].order_id,)),
                not_before=NOW - HOUR,
                shown=kind is NewsKind.PAID,
            )
            for kind in (NewsKind.PAID, NewsKind.SHIPPED, NewsKind.REFUND)
        ]
        await storage.tracking.save_tracked(tracked, placed, NOW + HOUR, news)
        if number % 3 == 0:
            await storage.orders.mark_told(placed.order_no, Placing.PLACED)
    (first, *_), (second, *_) = [
        await storage.notices.waiting_notices(MerchantOrderNo(f"S261123-{number:08d}"), NOW)
        for number in (10, 11)
    ]
    await storage.notices.claim_notices([first.notice_id, second.notice_id])
    await storage.notices.end_notices([first.notice_id], NoticeEnd.TOLD)


async def _the_rest(storage: Storage) -> None:
    await storage.inbox.finish_update(2)
    await storage.inbox.retry_update(3, "a fault", NOW + HOUR)
    await storage.inbox.park_update(4, "another fault")
    for number in range(3):
        await storage.pushes.put_push(
            StoredPush(
                msg_id=f"m{number}", topic="ORDER", message=f'{{"n": {number}}}', received_at=NOW
            )
        )
    pushes = await storage.pushes.waiting_pushes(NOW, 10)
    await storage.pushes.finish_pushes([pushes[0].push_id], [pushes[1].push_id])
    for number, state in enumerate((AttemptState.PAID, AttemptState.UNCLEAR, AttemptState.SENT)):
        attempt = await storage.payments.claim_payment(
            NewAttempt(
                order_id=MarketplaceOrderId(str(2 * 10**18 + 10 + number)),
                order_no=MerchantOrderNo(f"S261123-{10 + number:08d}"),
                operator=OPERATOR,
                amount=Fen(7550),
            ),
            known=0,
            since=NOW - HOUR,
            limit=Fen(0),
        )
        await storage.payments.mark_payment(attempt.attempt_id, state)
    await storage.access.add_invite(b"h" * 32, OPERATOR, NOW + 100 * HOUR, 3)
    await storage.access.redeem_invite(b"h" * 32, CAROL)
    for user in (ALICE, BOB):
        await storage.broadcasts.set_news(user, ChatId(user), wanted=True)
    sending = await storage.broadcasts.draft_broadcast(OPERATOR, "Closed on Friday.")
    await storage.broadcasts.start_broadcast(sending)
    await storage.broadcasts.claim_recipient((await storage.broadcasts.recipients(1))[0])
    await storage.broadcasts.draft_broadcast(OPERATOR, "Open again.")
    await storage.picture_files.remember_file("sheet/1", "AgAC1")
    await storage.alarms.note_alarm("backlog", ToldAlarm(about=frozenset({"a", "b"}), at=NOW))
    await storage.upkeep.nudge()


async def read(storage: Storage) -> dict[str, Any]:
    """Return everything that `fill` put in, as JSON has it."""
    broadcasts = [await storage.broadcasts.broadcast(1), await storage.broadcasts.broadcast(2)]
    payments = [
        await storage.payments.payments_of(MarketplaceOrderId(str(2 * 10**18 + 10 + number)))
        for number in range(3)
    ]
    notices = [
        await storage.notices.waiting_notices(MerchantOrderNo(f"S261123-{number:08d}"), NOW)
        for number in range(10, 18)
    ]
    owners = await storage.pushes.orders_of_parts(
        [MarketplaceOrderId(str(2 * 10**18 + number)) for number in range(9, 130)]
    )
    return {
        "people": {str(user): await storage.rights.export_of(user) for user in PEOPLE},
        "offers": [_json(await storage.offers.offer(each.offer_id)) for each in OFFERS],
        "waiting": [_json(each) for each in await storage.inbox.waiting_updates()],
        "parked": [[_json(each), why] for each, why in await storage.inbox.parked_updates()],
        "census": _json(await storage.upkeep.census()),
        "unsettled": [each.order_no for each in await storage.orders.unsettled_orders()],
        "untold": [each.order_no for each in await storage.orders.untold_orders()],
        "due": await storage.tracking.due_orders(NOW + 10 * HOUR, 100),
        "own": {str(part): order_no for part, order_no in owners.ours.items()},
        "notices": [[_json(each) for each in some] for some in notices],
        "pushes": [_json(each) for each in await storage.pushes.waiting_pushes(NOW, 10)],
        "payments": [[_json(each) for each in some] for some in payments],
        "invites": [_json(each) for each in await storage.access.live_invites()],
        "members": [user for user in PEOPLE if await storage.access.is_member(user)],
        "broadcasts": [_json(each) for each in broadcasts],
        "recipients": [_json(each) for each in await storage.broadcasts.recipients(10)],
        "file": await storage.picture_files.file_id("sheet/1"),
        "alarms": {
            trouble: sorted(told.about)
            for trouble, told in (await storage.alarms.alarms_told()).items()
        },
    }


def _json(value: Any) -> Any:
    return None if value is None else value.model_dump(mode="json")
