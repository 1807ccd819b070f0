"""A marketplace in memory whose prices, stock and nerves move: what the fuzz orders from.

It keeps the contract's promises and breaks its answers: a create may take effect although its
caller hears of a failure, and an order may show up late in the list.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.finding import (
    ROOT_CATEGORY,
    Category,
    Filter,
    FreightEstimate,
    NavigationChoice,
    NavigationGroup,
)
from bot.domain.identifiers import (
    CategoryId,
    LineId,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    SkuId,
    SpecId,
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
from bot.domain.orders import OrderPart, OrderStatus
from bot.domain.price_bounds import PriceBounds
from bot.domain.quotes import Quote, QuoteLine
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import (
    GatewayFailed,
    OutcomeUnclear,
    RefusalReason,
    Refused,
    Unreachable,
)
from bot.marketplace.port import (
    Created,
    FoundLine,
    FoundOrder,
    FoundOrders,
    ImageId,
    PaymentAnswer,
    PaymentLink,
    Sort,
)

PLAIN, VARIED, OTHERS = OfferId(600000000001), OfferId(600000000002), OfferId(600000000003)
STOCK = 100_000
HIDDEN_FOR = {"late": 1, "very late": 30}
"""For how many calls of the list an order does not show up; 30 outlast all look-ups."""


def many_lines(count: int) -> tuple[OrderLine, ...]:
    """So many variants of one offer."""
    return tuple(
        OrderLine(
            offer_id=VARIED,
            spec_id=SpecId(f"{number:032x}"),
            title=Wording(zh="商品"),
            quantity=1,
            minimum=2,
        )
        for number in range(count)
    )


@dataclass
class MadeOrder:
    """An order as it stands at the marketplace."""

    order_id: MarketplaceOrderId
    number: MerchantOrderNo
    lines: tuple[OrderLine, ...]
    total: int
    freight: int
    hidden: int = 0  # for how many look-ups it does not show up yet
    status: OrderStatus = OrderStatus.AWAITING_PAYMENT

    @property
    def alive(self) -> bool:
        return self.status is not OrderStatus.CANCELLED

    def found(self) -> FoundOrder:
        return FoundOrder(
            order_id=self.order_id,
            out_order_id=self.number,
            remark=self.number,
            status=self.status,
            total=Fen(self.total),
            freight=Fen(self.freight),
            lines=tuple(
                FoundLine(
                    offer_id=each.offer_id,
                    spec_id=each.spec_id,
                    sku_id=each.sku_id,
                    quantity=each.quantity,
                    line_id=LineId(str(int(str(self.order_id)) + place)),
                    status=self.status,
                )
                for place, each in enumerate(self.lines)
            ),
        )


@dataclass
class FuzzMarket:
    """Implements `Marketplace`. `faults` are met one a call, `create_faults` by create alone."""

    name = DajiClient.name
    capabilities = DajiClient.capabilities

    extra: dict[OfferId, int] = field(default_factory=dict)  # fen on every price
    freight: int = 500
    sold_out: set[OfferId] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    create_faults: list[str] = field(default_factory=list)
    creates: Counter[MerchantOrderNo] = field(default_factory=Counter)
    looks: Counter[MerchantOrderNo] = field(default_factory=Counter)  # answered, since a create
    looks_before_second: dict[MerchantOrderNo, int] = field(default_factory=dict)
    made: list[MadeOrder] = field(default_factory=list)
    moves: Counter[tuple[MarketplaceOrderId, OrderStatus]] = field(default_factory=Counter)

    async def upload_image(self, jpeg: bytes) -> ImageId:
        await self._answer("upload_image")
        return ImageId("1" * 19)

    async def search_by_image(
        self,
        image_id: ImageId,
        *,
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        keyword: str | None = None,
        hint: str | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
    ) -> SearchPage:
        return await self.search_by_keyword(keyword or "", page=page)

    async def search_shop(
        self,
        seller_id: SellerId,
        *,
        keyword: str = "",
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
    ) -> SearchPage:
        return await self.search_by_keyword(keyword, page=page)

    async def search_by_keyword(
        self,
        keyword: str,
        *,
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
        navigation_id: str | None = None,
    ) -> SearchPage:
        await self._answer("keyword_search")
        hits = [self._offer(each) for each in (PLAIN, VARIED, OTHERS)] if page == 1 else []
        return SearchPage(
            hits=tuple(
                OfferSummary(offer_id=each.offer_id, title=each.title, price=Fen(100))
                for each in hits
            ),
            page=page,
            total=3,
        )

    async def categories(self, parent: CategoryId = ROOT_CATEGORY) -> tuple[Category, ...]:
        await self._answer("categories")
        leaf = Category(category_id=CategoryId(parent + 1), name="类目", is_leaf=True)
        return (leaf,) if parent == ROOT_CATEGORY else ()

    async def navigation(self, keyword: str) -> tuple[NavigationGroup, ...]:
        await self._answer("navigation")
        red = NavigationChoice(navigation_id="1:2", name=Wording(zh="红色", translated="Red"))
        colour = Wording(zh="颜色", translated="Colour")
        return (NavigationGroup(navigation_id="1", name=colour, choices=(red,)),)

    async def estimate_freight(
        self, lines: Sequence[OrderLine], address: Address
    ) -> FreightEstimate:
        await self._answer("freight_estimate")
        return FreightEstimate(offer_id=lines[0].offer_id, freight=Fen(self.freight))

    async def offer(self, offer_id: OfferId) -> Offer:
        await self._answer("offer")
        if offer_id not in {PLAIN, VARIED, OTHERS}:
            raise Refused("none", endpoint="offer", reason=RefusalReason.NOT_FOUND)
        return self._offer(offer_id)

    async def preview(self, lines: Sequence[OrderLine], address: Address) -> Quote:
        await self._answer("preview")
        return self._quote(lines, "preview")

    async def create(
        self,
        order_no: MerchantOrderNo,
        lines: Sequence[OrderLine],
        address: Address,
        note: str = "",
    ) -> Created:
        faults = self.create_faults or self.faults
        fault = faults.pop(0) if faults else ""
        await asyncio.sleep(0)
        if fault == "not sent":
            raise Unreachable("refused", endpoint="create")
        if self.creates[order_no]:
            self.looks_before_second.setdefault(order_no, self.looks[order_no])
        self.creates[order_no] += 1
        if fault == "no effect":
            raise OutcomeUnclear(GatewayFailed("502", endpoint="create"))
        quote = self._quote(lines, "create")
        made = MadeOrder(
            MarketplaceOrderId(f"{2257 * 10**15 + len(self.made)}"),
            order_no,
            tuple(lines),
            quote.total,
            quote.freight,
            hidden=HIDDEN_FOR.get(fault, 0),
        )
        self.made.append(made)
        await asyncio.sleep(0)
        if fault:
            raise OutcomeUnclear(Unreachable("cut", endpoint="create"))
        part = OrderPart(order_id=made.order_id, total=quote.total, freight=quote.freight)
        return Created(parts=(part,))

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        await self._answer("order_list")
        if order_no is not None and page == 1:
            self.looks[order_no] += 1
        if page > 1:
            return FoundOrders(page=page)
        shown = []
        for each in self.made:
            if each.hidden:
                each.hidden -= 1
            elif order_no is None or each.number == order_no:
                shown.append(each.found())
        return FoundOrders(orders=tuple(shown), total=len(shown))

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        await self._answer("order_detail")
        return next(each.found() for each in self.made if each.order_id == order_id)

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        await self._answer("cancel")
        made = next(each for each in self.made if each.order_id == order_id)
        made.status = OrderStatus.CANCELLED

    async def confirm_receipt(
        self, order_id: MarketplaceOrderId, line_ids: Sequence[LineId]
    ) -> None:
        made = self._made(order_id, "confirm_receipt")
        if made.status is not OrderStatus.AWAITING_RECEIPT:
            reason = RefusalReason.NOT_RECEIVABLE
            raise Refused("no", endpoint="confirm_receipt", reason=reason)
        await self._write("confirm_receipt", lambda: self._move(made, OrderStatus.RECEIVED))

    async def pay_without_password(
        self, order_id: MarketplaceOrderId, amount: Fen | None = None
    ) -> PaymentAnswer:
        made = self._made(order_id, "pay_without_password")
        if made.status is not OrderStatus.AWAITING_PAYMENT:
            reason = RefusalReason.NOT_PAYABLE
            raise Refused("no", endpoint="pay_without_password", reason=reason)
        paid = OrderStatus.AWAITING_SHIPMENT
        await self._write("pay_without_password", lambda: self._move(made, paid))
        return PaymentAnswer(paid=True, channel="alipay")

    async def payment_link(self, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
        await self._answer("payment_links")
        url = "https://pay.example/?orderId=" + ";".join(map(str, order_ids))
        return PaymentLink(url=url, order_ids=tuple(order_ids))

    def ship(self, order_id: MarketplaceOrderId) -> None:
        """The seller sends all of an order."""
        self._move(self._made(order_id, "ship"), OrderStatus.AWAITING_RECEIPT)

    def _made(self, order_id: MarketplaceOrderId, endpoint: str) -> MadeOrder:
        for each in self.made:
            if each.order_id == order_id:
                return each
        raise Refused("none", endpoint=endpoint, reason=RefusalReason.NOT_FOUND)

    def _move(self, made: MadeOrder, status: OrderStatus) -> None:
        made.status = status
        self.moves[made.order_id, status] += 1

    async def _write(self, endpoint: str, effect: Callable[[], None]) -> None:
        """Do it or not, and tell the truth or not: as `create` does."""
        fault = self.faults.pop(0) if self.faults else ""
        await asyncio.sleep(0)
        if fault == "not sent":
            raise Unreachable("refused", endpoint=endpoint)
        if fault != "no effect":
            effect()
        if fault:
            raise OutcomeUnclear(GatewayFailed("502", endpoint=endpoint))

    async def _answer(self, endpoint: str) -> None:
        await asyncio.sleep(0)
        if self.faults and self.faults.pop(0):
            raise GatewayFailed("502", endpoint=endpoint)

    def _offer(self, offer_id: OfferId) -> Offer:
        stock = 0 if offer_id in self.sold_out else STOCK
        extra = self.extra.get(offer_id, 0)
        tiers = (
            PriceTier(start_quantity=2, price=Fen(1_000 + extra)),
            PriceTier(start_quantity=10, price=Fen(900 + extra)),
        )
        colours = (("红色", "Red", "a"), ("蓝色", "Blue", "b"))
        skus = tuple(
            Sku(
                sku_id=SkuId(1_000_000_000_000 + number),
                spec_id=SpecId(letter * 32),
                stock=stock,
                attributes=(
                    SkuAttribute(
                        name=Wording(zh="颜色", translated="Colour"),
                        value=Wording(zh=zh, translated=en),
                    ),
                ),
            )
            for number, (zh, en, letter) in enumerate(colours)
        )
        return Offer(
            offer_id=offer_id,
            title=Wording(zh=f"商品{offer_id}", translated=f"Goods <{offer_id}> & more"),
            quote_type=QuoteType.SKUS_BY_QUANTITY if offer_id == VARIED else QuoteType.BY_QUANTITY,
            tiers=tiers,
            skus=skus if offer_id == VARIED else (),
            min_order_quantity=2,
            stock=stock,
            seller=Seller(seller_id=SellerId("other" if offer_id == OTHERS else "one")),
        )

    def _quote(self, lines: Sequence[OrderLine], endpoint: str) -> Quote:
        if any(line.offer_id in self.sold_out for line in lines):
            raise Refused(
                "库存不足", endpoint=endpoint, code="500_004", reason=RefusalReason.OUT_OF_STOCK
            )
        quoted = []
        for line in lines:
            together = sum(each.quantity for each in lines if each.offer_id == line.offer_id)
            price = (900 if together >= 10 else 1_000) + self.extra.get(line.offer_id, 0)
            quoted.append(
                QuoteLine(
                    offer_id=line.offer_id,
                    spec_id=line.spec_id,
                    amount=Fen(price * line.quantity),
                    unit_price=Fen(price),
                )
            )
        goods = sum(each.amount for each in quoted)
        return Quote(
            lines=tuple(quoted),
            goods=Fen(goods),
            freight=Fen(self.freight),
            total=Fen(goods + self.freight),
        )
