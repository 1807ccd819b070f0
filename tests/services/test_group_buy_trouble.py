"""What goes wrong around a group buy: people who are gone, closed chats, sellers who move."""

from datetime import UTC, time, timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.chat.screens import Screen
from bot.chat.texts import Texts, texts_in
from bot.domain.collecting import ProofKind
from bot.domain.group_buys import disputes, receiving
from bot.domain.group_buys.buys import BuyState, Change, GroupBuy
from bot.domain.group_buys.claims import ClaimState, Dispute, SentProof
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.showing import Card
from bot.domain.identifiers import ChatId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import Placing
from bot.domain.quiet import QuietHours
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.writes import ShowBuy
from bot.marketplace.errors import RefusalReason, Refused, Unreachable
from bot.telegram.request import NOT_SENT
from bot.telling.group_cards import GroupCards
from bot.telling.group_teller import GroupTeller
from bot.telling.sending import session_of
from handlers.group import buy_news
from handlers.group.buy_organising import organiser_text
from handlers.group.buy_view import BuyView
from tests.domain.group_buys.groups import RED, steps
from tests.services.group_world import World
from tests.storage.grouping import BUY, BUYER
from tests.storage.samples import offer

CHANNEL = ChatId(-1001)
LATER = timedelta(days=400)


class Telegram:
    """Where screens are sent and drawn; refuses what `refuses` says, by chat."""

    username = "snaporder_bot"

    def __init__(self) -> None:
        self.refuses: dict[int, TelegramError] = {}
        self.shown: list[int] = []

    async def _show(self, chat_id: int) -> None:
        if chat_id in self.refuses:
            raise self.refuses[chat_id]
        self.shown.append(chat_id)

    async def fitting(self, _: str, __: object, **fields: Any) -> None:
        await self._show(int(fields["chat_id"]))

    async def publish(self, chat_id: int, _: Screen) -> tuple[int, bool]:
        await self._show(chat_id)
        return 5, False

    async def revise(self, chat_id: int, *_: object, **__: object) -> None:
        await self._show(chat_id)


@pytest.fixture
def world() -> World:
    return World()


def teller(world: World, telegram: Telegram) -> GroupTeller:
    return GroupTeller(
        telegram,  # type: ignore[arg-type]
        world.storage,
        lambda *_: Screen("told"),  # type: ignore[arg-type, misc]
        clock=world.clock,
    )


def cards(world: World, telegram: Telegram) -> GroupCards:
    return GroupCards(
        telegram,  # type: ignore[arg-type]
        telegram,  # type: ignore[arg-type]
        world.storage,
        lambda *_: Screen("card"),  # type: ignore[arg-type, misc]
        clock=world.clock,
    )


async def unreachable(world: World) -> tuple[int, ...]:
    return (await world.storage.group_buys.buys_census(world.now)).unreachable


async def says_paid(world: World, user: int, text: str = "No. 1") -> None:
    """A member sends the number of their payment, of which the organiser is told."""
    proof = SentProof(kind=ProofKind.TEXT, text=text, at=world.now)
    await world.storage.group_buys.change(
        BUY, lambda buy, _: receiving.proof_sent(buy, UserId(user), proof, f"{user}{text}")
    )


@pytest.mark.parametrize(
    "gone",
    [
        Forbidden("Forbidden: bot was blocked by the user"),
        Forbidden("Forbidden: user is deactivated"),
    ],
)
async def test_an_organiser_who_blocked_the_bot_or_is_deleted_is_told_of(
    world: World, gone: Forbidden
) -> None:
    """The buy goes on for its members; the operators learn that nobody runs it."""
    telegram = Telegram()
    telegram.refuses[BUYER] = gone
    await world.open()
    await world.join(11, 5)
    await world.at_deadline()
    await teller(world, telegram).tell_waiting()
    assert await unreachable(world) == (BUY,)
    assert 11 in telegram.shown
    # Back again, the next word reaches them, and nothing is left to tell the operators.
    telegram.refuses.clear()
    await says_paid(world, 11)
    await teller(world, telegram).tell_waiting()
    assert await unreachable(world) == ()


async def test_a_member_who_blocked_the_bot_has_not_paid_and_is_left_out(world: World) -> None:
    """Whoever can't be reached has not agreed: no order waits for them, none includes them."""
    telegram = Telegram()
    telegram.refuses[12] = Forbidden("Forbidden: bot was blocked by the user")
    await world.open()
    await world.join(11, 5)
    await world.join(12, 5)
    buy = await world.at_deadline()
    await teller(world, telegram).tell_waiting()
    assert await unreachable(world) == ()
    books = await world.storage.group_buys.books_of_buy(BUY)
    owed = books.account_of(buy.account_of(UserId(11)), buy.terms.rate.currency).balance
    await world.storage.group_buys.change(
        BUY,
        lambda there, books: receiving.paid(there, UserId(11), owed, "p", books, world.now),
    )
    assert buy.pay_before is not None
    world.now = buy.pay_before + timedelta(seconds=6)
    await world.groups.due.do_due()
    assert [each.state for each in (await world.buy()).claims] == [
        ClaimState.PAID,
        ClaimState.LAPSED,
    ]


@pytest.mark.parametrize(
    "refusal",
    [
        BadRequest("Bad Request: need administrator rights in the channel chat"),
        Forbidden("Forbidden: bot was kicked from the channel chat"),
        BadRequest("Bad Request: message to edit not found"),
    ],
)
async def test_a_bot_that_may_no_longer_post_says_so_once_and_the_buy_goes_on(
    world: World, refusal: TelegramError
) -> None:
    """The card is a view: without it people still join by the link."""
    telegram = Telegram()
    await world.open()
    await world.step(BUYER, ShowBuy(Card(buy_id=BUY, chat_id=CHANNEL, message_id=0)))
    await cards(world, telegram).draw_waiting()
    telegram.refuses[CHANNEL] = refusal
    await world.join(11, 5)
    world.now += timedelta(minutes=1)
    for _ in range(2):
        await cards(world, telegram).draw_waiting()
    assert await world.storage.group_cards.cards_of(BUY) == []
    assert await world.told(NewsOf.CARD_GONE) == [BUYER]
    assert (await world.buy()).state is BuyState.OPEN
    await world.join(12, 5)


async def test_a_card_that_telegram_does_not_take_for_long_is_counted_and_heals(
    world: World,
) -> None:
    """A passing failure is tried again; ten minutes of them are the operators' to know."""
    telegram = Telegram()
    await world.open()
    await world.step(BUYER, ShowBuy(Card(buy_id=BUY, chat_id=CHANNEL, message_id=0)))
    await cards(world, telegram).draw_waiting()
    telegram.refuses[CHANNEL] = NetworkError(NOT_SENT)
    await world.join(11, 5)
    world.now += timedelta(minutes=1)
    await cards(world, telegram).draw_waiting()
    buys = world.storage.group_buys
    assert (await buys.buys_census(world.now)).cards_failing == 0
    assert (await buys.buys_census(world.now + timedelta(minutes=11))).cards_failing == 1
    telegram.refuses.clear()
    world.now += timedelta(minutes=1)
    await cards(world, telegram).draw_waiting()
    assert (await buys.buys_census(world.now + LATER)).cards_failing == 0


async def test_an_unclear_create_leaves_the_buy_where_it_is(world: World) -> None:
    """The set that was frozen stays so until it is known whether the order exists."""
    await world.open()
    await world.join(11, 5)
    await world.at_deadline()
    await world.all_pay()
    await world.order()
    await world.settled(Placing.UNCERTAIN)
    for _ in range(3):
        world.now += timedelta(hours=12)
        await world.groups.due.do_due()
    buy = await world.buy()
    assert (buy.state, buy.frozen) == (BuyState.ORDERING, (1,))
    assert buy.order_no is not None
    assert (await world.storage.group_buys.buys_census(world.now)).uncertain == 1
    assert await world.told(NewsOf.NOT_PLACED) == []


async def test_of_an_order_that_nobody_finds_its_organiser_reads_what_happens_now(
    world: World,
) -> None:
    """News and page say that it may exist, who decides, and that nothing is ordered meanwhile."""
    await world.open()
    await world.join(11, 5)
    await world.at_deadline()
    await world.all_pay()
    number = await world.order()
    t = texts_in("en")
    on_its_way = await page_text(world, t)
    assert "keep looking whether the order exists" in on_its_way
    await world.settled(Placing.UNCERTAIN)
    order = await world.storage.orders.order(number)
    assert order is not None
    lost = order.moved(Placing.UNRESOLVED)
    await world.storage.orders.save_order(lost, Placing.UNCERTAIN)
    for _ in range(2):
        await world.groups.due.order_changed(lost)
    assert (await world.buy()).state is BuyState.ORDERING
    assert await world.told(NewsOf.UNRESOLVED) == [BUYER]
    news = News(kind=NewsOf.UNRESOLVED, user_id=BUYER, detail=number)
    shown = buy_news.screen(t, await world.buy(), Books(), news)
    assert "can't rule out that it exists" in shown.text
    assert [each.arg for each in shown.rows[0]] == [number]
    assert "isn't certain whether 1 order exists" in await page_text(world, t)


async def page_text(world: World, t: Texts) -> str:
    session = await session_of(world.storage.conversations, ChatId(BUYER), BUYER, "en")
    buy = await world.buy()
    return organiser_text(BuyView(session=session, t=t, buy=buy), t, buy) or ""


async def test_an_offer_that_is_sold_out_ends_the_buy_and_costs_nobody_anything(
    world: World,
) -> None:
    """Who is out is told why; what is left of the buy has too few pieces."""
    await world.open()
    await world.join(11, 5)

    async def sold_out(*_: object) -> Quote:
        raise Refused("sold out", endpoint="preview", reason=RefusalReason.OUT_OF_STOCK)

    async def gone(_: object) -> None:
        raise Refused("no such offer", endpoint="offer", reason=RefusalReason.NOT_FOUND)

    world.market.preview = sold_out  # type: ignore[method-assign, assignment]
    world.market.offer = gone  # type: ignore[attr-defined]
    buy = await world.at_deadline()
    assert buy.state is BuyState.FAILED
    assert await world.told(NewsOf.SOLD_OUT) == [11]
    assert not list(await world.storage.group_buys.books_of_buy(BUY))


async def test_prices_that_no_longer_fall_pass_nobodys_ceiling(world: World) -> None:
    """More pieces at a dearer price: whoever did not agree to that is out, and the rest buys."""
    await world.open()
    await world.join(11, 10, 1000)
    await world.join(12, 10, 900)

    async def rising(lines: Any, _: object) -> Quote:
        pieces = sum(each.quantity for each in lines)
        price = steps((1, 900)).price_at(1) if pieces < 15 else 950
        quoted = tuple(
            QuoteLine(
                offer_id=each.offer_id,
                spec_id=each.spec_id,
                amount=Fen(price * each.quantity),
                unit_price=Fen(price),
            )
            for each in lines
        )
        goods = sum(each.amount for each in quoted)
        return Quote(lines=quoted, goods=Fen(goods), freight=Fen(500), total=Fen(goods + 500))

    world.market.preview = rising  # type: ignore[method-assign, assignment]
    buy = await world.at_deadline()
    assert [each.state for each in buy.claims] == [ClaimState.DUE, ClaimState.LAPSED]
    assert all(each.unit is None or each.unit <= each.ceiling for each in buy.claims)


async def test_a_variant_renamed_between_lock_and_order_is_shown_before_it_is_confirmed(
    world: World,
) -> None:
    """Its id is the same, so the marketplace takes it: whether the goods are is for people."""
    await world.open()
    await world.join(11, 5)
    await world.at_deadline()
    await world.all_pay()
    there = offer()
    now = there.replace(skus=(there.skus[0].replace(spec_id=RED),))

    async def read(_: object) -> Any:
        return now

    world.market.offer = read  # type: ignore[attr-defined]
    buy = await world.groups.quoting.prepare(BUY, BUYER)
    assert set(buy.renamed) == {RED}
    assert isinstance(buy.renamed[RED], Wording)

    async def unread(_: object) -> Any:
        raise Unreachable("down", endpoint="offer")

    world.market.offer = unread  # type: ignore[attr-defined]
    buy = await world.groups.quoting.prepare(BUY, BUYER)
    assert buy.renamed == {}
    world.market.offer = read  # type: ignore[attr-defined]
    assert (await world.order()) == (await world.buy()).order_no


async def test_what_twenty_members_say_at_once_is_one_message(world: World) -> None:
    """The first at once, whoever says so within the next seconds together in one more."""
    telegram = Telegram()
    await world.open()
    for user in range(11, 31):
        await world.join(user, 1)
    await world.at_deadline()
    talking = teller(world, telegram)
    await talking.tell_waiting()
    telegram.shown.clear()
    for user in range(11, 31):
        await says_paid(world, user)
        await talking.tell_waiting()
    assert telegram.shown == [BUYER]
    world.now += timedelta(seconds=11)
    await talking.tell_waiting()
    assert telegram.shown == [BUYER, BUYER]
    assert await world.told(NewsOf.PROOF) == []


def _arrived(buy: GroupBuy) -> GroupBuy:
    here = [each.replace(state=ClaimState.ARRIVED) for each in buy.claims]
    return buy.replace(state=BuyState.ARRIVED, claims=tuple(here))


async def test_what_fifty_members_complain_of_is_two_messages_and_none_at_night(
    world: World,
) -> None:
    """The first at once, all others together; what comes at night waits, and none is lost."""
    telegram, said = Telegram(), list[str]()

    def screen(t: Texts, buy: GroupBuy, books: Books, news: News) -> Screen:
        shown = buy_news.screen(t, buy, books, news)
        said.append(shown.text)
        return shown

    quiet = QuietHours(begin=time(22), end=time(8), zone=UTC)
    talking = GroupTeller(
        telegram,  # type: ignore[arg-type]
        world.storage,
        screen,
        quiet=quiet,
        clock=world.clock,
    )
    await world.open()
    people = range(11, 61)
    for user in people:
        await world.join(user, 1)
    await world.storage.group_buys.change(BUY, lambda buy, _: Change(_arrived(buy)))

    async def complains(user: int) -> None:
        dispute = Dispute(text=f"Cup {user} is broken", at=world.now)
        await world.storage.group_buys.change(
            BUY, lambda buy, _: disputes.disputed(buy, UserId(user), dispute)
        )
        await talking.tell_waiting()

    for user in people[:30]:
        await complains(user)
    assert telegram.shown == [BUYER]
    world.now += timedelta(minutes=5)
    await talking.tell_waiting()
    assert telegram.shown == [BUYER] * 2
    assert "30 members" in said[-1]
    world.now = world.now.replace(hour=23)
    for user in people[30:]:
        await complains(user)
        world.now += timedelta(minutes=6)
    assert telegram.shown == [BUYER] * 2
    world.now = world.now.replace(hour=8, minute=1) + timedelta(days=world.now.hour > 8)
    await talking.tell_waiting()
    assert telegram.shown == [BUYER] * 3
    assert "50 members" in said[-1]
    assert await world.told(NewsOf.DISPUTED) == []


async def test_an_organiser_is_told_once_of_the_same_people_who_say_that_they_paid(
    world: World,
) -> None:
    """What was stored of them a moment later is no news, nor is who was looked at meanwhile."""
    telegram, people = Telegram(), (11, 12, 13)
    talking = teller(world, telegram)
    await world.open()
    for user in people:
        await world.join(user, 5)
    await world.at_deadline()
    await talking.tell_waiting()
    telegram.shown.clear()

    async def a_moment_later() -> int:
        """Return how often the organiser was told when all is gathered."""
        await talking.tell_waiting()
        world.now += timedelta(seconds=10)
        await talking.tell_waiting()
        told = telegram.shown.count(BUYER)
        telegram.shown.clear()
        return told

    await says_paid(world, 11)
    assert await a_moment_later() == 1
    for user in (12, 13):
        await says_paid(world, user)
    assert await a_moment_later() == 1
    await says_paid(world, 13, "No. 2")  # once more, of what was not looked at yet
    assert await a_moment_later() == 1
    await says_paid(world, 12, "No. 3")
    for user in people:
        await world.storage.group_buys.change(
            BUY, lambda buy, _, who=user: receiving.proof_declined(buy, UserId(who), f"{who}")
        )
    assert await a_moment_later() == 0
