"""The variant step where sellers are careless: alike, nameless or changing variants."""

import pytest
from goods import OFFER_ID, Shelf, context, offer, session, sku, view, written

from bot.domain.offers import Wording
from bot.domain.sessions import Picking, Step
from bot.domain.writes import KeepOffer
from bot.marketplace.errors import Unreachable
from handlers import variant
from handlers.offer import OfferView


def labels(shown) -> list[str]:
    return [button.text for row in shown.rows for button in row]


def keys(shown) -> list[str]:
    return [button.arg for row in shown.rows for button in row if button.action == "value"]


def at_variant(**changes):
    picking = Picking(offer_id=OFFER_ID, **changes)
    return session(step=Step.VARIANT, picking=picking)


async def opened(of, shelf, *, arg=None):
    """A context whose stored offer is the one on the shelf."""
    made = context(of, shelf, arg=arg)
    made.write(KeepOffer(shelf.offers[OFFER_ID]))
    return made


async def test_variants_that_are_alike_in_everything_are_told_apart_by_number() -> None:
    """Each keeps its own button; the one that is pressed is the one that is taken."""
    twins = offer(sku(1), sku(2), sku(3))
    shown = variant.screen(view(at_variant(), OfferView, offer=twins))
    assert labels(shown)[:3] == ["1. 白色", "2. 白色", "3. 白色"]
    made = await opened(at_variant(), Shelf(twins), arg=keys(shown)[1])
    assert await variant.value(written(""), made) is Step.QUANTITY
    assert made.session.picking.sku_id == 2


async def test_variants_without_any_name_can_be_chosen() -> None:
    """Some sellers leave it empty: then the number is the name."""
    nameless = offer(sku(1, ""), sku(2, ""))
    shown = variant.screen(view(at_variant(), OfferView, offer=nameless))
    assert labels(shown)[:2] == ["Variant 1", "Variant 2"]
    made = await opened(at_variant(), Shelf(nameless))
    assert await variant.text(written("2"), made) is Step.QUANTITY
    assert made.session.picking.sku_id == 2


async def test_a_button_means_its_value_though_the_list_has_changed() -> None:
    """The stored offer may be replaced while a screen stands; the wrong colour is never taken."""
    before = offer(sku(1, "白色"), sku(2, "红色"))
    shown = variant.screen(view(at_variant(), OfferView, offer=before))
    after = offer(sku(3, "黑色"), sku(1, "白色"), sku(2, "红色"))
    made = await opened(at_variant(), Shelf(after), arg=keys(shown)[0])
    assert await variant.value(written(""), made) is Step.QUANTITY
    assert made.session.picking.sku_id == 1


async def test_a_value_that_is_gone_is_said_to_be_gone() -> None:
    """Its button chooses nothing, and the list comes as it stands now."""
    before = offer(sku(1, "白色"), sku(2, "红色"))
    gone = keys(variant.screen(view(at_variant(), OfferView, offer=before)))[0]
    after = offer(sku(2, "红色"), sku(3, "黑色"))
    made = await opened(at_variant(), Shelf(after), arg=gone)
    assert await variant.value(written(""), made) is None
    assert made.session.announced.flash.key == "variant.moved"
    assert made.session.picking.sku_id is None


async def test_a_variant_withdrawn_at_the_last_moment_is_not_taken() -> None:
    """The offer is read again at the choice: what it no longer has begins anew."""
    before, after = offer(sku(1, "白色"), sku(2, "红色")), offer(sku(2, "红色"), sku(3, "黑色"))
    shown = variant.screen(view(at_variant(), OfferView, offer=before))
    made = context(at_variant(), Shelf(after), arg=keys(shown)[0])
    made.write(KeepOffer(before))
    assert await variant.value(written(""), made) is None
    assert made.session.announced.flash.key == "variant.withdrawn"
    assert made.session.announced.flash.params["value"] == Wording(zh="白色", translated="白色")
    assert await made.offer() == after


async def test_a_number_that_now_means_another_variant_is_not_taken() -> None:
    """The same number with another specification is a different thing."""
    before = offer(sku(1, "白色"), sku(2, "红色"))
    other = sku(1, "白色").replace(spec_id="f" * 32)
    made = context(
        at_variant(),
        Shelf(offer(other, sku(2, "红色"))),
        arg=keys(variant.screen(view(at_variant(), OfferView, offer=before)))[0],
    )
    made.write(KeepOffer(before))
    assert await variant.value(written(""), made) is None
    assert made.session.announced.flash.key == "variant.withdrawn"


async def test_what_was_chosen_before_a_withdrawal_does_not_trap() -> None:
    """Earlier choices that lead nowhere any more are forgotten, not shown as an empty list."""
    of = at_variant(chosen={"颜色": "紫色"})
    shown = variant.screen(view(of, OfferView, offer=offer(sku(1, "白色"), sku(2, "红色"))))
    assert labels(shown)[:2] == ["白色", "红色"]


async def test_a_failing_marketplace_is_left_to_the_conversation() -> None:
    """It says so and stays; nothing half chosen is kept."""
    mugs = offer(sku(1, "白色"), sku(2, "红色"))
    shelf = Shelf(mugs)
    shelf.error = Unreachable("down", endpoint="product_detail")
    made = await opened(
        at_variant(), shelf, arg=keys(variant.screen(view(at_variant(), OfferView, offer=mugs)))[0]
    )
    with pytest.raises(Unreachable):
        await variant.value(written(""), made)
    assert made.session.picking.chosen == {}


async def test_numbers_choose_only_where_numbers_are_shown() -> None:
    """Without a sheet the list has no numbers, so a typed 2 means nothing."""
    plain = offer(sku(1, "白色"), sku(2, "红色"))
    made = await opened(at_variant(), Shelf(plain))
    assert await variant.text(written("2"), made) is None
    assert made.session.announced.flash.key == "variant.use_buttons"


async def test_sizes_that_are_numbers_are_names() -> None:
    """A typed 38 is the size, never the thirty-eighth of a list."""
    pictured = offer(*(sku(n, str(n), picture=f"https://img.test/{n}.jpg") for n in range(36, 44)))
    made = await opened(at_variant(), Shelf(pictured))
    assert await variant.text(written("38"), made) is Step.QUANTITY
    assert made.session.picking.sku_id == 38
