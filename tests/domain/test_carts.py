"""The cart: sellers kept apart, nothing lost, bounded."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cart import MOST_LINES, MOST_SELLERS, Cart, CartFull, TooManySellers
from bot.domain.drafts import Draft, OrderLine
from bot.domain.identifiers import OfferId, SellerId, SpecId
from bot.domain.offers import Wording
from tests.domain.strategies import lines

SELLERS = tuple(SellerId(f"BBB{number}") for number in range(4))

Goods = tuple[OfferId, SpecId | None]


@st.composite
def takings(draw: st.DrawFn) -> list[tuple[tuple[OrderLine, ...], SellerId]]:
    """Lines taken one after the other; an offer may change hands in between."""
    return draw(
        st.lists(
            st.tuples(st.lists(lines(), max_size=3).map(tuple), st.sampled_from(SELLERS)),
            max_size=8,
        )
    )


def _filled(taken: list[tuple[tuple[OrderLine, ...], SellerId]]) -> Cart:
    cart = Cart()
    for some, seller in taken:
        cart = cart.take(some, seller)
    return cart


carts = takings().map(_filled)


@given(takings())
def test_every_variant_taken_is_there_once_with_the_latest_quantity_and_seller(taken):
    """No line is lost and none stands twice, whatever was taken in between."""
    cart = _filled(taken)
    latest: dict[Goods, tuple[OrderLine, SellerId]] = {}
    for some, seller in taken:
        latest |= {_goods(line): (line, seller) for line in some}
    there = [(line, draft.seller_id) for draft in cart.drafts for line in draft.lines]
    assert Counter(map(repr, there)) == Counter(map(repr, latest.values()))


@given(carts, st.lists(lines(), min_size=1, max_size=3), st.sampled_from(SELLERS))
def test_taking_puts_the_draft_in_hand_aside(cart: Cart, some: list[OrderLine], seller: SellerId):
    """The lines' seller is in hand, with what that seller's draft had; the others wait."""
    noted = cart.replace(draft=cart.draft.replace(note="快点")) if cart.draft.lines else cart
    after = noted.take(some, seller)
    assert after.draft.seller_id == seller
    kept = {_goods(each) for each in cart.draft_of(seller).lines}
    assert {_goods(each) for each in after.draft.lines} == kept | {_goods(each) for each in some}
    assert all(each.lines for each in after.shelf)
    sellers = [each.seller_id for each in after.drafts]
    assert len(sellers) == len(set(sellers))
    survived = noted.draft.seller_id in sellers
    assert noted.draft.note in {each.note for each in after.drafts} or not survived


@given(carts, st.sampled_from(SELLERS))
def test_taking_nothing_changes_nothing(cart: Cart, seller: SellerId):
    """An old order all of whose goods are gone brings no empty draft."""
    assert cart.take((), seller) == cart


@given(carts, st.integers(-2, 5))
def test_a_draft_is_brought_back_whole(cart: Cart, index: int):
    """Only its place changes; an index that there is not is an error, never another draft."""
    if not 0 <= index < len(cart.drafts):
        with pytest.raises(IndexError):
            cart.bring(index)
        return
    after = cart.bring(index)
    assert after.draft == cart.drafts[index]
    assert sorted(map(repr, after.drafts)) == sorted(map(repr, cart.drafts))


@given(carts, st.integers(-2, 5))
def test_emptying_drops_one_draft_and_can_be_taken_back(cart: Cart, index: int):
    """The others stay as they are."""
    if not 0 <= index < len(cart.drafts):
        with pytest.raises(IndexError):
            cart.drop(index)
        return
    gone, after = cart.drafts[index], cart.drop(index)
    assert after.drafts == tuple(each for each in cart.drafts if each != gone)
    assert after.draft in {cart.draft, Draft()}
    restored = after.restore(gone)
    assert sorted(map(repr, restored.drafts)) == sorted(map(repr, cart.drafts))


@given(carts)
def test_the_estimate_is_that_of_all_lines(cart: Cart):
    """In fen, and None as soon as one price is missing."""
    prices = [line.unit_price for line in cart.lines]
    if None in prices:
        assert cart.estimate is None
    else:
        assert cart.estimate == sum((line.unit_price or 0) * line.quantity for line in cart.lines)


def test_a_full_cart_takes_new_quantities_but_no_more_lines():
    """The session's row stays small; what was asked for is not taken in part."""
    half = MOST_LINES // 2
    cart = Cart().take([_line(number) for number in range(half)], SELLERS[0])
    cart = cart.take([_line(number) for number in range(half, MOST_LINES)], SELLERS[1])
    with pytest.raises(CartFull):
        cart.take([_line(0, quantity=9), _line(MOST_LINES)], SELLERS[0])
    changed = cart.take([_line(0, quantity=9)], SELLERS[0])
    assert changed.draft.lines[0].quantity == 9
    assert len(changed.lines) == MOST_LINES


def test_there_are_only_so_many_sellers():
    """A list of drafts has to fit a screen."""
    cart = Cart()
    for number in range(MOST_SELLERS):
        cart = cart.take([_line(number)], SellerId(f"s{number}"))
    with pytest.raises(TooManySellers):
        cart.take([_line(99)], SellerId("one more"))
    assert cart.take([_line(99)], SellerId("s0")).draft.seller_id == SellerId("s0")


@given(carts)
def test_a_cart_survives_storage(cart: Cart):
    """JSON and back gives the same cart."""
    assert Cart.model_validate_json(cart.model_dump_json()) == cart


def _goods(line: OrderLine) -> Goods:
    return line.offer_id, line.spec_id


def _line(number: int, quantity: int = 1) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(1),
        spec_id=SpecId(f"{number:032x}"),
        title=Wording(zh="杯子"),
        quantity=quantity,
    )
