"""A group buy to test with, and a marketplace of a few lines that quotes it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.group_buys.bills import lines_of
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.joining import Wanted, joined, published
from bot.domain.group_buys.prices import PriceSteps
from bot.domain.group_buys.terms import Goods, Terms, Variant
from bot.domain.identifiers import BuyId, ChatId, OfferId, SellerId, SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.offers import PriceTier, Wording
from bot.domain.quotes import Quote, QuoteLine

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ORGANISER = UserId(1)
STEPS = ((5, 1000), (10, 950), (15, 880), (20, 850))
RED, BLUE = SpecId("red"), SpecId("blue")
ADDRESS = Address(
    full_name="王小明",
    mobile="13800138000",
    province="浙江省",
    city="杭州市",
    district="滨江区",
    street="网商路699号",
    district_code="330108",
)


def steps(*tiers: tuple[int, int]) -> PriceSteps:
    return PriceSteps(
        tiers=tuple(PriceTier(start_quantity=start, price=Fen(price)) for start, price in tiers)
    )


def terms(**changes: Any) -> Terms:
    prices = changes.pop("steps", steps(*STEPS))
    limit = changes.pop("limit", 1000)
    plain: dict[str, Any] = {
        "goods": Goods(
            offer_id=OfferId(670291644950),
            title=Wording(zh="杯子", translated="Mug"),
            unit=Wording(zh="件", translated="Piece"),
            variants=tuple(
                Variant(spec_id=each, label=Wording(zh=each), steps=prices, limit=limit)
                for each in (RED, BLUE)
            ),
            minimum=changes.pop("goods_minimum", 1),
            lot=changes.pop("lot", 1),
        ),
        "seller_id": SellerId("BBBseller"),
        "fee_ppm": 100_000,
        "freight_each": Fen(100),
        "minimum": 5,
        "deadline": NOW + timedelta(days=2),
        "address": ADDRESS,
    }
    return Terms(**{**plain, **changes})


def opened(**changes: Any) -> GroupBuy:
    draft = GroupBuy(
        buy_id=BuyId(7),
        token="t0ken",
        organiser=ORGANISER,
        chat_id=ChatId(1),
        terms=terms(**changes),
        since=NOW,
        created_at=NOW,
    )
    return published(draft, NOW).buy


def wanted(
    buy: GroupBuy, user: int, pieces: int, ceiling: int | None = None, **more: Any
) -> Wanted:
    plain: dict[str, Any] = {
        "spec_id": RED,
        "terms": buy.terms.number,
        "sent_at": NOW,
        "name": f"Person {user}",
    }
    most = 1000 if ceiling is None else ceiling
    return Wanted(user_id=UserId(user), pieces=pieces, ceiling=Fen(most), **{**plain, **more})


def with_people(buy: GroupBuy, *people: tuple[int, int, int]) -> GroupBuy:
    """Have people join: who, how many pieces, up to how much each."""
    for user, pieces, ceiling in people:
        buy = joined(buy, wanted(buy, user, pieces, ceiling))[0].buy
    return buy


def quote(
    buy: GroupBuy, freight: int = 1000, *, prices: PriceSteps | None = None, off: int = 0
) -> Quote:
    """Quote what the group takes, as the marketplace would; `off` fen less on each line."""
    lines: tuple[OrderLine, ...] = lines_of(buy.taken, buy.terms)
    steps_now = prices or buy.terms.goods.variants[0].steps
    price = steps_now.price_at(sum(each.quantity for each in lines))
    quoted = tuple(
        QuoteLine(
            offer_id=each.offer_id,
            spec_id=each.spec_id,
            amount=Fen(max(0, price * each.quantity - off)),
            unit_price=price,
        )
        for each in lines
    )
    goods = Fen(sum(each.amount for each in quoted))
    return Quote(lines=quoted, goods=goods, freight=Fen(freight), total=Fen(goods + freight))


class Desk:
    """A buy with its books: applies changes as the storage does."""

    def __init__(self, buy: GroupBuy) -> None:
        self.buy = buy
        self.books = Books()
        self.news: list[Any] = []

    def take(self, change: Change) -> Change:
        for operation in change.booked:
            self.books.post(operation)
        self.buy = change.buy
        self.news += change.news
        return change

    def told(self, kind: Any) -> list[int]:
        return [each.user_id for each in self.news if each.kind is kind]


def people(buy: GroupBuy) -> Iterable[UserId]:
    return [each for each in buy.members if each != ORGANISER]
