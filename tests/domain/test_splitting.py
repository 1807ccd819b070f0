"""More lines than one order takes: split the same way every time, offers kept together."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import Draft, OrderLine
from bot.domain.identifiers import OfferId, SellerId, SpecId
from bot.domain.offers import Wording
from bot.domain.splitting import MOST_IN_ORDER, left_after, orders_of

SELLER = SellerId("BBB")


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Up to four offers of one seller with up to 80 variants each, some with a minimum."""
    made: list[OrderLine] = []
    for offer in range(draw(st.integers(0, 4))):
        minimum = draw(st.sampled_from((1, 1, 3, 30, 500)))
        for spec in range(draw(st.integers(1, 80))):
            quantity = draw(st.sampled_from((1, 1, 2, 100)))
            made.append(_line(offer, spec, quantity, minimum))
    if draw(st.booleans()):
        made = draw(st.permutations(made))
    return Draft(seller_id=SELLER if made else None, lines=tuple(made))


@given(drafts())
def test_every_line_is_in_exactly_one_order(draft: Draft):
    """None is lost, none is ordered twice, and no order is too long or empty."""
    orders = orders_of(draft)
    split = [line for order in orders for line in order]
    assert sorted(split, key=repr) == sorted(draft.lines, key=repr)
    assert all(1 <= len(order) <= MOST_IN_ORDER for order in orders)


@given(drafts())
def test_what_fits_one_order_is_one_order(draft: Draft):
    """In the person's own sequence."""
    if len(draft.lines) <= MOST_IN_ORDER:
        assert orders_of(draft) == ((draft.lines,) if draft.lines else ())


@given(drafts())
def test_an_offer_is_cut_only_when_no_order_holds_it(draft: Draft):
    """Its minimum and its price tiers count its variants together."""
    orders = orders_of(draft)
    for offer in {line.offer_id for line in draft.lines}:
        size = sum(line.offer_id == offer for line in draft.lines)
        spread = sum(any(line.offer_id == offer for line in order) for order in orders)
        assert spread == -(-size // MOST_IN_ORDER)


@given(drafts())
def test_what_is_left_gives_the_orders_that_followed(draft: Draft):
    """After order 1 of 3 comes the very order 2 that was announced."""
    orders = orders_of(draft)
    if orders:
        assert orders_of(draft.without(orders[0])) == orders[1:]


@given(drafts(), st.integers(0, 3))
def test_what_was_ordered_leaves_and_the_rest_is_counted_on(draft: Draft, left_out: int):
    """The next order of a split draft has the next number; what was left out stays."""
    orders = orders_of(draft)
    if not orders:
        return
    ordered = orders[0][left_out:]
    after = left_after(draft, ordered)
    gone = {(line.offer_id, line.spec_id) for line in ordered}
    assert after.lines == tuple(
        line for line in draft.lines if (line.offer_id, line.spec_id) not in gone
    )
    assert after.orders_made == (1 if len(orders) > 1 else 0)
    if len(orders) > 1:
        assert left_after(after, orders_of(after)[0]).orders_made in {0, 2}


def test_sixty_variants_are_fifty_and_ten():
    """As full as can be: fewer orders may be left unpaid, and tiers are reached sooner."""
    assert _sizes(_draft(60)) == [50, 10]


def test_a_small_rest_gets_enough_for_the_minimum():
    """60 variants of one piece each with a minimum of 25: ten alone would be refused."""
    assert _sizes(_draft(60, minimum=25)) == [35, 25]


def test_unequal_quantities_are_dealt_out_where_a_cut_would_starve_a_piece():
    """Two variants carry all the weight: one goes into each order."""
    heavy = _draft(60, minimum=100, quantities={0: 100, 1: 100})
    units = [sum(line.quantity for line in order) for order in orders_of(heavy)]
    assert all(each >= 100 for each in units), units


def test_pieces_are_weighed_where_few_variants_have_most_of_the_units():
    """Nine of 200 and 43 of one: only 4 of the nine with the small ones leave 829 for both."""
    heavies = (0, 1, 2, 3, 24, 48, 49, 50, 51)
    heavy = _draft(52, minimum=829, quantities=dict.fromkeys(heavies, 200))
    units = [sum(line.quantity for line in order) for order in orders_of(heavy)]
    assert all(each >= 829 for each in units), units
    assert max(_sizes(heavy)) <= MOST_IN_ORDER


def test_where_no_split_reaches_the_minimum_it_is_split_all_the_same():
    """The marketplace's preview says so before anything is agreed to."""
    assert _sizes(_draft(60, minimum=59)) == [50, 10]


def _draft(count: int, minimum: int = 1, quantities: dict[int, int] | None = None) -> Draft:
    made = tuple(_line(1, spec, (quantities or {}).get(spec, 1), minimum) for spec in range(count))
    return Draft(seller_id=SELLER, lines=made)


def _sizes(draft: Draft) -> list[int]:
    return [len(order) for order in orders_of(draft)]


def _line(offer: int, spec: int, quantity: int, minimum: int) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(offer),
        spec_id=SpecId(f"{spec:032x}"),
        title=Wording(zh="杯子"),
        quantity=quantity,
        minimum=minimum,
    )
