"""What surely was not made is made once more; what may exist never is."""

from datetime import timedelta

import pytest

from bot.domain.identifiers import ChatId, MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    RefusalReason,
    Refused,
    Unreachable,
)
from bot.services.placing.absence import Recreate
from bot.services.placing.placing import CONSENT_LASTS, NOT_SENT, SUPERSEDED, VOUCHED_CONSENT_LASTS
from tests.services.agreed import (
    FIRST,
    LINES,
    NOW,
    NUMBER,
    SECOND,
    consent,
    found,
    quote,
)
from tests.services.ledger import KNOWN, another, shop


async def test_what_was_never_made_is_made_once_more_under_its_number() -> None:
    """The person has what they agreed to, once, and nobody had to decide."""
    made, ledger = await shop("no", "")
    order = await made.work()
    assert order.placing is Placing.PLACED
    assert order.sent_again
    assert [each[0] for each in ledger.created] == [NUMBER, NUMBER]
    assert ledger.created[0] == ledger.created[1]
    assert ledger.alive == [part.order_id for part in order.parts]
    assert made.told == [Placing.UNCERTAIN, Placing.PLACED]
    before = ledger.calls[: len(ledger.calls) - 1 - ledger.calls[::-1].index("create")]
    assert before[-1] == "preview", "the total is checked right before"
    assert before.count("find") > 6, "after all the look-ups, and a last one everywhere"


@pytest.mark.parametrize("placing", [Placing.CREATING, Placing.UNCERTAIN])
async def test_after_a_crash_too(placing: Placing) -> None:
    """Killed between the mark and the sending, the order is made after the restart."""
    made, ledger = await shop("", order=consent(placing, sent_at=NOW))
    assert (await made.work()).placing is Placing.PLACED
    assert len(ledger.created) == 1


async def test_it_is_made_again_once_only() -> None:
    """When that stays unclear as well, a person decides."""
    made, ledger = await shop("no", "no", "")
    order = await made.work()
    assert order.placing is Placing.UNRESOLVED
    assert len(ledger.created) == 2


@pytest.mark.parametrize("placing", [Placing.CREATING, Placing.UNCERTAIN])
async def test_a_crash_in_the_second_create_is_looked_up_and_not_sent_a_third_time(placing) -> None:
    """The mark is durable before."""
    made, ledger = await shop(order=consent(placing, sent_at=NOW, sent_again=True))
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert ledger.created == []


async def test_a_second_create_without_an_answer_is_found() -> None:
    """As after the first."""
    made, ledger = await shop("no", "made")
    order = await made.work()
    assert order.placing is Placing.PLACED
    assert ledger.alive == [part.order_id for part in order.parts]


async def test_a_list_that_does_not_show_what_exists_proves_nothing() -> None:
    """Late, or without our number: the order next to it is not there either."""
    made, ledger = await shop("late", listed=[])
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert len(ledger.created) == 1


@pytest.mark.parametrize(
    "others",
    [
        (),
        (another(placing=Placing.CHANGED),),
        (another(placing=Placing.REFUSED),),
        (another(parts=()),),
    ],
    ids=["none", "changed", "refused", "without numbers"],
)
async def test_without_an_order_that_is_known_nothing_is_proven(others) -> None:
    """The first order of all is a person's to decide."""
    made, ledger = await shop("no", others=others)
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert len(ledger.created) == 1


async def test_the_order_next_before_counts_not_an_older_one_that_is_shown() -> None:
    """A list that is late shows the old ones and hides the new ones."""
    nearer = another(
        order_no=MerchantOrderNo("S261123-NEARNEAR"),
        user_id=UserId(9),
        chat_id=ChatId(9),
        created_at=NOW - timedelta(minutes=1),
        parts=(OrderPart(order_id=MarketplaceOrderId("2257000000000000098")),),
    )
    made, ledger = await shop("late", others=(another(), nearer))
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert len(ledger.created) == 1


async def test_an_order_agreed_to_later_proves_it_where_there_is_none_before() -> None:
    """It was made after ours, so ours would be shown."""
    moment = NOW + timedelta(minutes=1)
    later = another(created_at=moment)
    made, _ = await shop("no", "", others=(later,), listed=[KNOWN.replace(created_at=moment)])
    assert (await made.work()).placing is Placing.PLACED


async def test_a_list_that_has_no_end_proves_nothing() -> None:
    """A filter by time that is ignored, say, in an account with many orders."""
    theirs = found(SECOND, number="S261123-AAAAAAAA")
    made, ledger = await shop("no", listed=[KNOWN, theirs], pages_end=False)
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert len(ledger.created) == 1


async def test_goods_that_do_not_fit_are_for_a_person() -> None:
    """Something exists under the number."""
    strange = found(number=NUMBER, lines=LINES * 2)
    made, ledger = await shop("no", listed=[KNOWN, strange])
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert len(ledger.created) == 1


async def test_an_order_that_was_closed_meanwhile_is_found_and_not_made_again() -> None:
    """Orders of every state are looked at before."""
    closed = found(number=NUMBER, status=OrderStatus.CANCELLED)
    by_time_only = closed.replace(remark=f"{NUMBER} {NUMBER}", out_order_id="")
    made, ledger = await shop("no", listed=[KNOWN, by_time_only])
    order = await made.work()
    assert order.placing is Placing.PLACED
    assert len(ledger.created) == 1


async def test_a_marketplace_that_does_not_answer_is_asked_until_it_does() -> None:
    """An outage neither sends nor gives up."""
    made, ledger = await shop("no", "")
    ledger.list_errors = [GatewayFailed("502", endpoint="order_list")] * 20
    order = await made.work()
    assert order.placing is Placing.PLACED
    assert (ledger.list_errors, len(ledger.created)) == ([], 2)


async def test_setting_never_leaves_it_to_a_person() -> None:
    """`RECREATE=never`."""
    made, ledger = await shop("no", "", recreate=Recreate.NEVER)
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert len(ledger.created) == 1


async def test_another_total_is_agreed_to_first() -> None:
    """The person sees the difference; nothing was made."""
    newer = quote(freight=900)
    made, ledger = await shop("no", quotes=[quote(), newer])
    order = await made.work()
    assert (order.placing, order.newer_quote) == (Placing.CHANGED, newer)
    assert len(ledger.created) == 1


async def test_an_old_consent_is_asked_for_again() -> None:
    """The bot was down for long."""
    made, ledger = await shop(order=consent(Placing.CREATING, sent_at=NOW))
    made.now += CONSENT_LASTS + timedelta(seconds=1)
    order = await made.work()
    assert (order.placing, order.newer_quote) == (Placing.CHANGED, quote())
    assert ledger.created == []


async def test_goods_that_went_are_told() -> None:
    """The preview before it says so."""
    gone = Refused("库存不足", endpoint="preview", reason=RefusalReason.OUT_OF_STOCK)
    made, ledger = await shop("no", quotes=[quote(), gone])
    order = await made.work()
    assert order.placing is Placing.REFUSED
    assert order.refusal is not None
    assert order.refusal.code == "out_of_stock"
    assert len(ledger.created) == 1


async def test_who_ordered_the_same_again_does_not_get_it_twice() -> None:
    """Their later consent is the one that counts."""
    own = another(user_id=UserId(7), chat_id=ChatId(7), created_at=NOW + timedelta(seconds=30))
    listed = [KNOWN.replace(created_at=own.created_at)]
    made, ledger = await shop("no", "", others=(own,), listed=listed)
    order = await made.work()
    assert order.placing is Placing.REFUSED
    assert order.refusal is not None
    assert order.refusal.code == SUPERSEDED
    assert len(ledger.created) == 1


@pytest.mark.parametrize(
    ("error", "placing"),
    [
        (Refused("重复", endpoint="create"), Placing.UNRESOLVED),
        (Refused("x", endpoint="create", reason=RefusalReason.VALIDATION), Placing.UNRESOLVED),
        (Refused("x", endpoint="create", reason=RefusalReason.OUT_OF_STOCK), Placing.REFUSED),
        (Unreachable("down", endpoint="create"), Placing.REFUSED),
        (CredentialsRefused("sign", endpoint="create"), Placing.REFUSED),
    ],
    ids=["unknown", "validation", "stock", "unreachable", "keys"],
)
async def test_a_refused_second_create(error: MarketplaceError, placing: Placing) -> None:
    """A refusal that may be about the number used twice is no proof that nothing was made."""
    made, ledger = await shop("late", error)
    order = await made.work()
    assert order.placing is placing
    assert len(ledger.created) == 2


async def test_a_first_create_that_shows_up_after_a_refused_number_is_adopted() -> None:
    """The marketplace answers a repeated number with an error (contract 9, a switch)."""
    made, ledger = await shop("late", Refused("重复", endpoint="create"))
    ledger.create_called.clear()

    async def second_preview() -> None:
        if len(ledger.created) == 1:
            ledger.appear()

    ledger.at_preview = second_preview
    order = await made.work()
    assert order.placing is Placing.PLACED
    assert ledger.alive == [part.order_id for part in order.parts]


async def test_not_sent_is_told_as_not_ordered() -> None:
    """The same Confirm button works again."""
    made, _ = await shop("no", Unreachable("down", endpoint="create"))
    order = await made.work()
    assert order.refusal is not None
    assert order.refusal.code == NOT_SENT


async def test_an_operator_vouches_where_nothing_can_be_proven() -> None:
    """And for a consent of some hours, at the same total."""
    order = consent(Placing.UNCERTAIN, sent_at=NOW, vouched=True, lookups=3)
    made, ledger = await shop("", order=order, others=())
    made.now += VOUCHED_CONSENT_LASTS
    after = await made.work()
    assert (after.placing, after.vouched) == (Placing.PLACED, False)
    assert len(ledger.created) == 1


async def test_an_operators_word_is_good_for_a_day() -> None:
    """Then the person is asked again."""
    order = consent(Placing.UNCERTAIN, sent_at=NOW, vouched=True, lookups=3)
    made, ledger = await shop("", order=order)
    made.now += VOUCHED_CONSENT_LASTS + timedelta(seconds=1)
    assert (await made.work()).placing is Placing.CHANGED
    assert ledger.created == []


async def test_an_operators_word_does_not_stand_above_the_list() -> None:
    """What is there is adopted."""
    order = consent(Placing.UNCERTAIN, sent_at=NOW, vouched=True, lookups=3)
    made, ledger = await shop("", order=order, listed=[found()])
    after = await made.work()
    assert [part.order_id for part in after.parts] == [FIRST]
    assert ledger.created == []
