"""What comes from a marketplace is named by the marketplace and its own id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.domain.drafts import Draft, OrderLine, OtherSeller
from bot.domain.identifiers import (
    ALIBABA_1688,
    AddressId,
    MarketplaceName,
    MarketplaceOrderId,
    NamedByMarketplace,
    OfferId,
    SellerId,
)
from bot.domain.model import Value
from bot.domain.offers import Wording

ELSEWHERE = MarketplaceName("taobao")
NAMES: list[type[NamedByMarketplace]] = [OfferId, SellerId, MarketplaceOrderId, AddressId]


class Holder(Value):
    offer: OfferId
    sellers: tuple[SellerId, ...] = ()


@pytest.mark.parametrize("kind", NAMES)
def test_one_id_at_two_marketplaces_is_two_things(kind: type[NamedByMarketplace]) -> None:
    """As a key, too; and no offer is a seller because their numbers are the same."""
    assert kind(7) == kind("7") != kind("7", ELSEWHERE)
    assert len({kind("7"), kind("7", ELSEWHERE), *(each("7") for each in NAMES)}) == len(NAMES) + 1
    assert str(kind("7", ELSEWHERE)) == "7"  # as people know it


@given(st.text(), st.text(min_size=1))
def test_a_stored_name_comes_back(own: str, marketplace: str) -> None:
    """Whatever texts a marketplace uses."""
    kept = Holder(offer=OfferId(own, MarketplaceName(marketplace)), sellers=(SellerId(own),))
    assert Holder.model_validate_json(kept.model_dump_json()) == kept
    assert Holder.model_validate(kept.model_dump()) == kept


def test_what_was_stored_before_marketplaces_had_names_is_of_1688() -> None:
    """0.1 stored offers as numbers and the rest as texts."""
    read = Holder.model_validate_json('{"offer": 670291644950, "sellers": ["BBB"]}')
    assert read == Holder(offer=OfferId("670291644950"), sellers=(SellerId("BBB"),))
    assert read.offer.marketplace == ALIBABA_1688
    assert read.model_dump(mode="json")["offer"] == {"marketplace": "1688", "id": "670291644950"}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        True,
        1.5,
        [],
        {},
        {"id": "7"},
        {"marketplace": "1688"},
        {"marketplace": "1688", "id": 7},
        {"marketplace": None, "id": "7"},
        {"marketplace": "1688", "id": "7", "more": 1},
        SellerId("7"),
    ],
)
def test_what_is_no_name_is_refused(odd: object) -> None:
    """A value that was damaged must not become another thing's name."""
    with pytest.raises(ValidationError):
        TypeAdapter(OfferId).validate_python(odd)


def _line(marketplace: MarketplaceName, quantity: int = 2) -> OrderLine:
    return OrderLine(
        offer_id=OfferId("7", marketplace), title=Wording(zh="杯子"), quantity=quantity
    )


def test_goods_of_two_marketplaces_never_mix() -> None:
    """The same numbers at another marketplace are another seller's other goods."""
    here = Draft().put([_line(ALIBABA_1688)], SellerId("S"))
    assert here.units_of(OfferId("7")) == 2
    assert here.units_of(OfferId("7", ELSEWHERE)) == 0
    assert _line(ALIBABA_1688).goods != _line(ELSEWHERE).goods
    assert here.without([_line(ELSEWHERE)]) == here
    with pytest.raises(OtherSeller):
        here.put(_line(ELSEWHERE), SellerId("S", ELSEWHERE))
