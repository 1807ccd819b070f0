"""Offers, hits and views for the tests of screens and callbacks."""

from dataclasses import fields
from typing import Any, TypeVar, cast

import httpx
from telegram import Chat, Message, Update, User

from bot.chat.buttons import Press
from bot.chat.context import Context
from bot.chat.screens import View
from bot.chat.texts import texts_in
from bot.domain.identifiers import ChatId, OfferId, SellerId, SkuId, SpecId, UserId
from bot.domain.money import Fen
from bot.domain.offers import (
    MixedBatch,
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
from bot.domain.sessions import Session
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import MarketplaceError
from bot.services.bundle import Services
from bot.services.finding.categories import Categories
from bot.services.finding.search import Search
from bot.services.finding.short_links import ShortLinks
from bot.services.paying.agreement import OperatorPayments
from bot.services.quotas import Quotas
from bot.services.support import Support
from tests.fakes.memory_storage import MemoryStorage

OFFER_ID = OfferId(628379848279)
COLOUR = Wording(zh="颜色", translated="Colour")


def sku(number: int, name: str = "白色", stock: int = 9, picture: str | None = None) -> Sku:
    """A variant told apart by its colour."""
    value = Wording(zh=name, translated="")
    return Sku(
        sku_id=SkuId(number),
        spec_id=SpecId(f"{number:032x}"),
        stock=stock,
        attributes=(SkuAttribute(name=COLOUR, value=value, picture_url=picture),),
    )


def offer(*skus: Sku, **changes: Any) -> Offer:
    """An offer with everything that an offer may state."""
    whole = Offer(
        offer_id=OFFER_ID,
        title=Wording(zh="杯子", translated="Mug"),
        picture_urls=("https://img.test/1.jpg",),
        quote_type=QuoteType.SKUS_BY_QUANTITY if skus else QuoteType.BY_QUANTITY,
        tiers=tuple(PriceTier(start_quantity=10**n, price=Fen(99_999_999 - n)) for n in range(5)),
        skus=skus,
        min_order_quantity=1000,
        batch_size=1000,
        stock=sum(each.stock for each in skus) if skus else 9_999_999,
        seller=Seller(
            seller_id=SellerId("s"),
            composite_score="4.5",
            repeat_purchase_percent=51,
            identities=("super_factory", "powerful_merchants", "tp_member"),
        ),
        mixed_batch=MixedBatch(allowed=True, amount=Fen(100_000), pieces=1000),
        units_sold="12345678",
        trade_score="4.9",
        ships_from="新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县",
        shipping_time_guarantee="shipIn48Hours",
    )
    return whole.replace(**changes)


def page(title: str, hits: int = 10, total: int = 0, number: int = 1) -> SearchPage:
    """A page of hits that all have this title."""
    return SearchPage(
        hits=tuple(
            OfferSummary(
                offer_id=OfferId(int(OFFER_ID.id) + index),
                title=Wording(zh=title, translated=title),
                picture_url=f"https://img.test/{index}.jpg",
                price=Fen(99_999_999),
                sold_last_month=9_999_999,
                repurchase_rate="99.99%",
            )
            for index in range(hits)
        ),
        page=number,
        total=total,
    )


def session(**changes: Any) -> Session:
    """A person's conversation."""
    whole = Session(session_id="abcdef", chat_id=ChatId(7), user_id=UserId(7))
    return whole.replace(**changes)


V = TypeVar("V", bound=View)


def view(of: Session, kind: type[V] = View, **shown: Any) -> V:  # type: ignore[assignment]
    """What a screen is drawn from."""
    return kind(session=of, t=texts_in(of.language), **shown)


class Shelf:
    """A marketplace that knows some offers; `error` is raised instead while it is set."""

    capabilities = DajiClient.capabilities

    def __init__(self, *offers: Offer) -> None:
        self.offers = {each.offer_id: each for each in offers}
        self.error: MarketplaceError | None = None
        self.read: list[OfferId] = []

    async def offer(self, offer_id: OfferId) -> Offer:
        self.read.append(offer_id)
        if self.error is not None:
            raise self.error
        return self.offers[offer_id]


def context(of: Session, shelf: Shelf, *, arg: str | None = None, web: Any = None) -> Context:
    """A callback's context: a press when `arg` is given, else a message."""
    store, nobody = MemoryStorage(), cast("Any", None)
    market = cast("Any", shelf)
    unused = dict.fromkeys((each.name for each in fields(Services)), nobody)
    used = {
        "store": store,
        "marketplace": market,
        "search": Search(market, nobody),
        "categories": Categories(market),
        "quotas": Quotas(store, nobody),
        # An operator's screens have the most buttons.
        "operator_payments": OperatorPayments(market, nobody, nobody, operators=(of.user_id,)),
        "support": Support(store, operators=(of.user_id,)),
        "short_links": ShortLinks(web or httpx.MockTransport(lambda _: httpx.Response(404))),
    }
    services = Services(**(unused | used))
    made = Context(nobody)
    press = Press(of.session_id, of.revision, "value", arg) if arg is not None else None
    made.begin(of, services, cast("Any", None), press)
    return made


def written(text: str) -> Update:
    """A message of the person."""
    user = User(7, "Tester", is_bot=False)
    message = Message(1, cast("Any", None), Chat(7, "private"), from_user=user, text=text)
    return Update(1, message=message)
