"""People at every step, and at everything that a step may ask; and what each of them sees.

`write_down.py` beside it writes them down at a release, so that later ones draw them again.
"""

import json
from dataclasses import fields
from typing import Any, cast

from bot.addresses import load_divisions, parse_address
from bot.chat.keyboards import keyboard_json
from bot.domain.addresses import Address, SavedAddress
from bot.domain.asking import (
    AddressOpen,
    BookManaged,
    FiltersOpen,
    MoreOpen,
    NavigationOpen,
    NoteAsked,
    OfferUnread,
    PricesAsked,
    WordAsked,
)
from bot.domain.cart import Cart
from bot.domain.drafts import Draft, OrderLine
from bot.domain.finding import Category, Filter, Narrowing, NavigationChoice, NavigationGroup
from bot.domain.identifiers import (
    AddressId,
    CategoryId,
    ChatId,
    MarketplaceOrderId,
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
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.price_bounds import PriceBounds
from bot.domain.pricing import TierScope
from bot.domain.quotes import Quote, QuoteChange, QuoteLine
from bot.domain.sessions import (
    AddressField,
    AddressForm,
    Announced,
    Delivery,
    Flash,
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
from bot.marketplace.port import PaymentLink
from bot.services.access import Access, AccessMode
from bot.services.bundle import Services
from bot.services.support import Support
from bot.storage.ports import StepCommit, Storage
from handlers.journey import SCREENS
from tests.storage.samples import NOW

FIRST_PERSON = 8_000
FIRST_OFFER = 670291644950
MUG = OfferId(FIRST_OFFER)
SELLER, OTHER_SELLER = SellerId("BBBseller1"), SellerId("BBBseller2")
DIVISIONS = load_divisions()
Person = tuple[dict[str, Any], tuple[Write, ...], Placing | None]


def _sku(number: int, colour: str, size: str) -> Sku:
    return Sku(
        sku_id=SkuId(5_000_000_000_000 + number),
        spec_id=SpecId(f"{number:032x}"),
        stock=900 - number,
        attributes=(
            SkuAttribute(
                name=Wording(zh="颜色", translated="Colour"),
                value=Wording(zh=colour),
                picture_url=f"https://cbu01.alicdn.com/{colour}.jpg",
            ),
            SkuAttribute(name=Wording(zh="尺码", translated="Size"), value=Wording(zh=size)),
        ),
    )


OFFER = Offer(
    offer_id=MUG,
    title=Wording(zh="陶瓷马克杯", translated="Ceramic mug"),
    quote_type=QuoteType.SKUS_BY_QUANTITY,
    tiers=(
        PriceTier(start_quantity=2, price=Fen(1390)),
        PriceTier(start_quantity=100, price=Fen(1200)),
    ),
    skus=tuple(
        _sku(3 * at + each, colour, size)
        for at, colour in enumerate(("白色", "黑色", "蓝色"))
        for each, size in enumerate(("小号", "中号", "大号"))
    ),
    seller=Seller(seller_id=SELLER),
    min_order_quantity=2,
    stock=8000,
    picture_urls=("https://cbu01.alicdn.com/mug.jpg",),
)
PAGE = SearchPage(
    hits=tuple(
        OfferSummary(
            offer_id=OfferId(FIRST_OFFER + number),
            title=Wording(zh=f"杯子{number}", translated=f"Cup {number}"),
            picture_url=f"https://cbu01.alicdn.com/{number}.jpg",
            price=Fen(990 + number),
            sold_last_month=number,
            repurchase_rate="20%",
        )
        for number in range(10)
    ),
    page=2,
    total=2000,
)
ADDRESS = Address(
    full_name="王小明",
    mobile="13812345678",
    province="上海市",
    city="上海市",
    district="黄浦区",
    street="南京东路999号12栋",
    district_code="310101",
)
BOOK = (
    SaveAddress(SavedAddress(address_id=AddressId(11), address=ADDRESS, is_default=True)),
    SaveAddress(
        SavedAddress(
            address_id=AddressId(12),
            address=ADDRESS.replace(full_name="李雷", street="淮海中路1号"),
        )
    ),
)


def _line(number: int = 0, quantity: int = 2, offer_id: OfferId = MUG) -> OrderLine:
    return OrderLine(
        offer_id=offer_id,
        sku_id=SkuId(5_000_000_000_000 + number),
        spec_id=SpecId(f"{number:032x}"),
        title=Wording(zh="陶瓷马克杯", translated="Ceramic mug"),
        variant=Wording(zh=f"白色{number}", translated=f"White {number}"),
        quantity=quantity,
        unit_price=Fen(1390),
        minimum=2,
    )


LINES = (_line(0, 2), _line(4, 3))
QUOTE = Quote(
    lines=tuple(
        QuoteLine(offer_id=MUG, spec_id=each.spec_id, amount=Fen(amount), unit_price=Fen(1390))
        for each, amount in zip(LINES, (2780, 4170), strict=True)
    ),
    goods=Fen(6950),
    freight=Fen(600),
    discount=Fen(100),
    total=Fen(7550),
)


def _people() -> dict[str, Person]:
    """For each name what its session holds, what is written with it, how far its order is."""
    words = Query(
        keyword="杯子",
        refine="蓝色",
        narrowing=Narrowing(filters=(Filter.FACTORY,)),
        sort=SortField.PRICE,
        page=2,
    )
    shop = Query(seller_id=SELLER, of_offer=MUG, before=words.replace(unread=True))
    category = Query(category=(Category(category_id=CategoryId(7), name="餐饮具"),))
    ticked = Narrowing(
        filters=(Filter.FACTORY, Filter.SHIPS_IN_48_HOURS),
        prices=PriceBounds(low=Fen(100), high=Fen(9900)),
    )
    mine = Draft(seller_id=SELLER, lines=LINES, note="请发顺丰 blue ribbon")
    aside = Draft(seller_id=OTHER_SELLER, lines=(_line(7, 5, OfferId(FIRST_OFFER + 1)),))
    gone = Draft(seller_id=SellerId("BBBseller3"), lines=(_line(2),))
    cart = {"cart": Cart(draft=mine, shelf=(aside,))}
    to = {"delivery": Delivery(address_id=AddressId(11), address=ADDRESS)}
    agreed = cart | to | {"quoted": Quoted(quote=QUOTE)}
    looked_at = {"picking": Picking(offer_id=MUG), "query": words}
    change = QuoteChange(goods=0, freight=100, total=100, lines_changed=False)
    unreachable = {"announced": Announced(flash=Flash(key="marketplace.unreachable"))}
    white = Wording(zh="白色", translated="White")
    withdrawn = Flash(key="variant.withdrawn", params={"value": white})
    dropped = Flash(key="cart.dropped", params={"title": Wording(zh="陶瓷马克杯"), "count": 1})

    def at(
        step: Step, *held: dict[str, Any], writes: tuple[Write, ...] = (), **more: Any
    ) -> Person:
        whole: dict[str, Any] = {"step": step}
        for each in held:
            whole |= each
        return whole | more, writes, None

    def results(query: Query = words, asking: Any = None, **more: Any) -> Person:
        focus = Focus(asking=asking)
        return at(Step.RESULTS, query=query, focus=focus, writes=(KeepResults(PAGE),), **more)

    def form(text: str, asking: AddressField | None, **more: Any) -> AddressForm:
        reading = parse_address(text, DIVISIONS).model_dump(mode="json")
        return AddressForm(reading=reading, asking=asking, **more)

    def placing(placing: Placing, step: Step, *held: dict[str, Any], **more: Any) -> Person:
        return *at(step, *held, **more)[:2], placing

    provinces = tuple(each.code for each in DIVISIONS.provinces())
    chosen = {"颜色": "黑色", "尺码": "中号"}
    black = Picking(offer_id=MUG, chosen={"颜色": "黑色"})
    settled = Picking(offer_id=MUG, chosen=chosen, sku_id=SkuId(5_000_000_000_004))
    waiting = {"ordered": Ordered(message_id=17)}
    return {
        "start": at(Step.START),
        "start, an order waits": at(Step.START, agreed, focus=Focus(return_to=Step.PREVIEW)),
        "results": results(),
        "results, the word asked": results(asking=WordAsked()),
        "results, filters": results(asking=FiltersOpen(ticked=ticked)),
        "results, prices": results(asking=PricesAsked(ticked=ticked)),
        "results, navigation": results(asking=NavigationOpen()),
        "results, a group": results(asking=NavigationOpen(group="978")),
        "results of a shop": results(shop),
        "results of a category": results(category, cart=Cart(draft=mine)),
        "results that never came": at(Step.RESULTS, unreachable, query=words.replace(pending=True)),
        "offer": at(Step.OFFER, looked_at, writes=(KeepOffer(OFFER),)),
        "offer, withdrawn": at(Step.OFFER, looked_at, announced=Announced(flash=withdrawn)),
        "offer, not read": at(
            Step.OFFER, picking=Picking(offer_id=OfferId(5)), focus=Focus(asking=OfferUnread())
        ),
        "variant": at(Step.VARIANT, looked_at),
        "variant, one chosen": at(Step.VARIANT, looked_at, picking=black),
        "quantity": at(Step.QUANTITY, looked_at, picking=settled),
        "quantity, too few": at(
            Step.QUANTITY,
            looked_at,
            cart,
            to,
            picking=settled,
            announced=Announced(asked_quantity=1),
        ),
        "cart": at(Step.CART, cart),
        "cart, one dropped": at(Step.CART, cart, announced=Announced(flash=dropped, dropped=gone)),
        "lines": at(Step.LINES, cart),
        "lines, known address": at(
            Step.LINES, to, cart=Cart(draft=mine.replace(address=ADDRESS, note=""))
        ),
        "address": at(Step.ADDRESS, cart, writes=BOOK),
        "address, managed": at(Step.ADDRESS, cart, writes=BOOK, focus=Focus(asking=BookManaged())),
        "address, one": at(
            Step.ADDRESS,
            cart,
            writes=BOOK,
            focus=Focus(asking=AddressOpen(address_id=AddressId(12))),
        ),
        "address, from elsewhere": at(
            Step.ADDRESS, looked_at, writes=BOOK, focus=Focus(return_to=Step.OFFER)
        ),
        "form": at(Step.ADDRESS_FORM, cart, form=AddressForm(), writes=BOOK),
        "form, name": at(
            Step.ADDRESS_FORM,
            cart,
            form=form("上海市黄浦区南京东路999号12栋 13812345678", AddressField.NAME),
        ),
        "form, phone": at(
            Step.ADDRESS_FORM,
            cart,
            form=form("王小明 上海市黄浦区南京东路999号", AddressField.PHONE),
        ),
        "form, division": at(
            Step.ADDRESS_FORM,
            cart,
            form=form("王小明 13812345678", AddressField.DIVISION, candidates=provinces),
            focus=Focus(page=1),
        ),
        "form, street": at(
            Step.ADDRESS_FORM,
            cart,
            form=form("王小明 13812345678 上海市黄浦区", AddressField.STREET),
        ),
        "form, whole": at(
            Step.ADDRESS_FORM,
            cart,
            form=form(
                "王小明 13812345678 上海市黄浦区南京东路999号12栋", None, editing=AddressId(11)
            ),
            focus=Focus(return_to=Step.START),
            writes=BOOK,
        ),
        "preview": at(Step.PREVIEW, agreed),
        "preview, changed": at(Step.PREVIEW, agreed, quoted=Quoted(quote=QUOTE, change=change)),
        "preview, several orders": at(
            Step.PREVIEW, agreed, quoted=Quoted(quote=QUOTE, together=Fen(20_000))
        ),
        "preview, the note asked": at(Step.PREVIEW, agreed, focus=Focus(asking=NoteAsked())),
        "preview without numbers": at(Step.PREVIEW, cart, to, unreachable),
        "placing": placing(Placing.CLAIMED, Step.PLACING, agreed, waiting),
        "placing, uncertain": placing(Placing.UNCERTAIN, Step.PLACING, agreed, waiting),
        "placing, unresolved": placing(Placing.UNRESOLVED, Step.PLACING, agreed, waiting),
        "payment": placing(Placing.PLACED, Step.PAYMENT, to),
        "payment, others wait": placing(Placing.PLACED, Step.PAYMENT, cart, to),
    }


async def fill(storage: Storage) -> dict[UserId, str]:
    """Put everybody into an empty storage, every second one in Chinese; return their names."""
    names: dict[UserId, str] = {}
    for number, (name, (held, writes, placing)) in enumerate(_people().items()):
        user = UserId(FIRST_PERSON + number)
        session = Session(
            session_id=f"S{user}",
            chat_id=ChatId(user),
            user_id=user,
            revision=1,
            language=("en", "zh")[number % 2],
            **held,
        ).tapped("offer:1", NOW)
        if placing is not None:
            order = _order(user)
            ordered = session.ordered.replace(order_no=order.order_no)
            session = session.replace(ordered=ordered)
            claim: tuple[Write, ...] = (ClaimOrder(order),)
        else:
            claim = ()
        commit = StepCommit(session, None, writes=(*writes, *claim))
        await storage.conversations.commit_step(commit)
        if placing is not None:
            await _bring(storage, _order(user), placing)
        names[user] = f"{name}, {session.language}"
    return names


def _order(user: UserId) -> Order:
    return Order(
        order_no=MerchantOrderNo(f"S261123-{user:08d}"),
        user_id=user,
        chat_id=ChatId(user),
        lines=LINES,
        seller_id=SELLER,
        quote=QUOTE,
        address=ADDRESS,
        note="请发顺丰",
        created_at=NOW,
    )


async def _bring(storage: Storage, order: Order, placing: Placing) -> None:
    """Bring an order as far as it is to be."""
    part = OrderPart(
        order_id=MarketplaceOrderId(str(2 * 10**18 + order.user_id)),
        total=Fen(7550),
        freight=Fen(600),
        status=OrderStatus.AWAITING_PAYMENT,
        raw_status="waitbuyerpay",
        placed_at=NOW,
        read_at=NOW,
    )
    ways: dict[Placing, tuple[Placing, ...]] = {
        Placing.CLAIMED: (),
        Placing.UNCERTAIN: (Placing.UNCERTAIN,),
        Placing.UNRESOLVED: (Placing.UNCERTAIN, Placing.UNRESOLVED),
        Placing.PLACED: (Placing.PLACED,),
    }
    if not ways[placing]:
        return
    now = order.sending(NOW)
    await storage.orders.save_order(now, Placing.CLAIMED)
    for way in ways[placing]:
        parts = {"parts": (part,)} if way is Placing.PLACED else {}
        after = now.moved(way, **parts)
        await storage.orders.save_order(after, now.placing)
        now = after


def _choices(*names: str) -> tuple[NavigationChoice, ...]:
    return tuple(
        NavigationChoice(navigation_id=f"n{number}{name}", name=Wording(zh=name))
        for number, name in enumerate(names)
    )


class Market:
    """What the marketplace says while the screens are drawn."""

    async def estimate(self, lines: Any, address: Any) -> Fen:
        return Fen(600)

    async def link(self, order: Order) -> PaymentLink:
        url = "https://trade.1688.com/order/cashier.htm?orderId=1"
        return PaymentLink(url=url, order_ids=tuple(part.order_id for part in order.parts))

    async def navigation(self, words: str) -> tuple[NavigationGroup, ...]:
        return (
            NavigationGroup(
                navigation_id="978", name=Wording(zh="颜色"), choices=_choices("红", "蓝")
            ),
            NavigationGroup(
                navigation_id="33", name=Wording(zh="材质"), choices=_choices("陶瓷", "玻璃")
            ),
        )


async def seen(storage: Storage, user: UserId) -> dict[str, Any]:
    """Draw somebody's screen again; return its text, its picture's kind and its buttons."""
    unused = dict.fromkeys((each.name for each in fields(Services)), cast("Any", None))
    market = cast("Any", Market())
    used = {"store": storage, "freight": market, "payments": market, "search": market}
    used |= {"support": Support(storage.questions)}
    used |= {"tier_scope": TierScope.OFFER, "face": lambda: None}
    used |= {"access": Access(AccessMode.OPEN, storage.access)}
    services = Services(**(unused | used))
    session = await storage.conversations.load_session(ChatId(user), user)
    assert session is not None
    screen = await SCREENS[session.step].drawn(session, services)
    if any(button.action == "more" for row in screen.rows for button in row):
        opened = session.replace(focus=session.focus.replace(asking=MoreOpen()))
        if session.step is Step.PAYMENT:
            screen = await SCREENS[session.step].drawn(opened, services)
    markup = json.loads(keyboard_json(session, screen) or "{}")
    return {
        "text": screen.text,
        "picture": type(screen.picture).__name__ if screen.picture else None,
        "buttons": [
            [each["text"], each.get("callback_data") or each.get("url") or _copied(each)]
            for row in markup.get("inline_keyboard", ())
            for each in row
        ],
    }


def _copied(button: dict[str, Any]) -> str | None:
    return button["copy_text"]["text"] if "copy_text" in button else None
