"""The calls that make, read, pay and end orders (contract 5 and 6)."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import LineId, MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import Fen
from bot.domain.orders import OrderStatus
from bot.domain.quotes import Quote
from bot.marketplace.daji import answers, endpoints, requests
from bot.marketplace.daji.calls import Caller
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.signing import Parameter
from bot.marketplace.values import (
    Created,
    FoundOrder,
    FoundOrders,
    PaymentAnswer,
    PaymentLink,
)

_ORDERS_PER_PAGE = 20  # the largest page is not documented (contract 5.5)
_TRADE: dict[str, Parameter] = {"flow": "general"}
_SITE: dict[str, Parameter] = {"webSite": "1688"}


class OrderCalls:
    """See `bot.marketplace.port.Marketplace` for what the methods promise."""

    def __init__(self, config: ClientConfig, caller: Caller) -> None:
        self._config = config
        self._caller = caller

    async def preview(self, lines: Sequence[OrderLine], address: Address) -> Quote:
        """Preview (contract 5.1)."""
        body = _TRADE | {
            "addressParam": requests.address_param(address, self._config.division_codes),
            "cargoParamList": requests.cargo_param(lines),
        }
        return await self._caller.call(
            endpoints.PREVIEW, body, lambda answer: answers.quote(answer, lines)
        )

    async def create(
        self,
        order_no: MerchantOrderNo,
        lines: Sequence[OrderLine],
        address: Address,
        note: str = "",
    ) -> Created:
        """Create, sent exactly once (contract 5.2)."""
        body = _TRADE | {
            "thirdOrderId": order_no,
            "message": requests.message_to_seller(note, order_no),
            "isvBizType": "cross",
            "addressParam": requests.address_param(address, self._config.division_codes),
            "cargoParamList": requests.cargo_param(lines),
        }
        return await self._caller.call(
            endpoints.CREATE, body, lambda answer: answers.created(answer, lines)
        )

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        """Order list (contract 5.5)."""
        body: dict[str, Parameter] = {
            "createStartTime": requests.moment(created_from),
            "createEndTime": requests.moment(created_to),
            "orderStatus": status.value if status else None,
            "outOrderId": order_no,
            "page": page,
            "pageSize": _ORDERS_PER_PAGE,
        }
        return await self._caller.call(
            endpoints.FIND_ORDERS, body, lambda answer: answers.found_orders(answer, page)
        )

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        """Order detail (contract 5.4)."""
        return await self._caller.call(
            endpoints.ORDER_DETAIL,
            _SITE | {"orderId": requests.own(order_id)},
            lambda answer: answers.found_order(answer, order_id),
        )

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        """Cancel, sent exactly once (contract 5.3)."""
        body = _SITE | {"orderId": requests.own(order_id), "cancelReason": "buyerCancel"}
        if self._config.send_trade_id:
            body["tradeID"] = requests.own(order_id)
        await self._caller.call(endpoints.CANCEL, body, answers.done)

    async def confirm_receipt(
        self, order_id: MarketplaceOrderId, line_ids: Sequence[LineId]
    ) -> None:
        """Confirm receipt, sent exactly once (contract 5.6).

        The ids go as bare numbers, as the documents show; what is signed has the same digits.
        Raises `ValueError` for ids that are none.
        """
        body: dict[str, Parameter] = {
            "orderId": requests.number(order_id),
            "orderEntryIds": requests.line_numbers(line_ids),
        }
        await self._caller.call(endpoints.CONFIRM_RECEIPT, body, answers.done)

    async def payment_link(self, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
        """Payment links (contract 6.1)."""
        ids = requests.order_id_list(order_ids, self._config.list_notation)
        return await self._caller.call(
            endpoints.PAYMENT_LINK,
            {"orderIdList": ids},
            lambda answer: answers.payment_link(answer, order_ids),
        )

    async def pay_without_password(
        self, order_id: MarketplaceOrderId, amount: Fen | None = None
    ) -> PaymentAnswer:
        """Password-free payment, sent exactly once (contract 6.2).

        Raises `ValueError` for an amount that is none.
        """
        if amount is not None and amount <= 0:
            raise ValueError(f"a payment of {amount} fen")
        body: dict[str, Parameter] = {"orderId": requests.own(order_id)}
        if self._config.pay_guard:
            body["payAmount"] = amount
        return await self._caller.call(endpoints.PAY_WITHOUT_PASSWORD, body, answers.payment)
