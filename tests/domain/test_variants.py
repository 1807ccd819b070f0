"""Choosing a variant attribute by attribute, by button or by typed name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import OfferId, SellerId, SkuId, SpecId
from bot.domain.offers import Offer, QuoteType, Seller, Sku, SkuAttribute, Wording
from bot.domain.variants import choices, matching, named, next_attribute

COLOUR, SIZE = Wording(zh="颜色", translated="Colour"), Wording(zh="尺码", translated="Size")
WHITE, RED = Wording(zh="白色", translated="White"), Wording(zh="红色", translated="Red")


def sku(number: int, stock: int, *values: tuple[Wording, Wording]) -> Sku:
    return Sku(
        sku_id=SkuId(number),
        spec_id=SpecId(f"{number:032x}"),
        stock=stock,
        attributes=tuple(SkuAttribute(name=name, value=value) for name, value in values),
    )


def offer(*skus: Sku) -> Offer:
    return Offer(
        offer_id=OfferId(600_000_000_001),
        title=Wording(zh="衣服", translated="Clothes"),
        quote_type=QuoteType.SKUS_BY_QUANTITY,
        skus=skus,
        stock=sum(each.stock for each in skus),
        seller=Seller(seller_id=SellerId("s")),
    )


def size(name: str) -> Wording:
    return Wording(zh=name, translated=name)


def test_attributes_are_asked_for_in_the_sellers_order_until_one_variant_is_left() -> None:
    """What no longer tells variants apart is not asked for."""
    shirts = offer(
        sku(1, 5, (COLOUR, WHITE), (SIZE, size("S"))),
        sku(2, 5, (COLOUR, WHITE), (SIZE, size("M"))),
        sku(3, 5, (COLOUR, RED), (SIZE, size("M"))),
    )
    assert next_attribute(shirts, {}) == COLOUR
    assert next_attribute(shirts, {"颜色": "白色"}) == SIZE
    assert next_attribute(shirts, {"颜色": "红色"}) is None
    assert len(matching(shirts, {"颜色": "红色"})) == 1


def test_an_attribute_that_every_variant_shares_is_not_asked_for() -> None:
    """A choice of one is none."""
    shirts = offer(
        sku(1, 5, (COLOUR, WHITE), (SIZE, size("S"))), sku(2, 5, (COLOUR, WHITE), (SIZE, size("M")))
    )
    assert next_attribute(shirts, {}) == SIZE


def test_variants_alike_in_every_attribute_are_left_together() -> None:
    """Nothing can be asked for that tells them apart: they are listed by themselves."""
    twins = offer(sku(1, 5, (COLOUR, WHITE)), sku(2, 0, (COLOUR, WHITE)))
    assert next_attribute(twins, {}) is None
    assert len(matching(twins, {})) == 2


def test_a_variant_without_an_attribute_stays_within_reach() -> None:
    """Nobody could choose "no size": such an attribute is not asked for."""
    mixed = offer(
        sku(1, 5, (COLOUR, WHITE), (SIZE, size("S"))),
        sku(2, 5, (COLOUR, WHITE)),
        sku(3, 5, (COLOUR, RED), (SIZE, size("S"))),
    )
    assert next_attribute(mixed, {}) == COLOUR
    assert next_attribute(mixed, {"颜色": "白色"}) is None
    assert [each.sku_id for each in matching(mixed, {"颜色": "白色"})] == [1, 2]


def test_a_value_tells_whether_it_can_be_had() -> None:
    """Stock over all variants that it leads to; a missing combination is none at all."""
    shirts = offer(
        sku(1, 5, (COLOUR, WHITE), (SIZE, size("S"))),
        sku(2, 7, (COLOUR, RED), (SIZE, size("M"))),
    )
    small, medium = choices(shirts, {"颜色": "白色"}, "尺码")
    assert (small.exists, small.stock) == (True, 5)
    assert (medium.exists, medium.stock) == (False, 0)


def test_a_name_is_taken_whole_in_either_language() -> None:
    """However it is typed: case, width and spaces do not matter."""
    both = [WHITE, RED, Wording(zh="米白色", translated="Off White")]
    assert [named(both, text) for text in ("白色", "white", "ＷＨＩＴＥ", " Off  white ")] == [
        0,
        0,
        0,
        2,
    ]


def test_a_part_is_taken_when_only_one_name_has_it() -> None:
    """Otherwise nobody knows which was meant."""
    both = [WHITE, RED, Wording(zh="米白色", translated="Off White")]
    assert named(both, "红") == 1
    assert named(both, "米") == 2
    assert named(both, "色") is None
    assert named(both, "off") == 2


def test_a_letter_is_no_part_of_a_word() -> None:
    """A typed M means the size M, not a name that happens to contain the letter."""
    sizes = [size("MEDIUM"), size("L")]
    assert named(sizes, "M") is None
    assert named(sizes, "ed") is None
    assert named([size("XL"), size("L")], "l") == 1


_SIZES = ("S", "M", "L", "XL", "2XL", "XXXXL")


@pytest.mark.parametrize(
    ("values", "typed", "meant"),
    [
        # a number is a whole number
        (("0.5米", "1米", "2米"), "5米", None),
        (("0.5米", "1米", "2米"), "0.5 米", "0.5米"),
        (("0.25kg", "0.5kg"), "25kg", None),
        (("0.25kg", "0.5kg"), "0.5公斤", "0.5kg"),
        (("0.25kg", "0.5kg"), "5公斤", None),
        (("10厘米", "20厘米"), "10 cm", "10厘米"),
        (("0.5米", "1米"), "1m", "1米"),
        # what is said around a value
        (("黑色", "白色"), "我要黑色的", "黑色"),
        (("黑色", "白色"), "黑的", "黑色"),
        (("黑色", "白色"), "不要黑色", None),
        (("黑色", "白色"), "黑色和白色的", None),
        (("S", "M", "XL"), "size M please", "M"),
        (("S", "M", "XL"), "xl码", "XL"),
        (("36", "38"), "38码", "38"),
        (("red", "wine red"), "i want red", "red"),
        (("light gray", "gray"), "Grey", "gray"),
        (("10个装", "100个装"), "1个", None),
        (("10个装", "1个装"), "1个装", "1个装"),
        (("42码", "42.5码"), "42", "42码"),
        (("500ml", "1500ml"), "500", "500ml"),
        (("500ml", "1500ml"), "５００ ML", "500ml"),
        (("100-110cm", "120-130cm"), "110", None),
        (("1/2寸", "1寸"), "2寸", None),
        (("A5", "A55"), "a5", "A5"),
        # a size is one size, however many x it is written with
        (_SIZES, "XXL", "2XL"),
        (_SIZES, "4xl", "XXXXL"),
        (_SIZES, "3XL", None),
        (("XL", "2XL"), "xl", "XL"),
        (("S", "XXXXL"), "XXL", None),
        # a word is a whole word
        (("Female Child", "Women's Kids"), "male", None),
        (("Female Child", "Women's Kids"), "men", None),
        (("Female Child", "Women’s Kids"), "women's", "Women’s Kids"),
        (("Red", "Navy blue"), "navy blue", "Navy blue"),
        (("Redwood", "Blue"), "red", None),
        # a shade is another colour, and so are two together
        (("Red", "Navy blue"), "blue", None),
        (("Dark red", "Blue"), "red", None),
        (("Dark red", "Red"), "red", "Red"),
        (("Dark red", "Blue"), "dark red", "Dark red"),
        (("Dark red", "Blue"), "dark", "Dark red"),
        (("Light grey M", "Black M"), "grey", None),
        (("Black and white", "Green"), "black", None),
        (("Red blue", "Green"), "red", None),
        (("Rose gold", "Silver"), "gold", None),
        (("Colour: red", "Colour: blue"), "red", "Colour: red"),
        (("XL red", "XL blue"), "red", "XL red"),
        (("Red XL", "Blue XL"), "red", "Red XL"),
        (("Тёмно красный", "Синий"), "красный", None),
        # what negates or changes it makes another thing of it
        (("不带灯", "双灯"), "带灯", None),
        (("不带灯", "带灯"), "带灯", "带灯"),
        (("无线充电", "常规"), "线充电", None),
        (("Non-slip", "Plain"), "slip", None),
        (("without lid", "steel"), "lid", None),
        (("特大号", "中号"), "大号", None),
        (("酒红色", "黑色"), "红", None),
        (("粉红", "黑"), "红", None),
        (("浅蓝", "蓝白"), "蓝", None),
        (("5*10cm", "10*15cm"), "5×10cm", "5*10cm"),
        (("5*10", "10*15"), "5x10", "5*10"),
        (("½", "1"), "1/2", "½"),
        (("深蓝色", "黑色"), "蓝色", None),
        (("黑色加绒", "黑色常规"), "加绒", "黑色加绒"),
        (("红色M码", "红色L码"), "M", "红色M码"),
    ],
)
def test_a_part_is_made_of_whole_words_and_numbers(
    values: tuple[str, ...], typed: str, meant: str | None
) -> None:
    """A wrong variant is the costliest mistake: what only may be meant is left to a button."""
    index = named([Wording(zh=each) for each in values], typed)
    assert (None if index is None else values[index]) == meant


def test_alike_names_and_empty_texts_choose_nothing() -> None:
    """A wrong variant is the costliest mistake."""
    assert named([WHITE, WHITE], "white") is None
    assert named([WHITE, Wording(zh="")], "") is None
    assert named([], "white") is None


_PAIRS = st.tuples(st.sampled_from([COLOUR, SIZE]), st.sampled_from([WHITE, RED, size("S")]))


@given(
    st.lists(st.lists(_PAIRS, max_size=3), max_size=6),
    st.dictionaries(st.sampled_from(["颜色", "尺码"]), st.sampled_from(["白色", "S"])),
    st.sampled_from(["颜色", "尺码"]),
)
def test_a_choice_is_what_would_match_if_it_were_made(traits, chosen, attribute) -> None:
    """Also of goods that lack an attribute, or name it twice; what was chosen of it counts not."""
    goods = offer(*(sku(number, number, *each) for number, each in enumerate(traits, 1)))
    told = choices(goods, chosen, attribute)
    values = [each.value.zh for each in told]
    assert sorted(values) == sorted(
        {v.value.zh for s in goods.skus for v in s.attributes if v.name.zh == attribute}
    )
    for each in told:
        left = matching(goods, {**chosen, attribute: each.value.zh})
        assert (each.exists, each.stock) == (bool(left), sum(sku.stock for sku in left))
