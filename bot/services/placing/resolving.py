"""What an operator decides about uncertain orders: adopt, have it made once more, or drop.

Only the decision is stored here. The running bot acts on it and tells the person, within
seconds, or at its next start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.orders import Order, Placing, Refusal
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import FoundOrder, Marketplace
from bot.services.placing.listing import is_ours, look_everywhere
from bot.services.placing.parts import part_of
from bot.services.placing.placing import DROPPED
from bot.services.placing.recovery import Finding, adopted, judge, look_up
from bot.storage.ports import OrderMoved, Storage


class Objection(StrEnum):
    """Why a decision is not taken as it is."""

    UNKNOWN = "unknown"  # there is no order of that number
    MOVED_ON = "moved_on"  # it became something else meanwhile: look again
    NOT_NOW = "not_now"  # its state does not allow that decision; `order` tells it
    STILL_LOOKING = "still_looking"  # the look-ups are not over yet
    UNREADABLE = "unreadable"  # an order could not be read at the marketplace; `error`
    STRANGE = "strange"  # `order_ids` do not carry our number; may be forced
    DOUBLES = "doubles"  # each of them is the whole order: adopt one
    OTHER_GOODS = "other_goods"  # not the goods that were agreed to; may be forced
    NO_ANSWER = "no_answer"  # the marketplace could not be asked; `error`; drop may be forced
    EXISTS = "exists"  # there is something at the marketplace; `finding`
    NOT_COMPLETE = "not_complete"  # its list could not be read to the end


@dataclass(eq=False)
class NotSettled(Exception):
    """A decision that was not taken: nothing was changed."""

    objection: Objection
    order_no: str
    order: Order | None = None
    order_ids: tuple[MarketplaceOrderId, ...] = ()
    finding: Finding | None = None
    error: MarketplaceError | None = None


class OrderResolving:
    """Everything needed to decide about an uncertain order, and the decisions.

    Each decision returns the order as it is stored then, or raises `NotSettled` or `StorageError`.
    `force` takes away only what its objection says.
    """

    def __init__(self, store: Storage, marketplace: Marketplace) -> None:
        self._store = store
        self._marketplace = marketplace

    async def open_questions(self) -> list[Order]:
        """Return the orders that wait for a decision, then those that are still looked up."""
        unsettled = await self._store.orders.unsettled_orders()
        uncertain = [each for each in unsettled if each.placing is Placing.UNCERTAIN]
        return [*await self._store.orders.unresolved_orders(), *uncertain]

    async def order(self, order_no: str) -> Order:
        """Return one order. Raises `NotSettled`."""
        order = await self._store.orders.order(MerchantOrderNo(order_no))
        if order is None:
            raise NotSettled(Objection.UNKNOWN, order_no)
        return order

    async def look(self, order: Order) -> Finding:
        """Ask the marketplace what it has of an order now. Raises `MarketplaceError`."""
        return await look_up(self._marketplace, order)

    async def adopt(
        self, order_no: str, order_ids: Sequence[MarketplaceOrderId], *, force: bool = False
    ) -> Order:
        """Take orders at the marketplace for ours: the person is told that it was placed.

        They have to carry our number and no other goods than agreed to, unless forced. Raises
        `NotSettled`.
        """
        order = await self.order(order_no)
        found = [await self._detail(order, each) for each in dict.fromkeys(order_ids)]
        strangers = tuple(each.order_id for each in found if not is_ours(each, order.order_no))
        finding = judge(order, found)
        if strangers and not force:
            raise NotSettled(Objection.STRANGE, order_no, order, strangers)
        if finding.doubles:
            raise NotSettled(Objection.DOUBLES, order_no, order, finding=finding)
        if finding.doubtful and not force:
            raise NotSettled(Objection.OTHER_GOODS, order_no, order, finding=finding)
        placed = _moved(order, Placing.PLACED)
        if finding.doubtful:
            placed = placed.replace(parts=tuple(map(part_of, found)))
        else:
            placed = adopted(order, finding)
        return await self._save(order, placed)

    async def recreate(self, order_no: str, by: UserId | None = None) -> Order:
        """Have an order made that does not exist, under its number, at exactly its total.

        The bot looks at the marketplace once more before; what costs something else now, or is
        older than a day, goes back to the person to be confirmed again. `by` is the operator who
        says so, None at the command line. Raises `NotSettled`.
        """
        order = await self.order(order_no)
        after = _moved(order, Placing.UNCERTAIN).replace(vouched=True, vouched_by=by)
        try:
            listing = await look_everywhere(self._marketplace, order)
        except MarketplaceError as error:
            raise NotSettled(Objection.NO_ANSWER, order_no, order, error=error) from error
        if listing.orders:
            finding = judge(order, listing.orders)
            raise NotSettled(Objection.EXISTS, order_no, order, finding=finding)
        if not listing.complete:
            raise NotSettled(Objection.NOT_COMPLETE, order_no, order)
        return await self._save(order, after)

    async def drop(self, order_no: str, *, force: bool = False) -> Order:
        """Settle that no order exists: the person is told so and may order again.

        The marketplace is asked once more before, unless forced. Raises `NotSettled`.
        """
        order = await self.order(order_no)
        after = _moved(order, Placing.REFUSED)
        if not force:
            try:
                finding = await self.look(order)
            except MarketplaceError as error:
                raise NotSettled(Objection.NO_ANSWER, order_no, order, error=error) from error
            if finding.adopt or finding.doubtful:
                raise NotSettled(Objection.EXISTS, order_no, order, finding=finding)
        refusal = Refusal(code=DROPPED, message="settled by the operator")
        return await self._save(order, after.replace(refusal=refusal))

    async def _detail(self, order: Order, order_id: MarketplaceOrderId) -> FoundOrder:
        try:
            return await self._marketplace.order_detail(order_id)
        except MarketplaceError as error:
            raise NotSettled(
                Objection.UNREADABLE, order.order_no, order, (order_id,), error=error
            ) from error

    async def _save(self, before: Order, after: Order) -> Order:
        try:
            await self._store.orders.save_order(after, before.placing)
        except OrderMoved as error:
            raise NotSettled(Objection.MOVED_ON, before.order_no, before) from error
        await self._store.upkeep.nudge()
        return after


def _moved(order: Order, placing: Placing) -> Order:
    """Only what is under nobody's hands is decided; an order that is there may be named earlier."""
    if order.placing is Placing.UNCERTAIN and placing is not Placing.PLACED:
        raise NotSettled(Objection.STILL_LOOKING, order.order_no, order)
    if order.placing not in {Placing.UNRESOLVED, Placing.UNCERTAIN}:
        raise NotSettled(Objection.NOT_NOW, order.order_no, order)
    return order.moved(placing)
