"""Everything that one running marketplace knows, and the changes that may happen to it."""

from __future__ import annotations

from pathlib import Path

from sandbox.marketplace.calls import CallLog
from sandbox.marketplace.catalogue import Catalogue, CatalogueOffer
from sandbox.marketplace.category_tree import CategoryTree
from sandbox.marketplace.clock import Clock
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.faults import FaultBox
from sandbox.marketplace.offer_patch import OfferPatch, apply_patch
from sandbox.marketplace.order_book import OrderBook
from sandbox.marketplace.persistence import SavedState, load_state, save_state
from sandbox.marketplace.pushes.messages import Signing
from sandbox.marketplace.pushes.outbox import Outbox
from sandbox.marketplace.pushes.topics import of_product, of_stock
from sandbox.marketplace.shelf import Shelf
from sandbox.marketplace.switches import Switches
from sandbox.marketplace.trading import Trading
from sandbox.marketplace.uploads import PictureSearch, Uploads


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
        self.categories = CategoryTree(catalogue.categories)
        self.shelf = Shelf(catalogue.offers)
        self.book = OrderBook()
        signing = Signing(config.app_secret, self.switches.push_signature)
        self.outbox = Outbox(clock, lambda: self.switches, signing, config.push_url)
        self.trading = Trading(self.book, self.shelf, clock, self.outbox.tell, self._save)
        if config.state_file is not None:
            config.state_file.parent.mkdir(parents=True, exist_ok=True)
            self._restore(load_state(config.state_file))

    def patch_offer(self, offer_id: int, patch: OfferPatch) -> CatalogueOffer:
        """A test changes an offer; raises KeyError for an unknown offer or spec."""
        offer = self.shelf.get(offer_id)
        if offer is None:
            raise KeyError(f"no such offer: {offer_id}")
        changed = apply_patch(offer, patch)
        self.shelf.put(changed)
        self._save()
        now = self.clock.now_ms()
        self.outbox.tell([*of_stock(offer, changed, now), *of_product(offer, changed, now)])
        return changed

    def switch(self, switches: Switches) -> None:
        """Other switches hold from now on."""
        self.switches = switches
        self.outbox.switched()

    def reset(self) -> None:
        """A new world: no orders, catalogue stock, default switches, no faults, calls, pushes."""
        self.switch(Switches())
        self.faults.clear()
        self.calls.clear()
        self.outbox.forget()
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
