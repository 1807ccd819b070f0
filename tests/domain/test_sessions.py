"""Sessions: immutable, validated on every change, and what is left after a new start."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.addresses import Address
from bot.domain.asking import FiltersOpen
from bot.domain.cart import Cart
from bot.domain.drafts import Draft, OrderLine
from bot.domain.finding import Filter, Narrowing
from bot.domain.identifiers import (
    AddressId,
    ChatId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    SkuId,
    UserId,
)
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.quotes import Quote
from bot.domain.sessions import (
    AddressField,
    AddressForm,
    Announced,
    Delivery,
    Focus,
    Ordered,
    Picking,
    Query,
    Quoted,
    Session,
    Step,
)
from tests.domain.strategies import SELLER

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEPT_WHEN_CLEARED = {
    "session_id",
    "chat_id",
    "user_id",
    "revision",
    "language",
    "language_chosen",
    "delivery",
    "album_id",
    "topic",
    "taps",
}


def _session(**fields: object) -> Session:
    return Session(session_id="ABC234", chat_id=ChatId(1), user_id=UserId(2), **fields)


def _full() -> Session:
    line = OrderLine(offer_id=OfferId(1), title=Wording(zh="杯子"), quantity=2)
    return (
        _session(
            revision=9,
            step=Step.PREVIEW,
            language="zh",
            language_chosen=True,
            topic=7,
            query=Query(keyword="杯子", page=2),
            picking=Picking(offer_id=OfferId(1), chosen={"颜色": "白"}, sku_id=SkuId(4)),
            cart=Cart(
                draft=Draft(seller_id=SELLER, lines=(line,), note="blue", orders_made=1),
                shelf=(Draft(seller_id=SellerId("BBBother"), lines=(line,)),),
            ),
            delivery=Delivery(
                address_id=AddressId(6),
                address=Address(
                    full_name="王小明",
                    mobile="13812345678",
                    province="上海市",
                    city="上海市",
                    street="南京东路1号",
                    district_code="310101",
                ),
            ),
            form=AddressForm(asking=AddressField.STREET, candidates=("310101",)),
            quoted=Quoted(
                quote=Quote(lines=(), goods=Fen(1), freight=Fen(2), total=Fen(3)),
                together=Fen(9),
                change={"goods": 1, "freight": 0, "total": 1, "lines_changed": False},
            ),
            ordered=Ordered(order_no=MerchantOrderNo("S1"), message_id=78),
            focus=Focus(
                asking=FiltersOpen(ticked=Narrowing(filters=(Filter.FACTORY,))),
                page=3,
                return_to=Step.PREVIEW,
            ),
            announced=Announced(
                asked_quantity=5, dropped=Draft(seller_id=SellerId("BBBgone"), lines=(line,))
            ),
            album_id="77",
        )
        .with_flash("hello", money={"total": 12}, name="王")
        .tapped("x:1", NOW)
    )


def test_the_full_session_leaves_no_field_at_its_default():
    """Keeps the tests below honest when a field is added."""
    fresh = _session()
    same = {name for name in Session.model_fields if getattr(fresh, name) == getattr(_full(), name)}
    assert same == {"session_id", "chat_id", "user_id"}


def test_a_session_survives_storage():
    """Every field comes back as it was."""
    assert Session.model_validate_json(_full().model_dump_json()) == _full()


def test_numbers_hold_for_the_draft_they_were_of():
    """Another draft in hand, or a changed one, has to be quoted anew."""
    full = _full()
    aside = full.cart.take(full.cart.shelf[0].lines, SellerId("BBBother"))
    moved = full.with_cart(aside)
    assert moved.quoted == Quoted()
    assert moved.cart == aside
    kept = full.with_cart(full.cart.drop(1))
    assert (kept.quoted, kept.cart.shelf) == (full.quoted, ())


def test_a_note_changes_no_numbers():
    """The marketplace was not asked about it."""
    full = _full()
    noted = full.with_draft(full.draft.replace(note="red"))
    assert (noted.draft.note, noted.cart.shelf, noted.quoted) == (
        "red",
        full.cart.shelf,
        full.quoted,
    )


def test_a_field_of_a_later_version_is_passed_over():
    """A row written by a newer release stays readable."""
    stored = _full().model_dump() | {"invented_later": 1}
    assert Session.model_validate(stored) == _full()


@pytest.mark.parametrize(
    "changes",
    [
        {"step": "nowhere"},
        {"focus": {"page": "many"}},
        {"focus": {"asking": {"kind": "nothing"}}},
        {"cart": {"draft": 7}},
        {"query": {"page": 0}},
        {"announced": None},
    ],
)
def test_replacing_validates(changes: dict[str, object]):
    """A value that the field does not admit never gets into a session."""
    with pytest.raises(ValidationError):
        _full().replace(**changes)


def test_replacing_an_unknown_name_is_refused():
    """A misspelt field is an error, not a change that is lost."""
    with pytest.raises(ValueError, match="stepp"):
        _full().replace(stepp=Step.START)


def test_replacing_leaves_the_session_of_before_alone():
    """The old value stays, and no dictionary is shared with a new one."""
    before = _full()
    after = before.picking.replace(sku_id=None)
    after.chosen["尺码"] = "M"
    assert before == _full()
    assert before.picking.chosen == {"颜色": "白"}
    assert before.replace() == before


def test_a_session_cannot_be_assigned_to():
    """Changes go through `replace`, which validates."""
    with pytest.raises(ValidationError, match="frozen"):
        _full().step = Step.START


def test_a_cleared_session_keeps_the_person_and_drops_the_order():
    """Language, address, taps and other sellers' drafts stay; all else starts anew."""
    full, cleared, fresh = _full(), _full().cleared(), _session()
    for name in Session.model_fields:
        source = full if name in KEPT_WHEN_CLEARED else fresh
        if name != "cart":
            assert getattr(cleared, name) == getattr(source, name), name
    assert cleared.cart == Cart(shelf=full.cart.shelf)
    assert cleared.cleared() == cleared


@given(st.lists(st.text(max_size=8), max_size=20))
def test_only_the_latest_taps_are_kept(taps: list[str]):
    """Six are enough to tell a double tap; the row does not grow."""
    session = _session()
    for number, data in enumerate(taps):
        session = session.tapped(data, NOW + timedelta(seconds=number))
    assert [tap.data for tap in session.taps] == taps[-6:]


def test_a_flash_carries_texts_numbers_and_money():
    """One line above the next screen; a later one takes its place."""
    flash = _full().announced.flash
    assert flash is not None
    assert (flash.key, flash.params, flash.money) == ("hello", {"name": "王"}, {"total": 12})
    later = _full().with_flash("bye").announced.flash
    assert later is not None
    assert (later.key, later.params, later.money) == ("bye", {}, {})


def test_steps_stand_in_the_order_of_the_journey():
    """The order in which a person meets them."""
    assert [step.value for step in Step] == [
        "start",
        "results",
        "offer",
        "variant",
        "quantity",
        "watch",
        "cart",
        "lines",
        "address",
        "address_form",
        "preview",
        "placing",
        "payment",
        "proof",
        "case",
        "terms",
        "question",
        "answer",
        "publish",
        "buy_terms",
        "joining",
        "buy",
    ]
