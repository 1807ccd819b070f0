"""Previews: mixed units, sums that have to hold, entries that cannot be ordered (contract 5.1)."""

from typing import Any

import pytest
from daji_gateway import PENCILS, PREVIEWED, Gateway, as_json, enveloped, example, line
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.money import to_yuan
from bot.marketplace.daji.mapping_quote import quote
from bot.marketplace.daji.wire import read_json
from bot.marketplace.daji.wire_orders import PreviewEntry
from bot.marketplace.errors import RefusalReason, Refused, Unreadable


def cargo(amount: object = 13.21, unit: object = 13.9, **other: Any) -> dict[str, Any]:
    return {
        "offerId": PREVIEWED.offer_id,
        "specId": PREVIEWED.spec_id,
        "amount": amount,
        "finalUnitPrice": unit,
    } | other


def entry(**other: Any) -> dict[str, Any]:
    return {
        "sumPayment": 1671,
        "sumCarriage": 350,
        "sumPaymentNoCarriage": 1321,
        "status": True,
        "tradeModeNameList": ["assureTrade"],
        "cargoList": [cargo()],
        "shopPromotionList": [],
    } | other


def preview(*entries: dict[str, Any], **other: Any) -> bytes:
    return enveloped({"orderPreviewResuslt": list(entries), "success": True} | other)


async def test_several_entries_add_up(gateway: Gateway, client, address):
    """Each entry is one order that create would make."""
    second = entry(
        sumPayment=896,
        sumCarriage=0,
        sumPaymentNoCarriage=896,
        cargoList=[cargo(8.96, 1.8, offerId=PENCILS.offer_id, specId=PENCILS.spec_id)],
    )
    gateway.answers(preview(entry(), second))
    result = await client.preview([PREVIEWED, PENCILS], address)
    assert (result.total, result.goods, result.freight) == (2567, 2217, 350)
    assert (result.parts, result.discount) == (2, 69 + 4)


async def test_a_line_split_over_two_entries(gateway: Gateway, client, address):
    """Its amounts are one line to the person."""
    gateway.answers(preview(entry(), entry()))
    result = await client.preview([line(PREVIEWED.offer_id, PREVIEWED.spec_id, 2)], address)
    assert [(each.amount, each.unit_price) for each in result.lines] == [(2642, 1390)]
    assert result.discount == 138


@pytest.mark.parametrize("spec", [None, ""])
async def test_offers_without_variants(gateway: Gateway, client, address, spec):
    """No `specId` goes out; null or an empty text comes back."""
    gateway.answers(preview(entry(cargoList=[cargo(specId=spec)])))
    wanted = line(PREVIEWED.offer_id, None, 1)
    result = await client.preview([wanted], address)
    assert "specId" not in gateway.body["cargoParamList"][0]
    assert result.line_for(wanted) is not None


@pytest.mark.parametrize(
    ("fee", "total", "additional"), [(50, 1721, 50), (50, 1671, 0), (None, 1671, 0)]
)
async def test_additional_fees(gateway: Gateway, client, address, fee, total, additional):
    """Whether goods contain them already is not said, so the sum to pay decides."""
    gateway.answers(preview(entry(additionalFee=fee, sumPayment=total)))
    result = await client.preview([PREVIEWED], address)
    assert (result.total, result.additional) == (total, additional)


@pytest.mark.parametrize("promotion", [{"shopPromotionList": [{"id": 1}]}, {"discountFee": 121}])
async def test_shop_promotions_lower_the_goods_below_the_lines(gateway, client, address, promotion):
    """A discount on the whole order is in no line; it is told as part of the discount."""
    gateway.answers(preview(entry(sumPaymentNoCarriage=1200, sumPayment=1550, **promotion)))
    result = await client.preview([PREVIEWED], address)
    assert (result.goods, result.lines[0].amount, result.discount) == (1200, 1321, 190)


async def test_a_free_gift_is_no_line_of_ours(gateway: Gateway, client, address):
    """A line that was not asked for passes as long as it costs nothing."""
    gateway.answers(preview(entry(cargoList=[cargo(), cargo(0, 0, offerId=9)])))
    assert len((await client.preview([PREVIEWED], address)).lines) == 1


@pytest.mark.parametrize(
    "broken",
    [
        entry(sumPayment=1672),
        entry(sumPayment=16.71, sumCarriage=3.5, sumPaymentNoCarriage=13.21),
        entry(sumPayment=1671.0),
        entry(sumPayment="1671"),
        entry(sumPayment=None),
        entry(sumPayment=True),
        entry(sumPayment=971, sumCarriage=-350),
        entry(cargoList=[cargo(1321)]),
        entry(cargoList=[cargo(13.205)]),
        entry(cargoList=[cargo("about 13")]),
        entry(cargoList=[cargo(None)]),
        entry(cargoList=[cargo(-13.21)]),
        entry(cargoList=[cargo(13.22)]),
        entry(cargoList=[cargo(13.2)], shopPromotionList=[{"id": 1}]),
        entry(cargoList=[]),
        entry(cargoList=[cargo(specId="f" * 32)]),
        entry(cargoList=[cargo(offerId=9)]),
        entry(cargoList=[cargo(10), cargo(3.21, offerId=9)]),
    ],
)
async def test_money_that_does_not_add_up(gateway: Gateway, client, address, broken):
    """Wrong units, broken sums, missing lines: a total nobody could be asked to agree to."""
    gateway.answers(preview(broken))
    with pytest.raises(Unreadable):
        await client.preview([PREVIEWED], address)
    assert len(gateway.requests) == 1


async def test_every_line_that_was_asked_for_has_to_come_back(gateway, client, address):
    """Sums that hold prove nothing about a line that is not in them."""
    gateway.answers(preview(entry()))
    with pytest.raises(Unreadable, match="1 of 2 lines are missing"):
        await client.preview([PREVIEWED, PENCILS], address)


@pytest.mark.parametrize("content", [preview(), enveloped(None), enveloped({"success": True})])
async def test_a_preview_without_an_entry(gateway: Gateway, client, address, content):
    """Success without numbers is nothing to agree to."""
    gateway.answers(content)
    with pytest.raises(Unreadable):
        await client.preview([PREVIEWED], address)


async def test_huge_exponents_end_quickly(gateway: Gateway, client, address):
    """A number such as 1E+999999 is refused before any arithmetic."""
    text = preview(entry(cargoList=[cargo(7777)])).replace(b"7777", b"1E+999999")
    gateway.answers(text)
    with pytest.raises(Unreadable):
        await client.preview([PREVIEWED], address)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"status": False}, RefusalReason.NOT_TRADABLE),
        ({"tradeModeNameList": []}, RefusalReason.NOT_TRADABLE),
        ({"status": False, "resultCode": "500_004"}, RefusalReason.OUT_OF_STOCK),
        (
            {"status": False, "cargoList": [{"resultCode": "500_005", "message": "min"}]},
            RefusalReason.BELOW_MINIMUM,
        ),
        (
            {"status": False, "sumPayment": None, "resultCode": "500_001"},
            RefusalReason.NOT_TRADABLE,
        ),
    ],
)
async def test_entries_that_cannot_be_ordered(gateway, client, address, state, reason):
    """One such entry refuses the whole, with its own code where it has one."""
    gateway.answers(preview(entry(), entry(**state)))
    with pytest.raises(Refused) as caught:
        await client.preview([PREVIEWED], address)
    assert caught.value.reason is reason


async def test_carriage_to_be_agreed_binds_nobody(gateway: Gateway, client, address):
    """Such an offer has no total to agree to."""
    gateway.answers(preview(entry(), postFeeByDescOfferList=[PREVIEWED.offer_id]))
    with pytest.raises(Refused) as caught:
        await client.preview([PREVIEWED], address)
    assert caught.value.reason is RefusalReason.FREIGHT_NOT_FIXED


async def test_an_absent_list_of_trade_modes_is_no_empty_one(gateway, client, address):
    """Only an empty list says that the offer cannot be ordered this way."""
    gateway.answers(preview(entry(tradeModeNameList=None)))
    assert (await client.preview([PREVIEWED], address)).total == 1671


def test_the_sample_reads_without_floats():
    """Bare decimals arrive as `Decimal`, digit by digit."""
    parsed = read_json(as_json(example("09")["response"]))
    amount = parsed["data"]["orderPreviewResuslt"][0]["cargoList"][0]["amount"]
    assert str(amount) == "13.21"
    assert not isinstance(amount, float)


fen = st.integers(0, 10**9)


@given(amount=fen, carriage=fen, saved=fen, quantity=st.integers(1, 10_000))
def test_every_consistent_entry_becomes_its_quote(amount, carriage, saved, quantity):
    """Whole fen go through text and `Decimal` unharmed; the discount is what was saved."""
    listed = -(-(amount + saved) // quantity)
    text = as_json(
        entry(
            sumPayment=amount + carriage,
            sumCarriage=carriage,
            sumPaymentNoCarriage=amount,
            cargoList=[cargo(str(to_yuan(amount)), str(to_yuan(listed)))],
        )
    )
    wanted = line(PREVIEWED.offer_id, PREVIEWED.spec_id, quantity)
    result = quote([PreviewEntry.model_validate(read_json(text))], [wanted])
    assert (result.goods, result.freight, result.total) == (amount, carriage, amount + carriage)
    assert result.lines[0].unit_price == listed
    assert result.discount == listed * quantity - amount


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.text() | st.booleans())
def test_only_whole_numbers_are_fen(value):
    """No other type is taken for an amount in fen, whatever it holds."""
    with pytest.raises(ValidationError):
        PreviewEntry.model_validate(entry(sumPayment=value))
