"""Everything that one running marketplace knows, and the changes that may happen to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sandbox.marketplace.calls import CallLog
from sandbox.marketplace.catalogue import Catalogue, CatalogueOffer
from sandbox.marketplace.clock import Clock
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.faults import FaultBox
from sandbox.marketplace.offer_patch import OfferPatch, apply_patch
from sandbox.marketplace.order_book import OrderBook
from sandbox.marketplace.orders import Order
from sandbox.marketplace.persistence import SavedState, load_state, save_state
from sandbox.marketplace.shelf import Shelf
from sandbox.marketplace.switches import Switches
from sandbox.marketplace.uploads import PictureSearch, Uploads

NOBODY_PAID = "BUYER_NO_PAY"


class World:
    """The state behind all endpoints. Every change goes through here, so that it is saved."""

    def __init__(
        self,
        config: MarketplaceConfig,
        catalogue: Catalogue,
        pictures: Path,
        picture_search: PictureSearch,
        clock: Clock,
    ) -> None:
        self.config = config
        self.clock = clock
        self.pictures = pictures
        self.switches = Switches()
        self.faults = FaultBox()
        self.calls = CallLog()
        self.uploads = Uploads(picture_search)
        self.shelf = Shelf(catalogue.offers)
        self.book = OrderBook()
        if config.state_file is not None:
            config.state_file.parent.mkdir(parents=True, exist_ok=True)
            self._restore(load_state(config.state_file))

    def record(self, orders: Sequence[Order]) -> None:
        """New orders: stock falls."""
        for order in orders:
            self.shelf.take(order.lines)
            self.book.add(order)
        self._save()

    def pay(self, orders: Sequence[Order]) -> None:
        """The buyer pays; raises ValueError for an order that does not await payment."""
        for order in orders:
            order.pay(self.clock.now_ms())
        self._save()

    def close(
        self, order: Order, reason: str, operate_type: str, remark: str | None = None
    ) -> None:
        """Close an unpaid order: stock returns. Raises ValueError for any other order."""
        order.close(self.clock.now_ms(), reason, operate_type, remark)
        self.shelf.put_back(order.lines)
        self._save()

    def reprice(self, order: Order, goods_delta_fen: int, freight_fen: int | None) -> None:
        """The seller changes an unpaid order; raises ValueError for any other order."""
        order.reprice(self.clock.now_ms(), goods_delta_fen, freight_fen)
        self._save()

    def patch_offer(self, offer_id: int, patch: OfferPatch) -> CatalogueOffer:
        """A test changes an offer; raises KeyError for an unknown offer or spec."""
        offer = self.shelf.get(offer_id)
        if offer is None:
            raise KeyError(f"no such offer: {offer_id}")
        changed = apply_patch(offer, patch)
        self.shelf.put(changed)
        self._save()
        return changed

    def close_overdue(self) -> None:
        """Orders that nobody paid in time close by themselves."""
        for order in self.book.overdue(self.clock.now_ms()):
            self.close(order, NOBODY_PAID, "CLOSE_TRADE_BY_BOPS")

    def reset(self) -> None:
        """A new world: no orders, catalogue stock, default switches, no faults, no calls."""
        self.switches = Switches()
        self.faults.clear()
        self.calls.clear()
        self.uploads.clear()
        self.shelf.reset()
        self.book.clear()
        self._save()

    def _restore(self, saved: SavedState) -> None:
        self.shelf.restore(saved.offers)
        for order in saved.orders:
            self.book.add(order)

    def _save(self) -> None:
        if self.config.state_file is not None:
            offers = list(self.shelf.changed().values())
            save_state(
                self.config.state_file, SavedState(orders=list(self.book.all()), offers=offers)
            )
