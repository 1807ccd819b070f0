"""Where a conversation goes when its order moved."""

from dataclasses import replace

import pytest
from goods import Shelf, context, written

from bot.domain.cart import Cart
from bot.domain.drafts import Draft
from bot.domain.identifiers import ChatId, OfferId, SellerId, UserId
from bot.domain.money import Fen
from bot.domain.orders import FailedLine, Order, Placing, Refusal
from bot.domain.sessions import Announced, Delivery, Ordered, Quoted, Session, Step
from bot.services.placing.placing import NOT_SENT
from bot.storage.ports import StepCommit
from handlers.placing import look, session_after
from tests.services.agreed import BLACK, LINES, NUMBER, OFFER, consent, found, quote, workshop


def waiting() -> Session:
    """The person sees "placing your order"."""
    return Session(
        session_id="ABC234",
        chat_id=ChatId(7),
        user_id=UserId(7),
        step=Step.PLACING,
        cart=Cart(draft=Draft(seller_id=SellerId("s"), lines=LINES, note="请发顺丰")),
        quoted=Quoted(quote=quote()),
        delivery=Delivery(address=consent().address),
        ordered=Ordered(order_no=NUMBER),
    )


def moved(placing: Placing, **changes: object) -> Session:
    session = session_after(waiting(), consent(placing, **changes))
    assert session is not None
    return session


def test_a_placed_order_is_to_be_paid_and_its_goods_leave_the_draft() -> None:
    """The next order starts empty, with the same address at hand."""
    session = moved(Placing.PLACED)
    assert session.step is Step.PAYMENT
    assert session.ordered.order_no == NUMBER
    assert (session.draft, session.quoted.quote) == (Draft(), None)
    assert session.delivery.address is not None


def test_lines_that_the_marketplace_refused_stay_in_the_draft() -> None:
    """They were not ordered, so they are not lost; nor is the note to their seller."""
    failed = FailedLine(offer_id=OFFER, spec_id=BLACK, code="500_004", message="库存不足")
    session = moved(Placing.PLACED, failed_lines=(failed,))
    assert session.step is Step.PAYMENT
    assert session.draft == waiting().draft.replace(lines=LINES[1:])


@pytest.mark.parametrize(
    "failed",
    [
        FailedLine(offer_id=OFFER, spec_id=BLACK, doubtful=True),
        FailedLine(offer_id=OFFER, code="500_004"),
        FailedLine(code="500_004"),
        FailedLine(offer_id=OfferId(1), spec_id=BLACK),
    ],
)
def test_a_line_that_may_be_ordered_leaves_the_draft(failed: FailedLine) -> None:
    """Not found, or failed without a name among several: it could be ordered a second time."""
    assert moved(Placing.PLACED, failed_lines=(failed,)).draft == Draft()


def test_other_sellers_drafts_are_not_touched() -> None:
    """Whatever becomes of the order."""
    others = (Draft(seller_id=SellerId("other"), lines=LINES[:1]),)
    for placing in (Placing.PLACED, Placing.REFUSED, Placing.UNRESOLVED):
        session = session_after(
            waiting().with_cart(Cart(draft=waiting().draft, shelf=others)), consent(placing)
        )
        assert session is not None
        assert session.cart.shelf == others


def test_the_sum_of_all_orders_moves_with_the_one_that_changed() -> None:
    """A split draft's total is told before each consent."""
    split = waiting().replace(quoted=Quoted(quote=quote(), together=Fen(50_000)))
    session = session_after(split, consent(Placing.CHANGED, newer_quote=quote(freight=900)))
    assert session is not None
    assert session.quoted.together == 50_400


def test_changed_numbers_are_shown_with_their_difference() -> None:
    """Confirm then agrees to the newer numbers."""
    session = moved(Placing.CHANGED, newer_quote=quote(freight=900))
    assert session.step is Step.PREVIEW
    assert session.quoted.quote == quote(freight=900)
    assert session.quoted.change is not None
    assert (session.quoted.change.freight, session.quoted.change.total) == (400, 400)
    assert session.draft.lines == LINES


def test_an_old_consent_to_the_same_numbers_is_asked_for_again() -> None:
    """No difference is claimed where there is none."""
    session = moved(Placing.CHANGED, newer_quote=quote())
    assert session.quoted.change is None
    assert session.announced.flash is not None
    assert session.announced.flash.key == "preview.consent_too_old"


def test_what_was_not_sent_can_be_confirmed_again() -> None:
    """The numbers stay; the re-check at Confirm guards them."""
    session = moved(Placing.REFUSED, refusal=Refusal(code=NOT_SENT))
    assert session.step is Step.PREVIEW
    assert session.quoted.quote == quote()


@pytest.mark.parametrize(
    ("code", "step"),
    [("out_of_stock", Step.LINES), ("address", Step.ADDRESS), ("no such code", Step.LINES)],
)
def test_a_refusal_leads_to_what_mends_it(code, step) -> None:
    """Its reason is told, with a dash where the marketplace gave no words."""
    session = moved(Placing.REFUSED, refusal=Refusal(code=code))
    assert session.step is step
    assert session.quoted.quote is None
    assert session.announced.flash is not None
    assert session.announced.flash.params["reason"] == "—"


@pytest.mark.parametrize("placing", [Placing.UNCERTAIN, Placing.UNRESOLVED])
def test_a_doubt_keeps_the_person_where_the_news_will_come(placing) -> None:
    """The screen itself says what is known."""
    assert moved(placing) == waiting()


@pytest.mark.parametrize(
    ("placing", "key"),
    [
        (Placing.PLACED, "placing.found"),
        (Placing.UNRESOLVED, "placing.not_found_yet"),
        (Placing.REFUSED, "placing.refused_meanwhile"),
        (Placing.CHANGED, "placing.changed_meanwhile"),
        (Placing.UNCERTAIN, None),
    ],
)
def test_whoever_went_on_is_told_in_one_line(placing, key) -> None:
    """The step and the new draft stay; every end of an order is told."""
    elsewhere = waiting().replace(step=Step.LINES, ordered=Ordered())
    session = session_after(elsewhere, consent(placing))
    if key is None:
        assert session is None
        return
    assert session is not None
    assert session.announced.flash is not None
    assert session.announced.flash.key == key
    assert session.replace(announced=Announced()) == elsewhere


def test_an_order_shown_already_is_just_drawn_again() -> None:
    """After a restart the payment screen needs no line above it."""
    paying = waiting().replace(step=Step.PAYMENT)
    order: Order = consent(Placing.PLACED)
    assert session_after(paying, order) == paying


async def test_an_order_that_is_found_is_told_with_the_step_that_shows_it() -> None:
    """Whoever is stopped before the step is committed has seen nothing: it is told again."""
    made = await workshop(consent(Placing.UNRESOLVED), lists=[(found(),)])
    looking = context(waiting(), Shelf(), arg=NUMBER)
    looking.services = replace(looking.services, store=made.storage, ordering=made.ordering)  # type: ignore[arg-type] - a fake of what is used
    assert await look(written(""), looking) is Step.PAYMENT
    placed = await made.storage.order(NUMBER)
    assert placed is not None
    assert await made.storage.untold_orders() == [placed]
    (told,) = looking.writes
    stored = await made.storage.load_session(ChatId(7), UserId(7))
    after = looking.session.replace(revision=2, session_id=stored.session_id)
    await made.storage.commit_step(StepCommit(after, 1, writes=(told,)))
    assert await made.storage.untold_orders() == []
