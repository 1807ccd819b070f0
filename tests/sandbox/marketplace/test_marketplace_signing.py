"""Signatures: the published vectors, and who is let in."""

import json
from typing import Any

import pytest
from marketplace_client import (
    DETAIL,
    FREIGHT,
    KEYWORD_SEARCH,
    PAGE,
    Caller,
    example,
)
from marketplace_goods import TSHIRT

from sandbox.marketplace.access import check_access
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.envelope import GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.signing import push_signature, signature, string_to_sign
from sandbox.marketplace.switches import Switches

VECTORS = example("00-signature-vectors.json")
FREIGHT_BODY = {
    "offerId": TSHIRT,
    "toProvinceCode": "330000",
    "toCityCode": "330100",
    "toCountryCode": "330108",
    "totalNum": 5,
    "logisticsSkuNumModels": [{"skuId": "4829152353068", "number": 5}],
}


def nesting(vector: dict[str, Any]) -> str:
    return "java" if "toString" in vector["case"] else "json"


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["case"])
def test_every_published_vector_is_accepted_by_the_verifier(vector: dict[str, Any]) -> None:
    """The verifier computes the published string and lets the published digest in."""
    pairs, nested = list(vector["params"].items()), nesting(vector)
    assert string_to_sign(pairs, VECTORS["secret"], nested) == vector["stringToSign"]
    call = ApiCall(pairs=[*pairs, ("sign", vector["sign"])], base_url="", is_json=True)
    config = MarketplaceConfig(app_key="dj_test_key", app_secret=VECTORS["secret"])
    check_access(call, config, Switches(nested_signing=nested))
    wrong = ApiCall(pairs=[*pairs, ("sign", vector["sign"].lower())], base_url="", is_json=True)
    with pytest.raises(GatewayRefusal):
        check_access(wrong, config, Switches(nested_signing=nested))


@pytest.mark.parametrize("vector", VECTORS["pushVectors"], ids=["official", "bare"])
def test_push_vectors(vector: dict[str, Any]) -> None:
    """Both readings of the push signature give their published digest."""
    rule = "official" if '"message" +' in vector["rule"] else "bare"
    assert push_signature(vector["message"], VECTORS["secret"], rule) == vector["signature"]


@pytest.mark.parametrize(
    "credentials",
    [
        {"appKey": "demo"},
        {"appKey": "demo", "sign": "0" * 32},
        {"appKey": "other", "sign": "0" * 32},
        {"sign": "0" * 32},
        {"appKey": "demo", "appSecret": "demo"},
    ],
)
async def test_a_call_without_proof_is_refused(market: Caller, credentials: dict[str, str]) -> None:
    """Missing, wrong and (by default) clear credentials get code 401, a text and a trace."""
    answer = await market.http.get(
        DETAIL, params={"offerId": str(TSHIRT), "country": "en"} | credentials
    )
    body = answer.json()
    assert answer.status_code == 200
    assert body["code"] == 401
    assert body["data"] is None
    assert body["message"]
    assert len(body["traceId"]) == 12


async def test_clear_secret_only_when_switched_on_and_never_beside_a_signature(
    market: Caller,
) -> None:
    """The switch lets `appSecret` in by itself; together with `sign` it stays refused."""
    await market.switch(clear_credentials="accepted")
    plain = {"offerId": str(TSHIRT), "country": "en", "appKey": "demo", "appSecret": "demo"}
    assert (await market.http.get(DETAIL, params=plain)).json()["code"] == 200
    wrong = await market.http.get(DETAIL, params=plain | {"appSecret": "guess"})
    assert wrong.json()["code"] == 401
    both = plain | {"sign": signature(plain.items(), "demo", "json")}
    assert (await market.http.get(DETAIL, params=both)).json()["code"] == 401


async def test_nested_signing_is_one_form_at_a_time(market: Caller) -> None:
    """A body signed as compact JSON is refused once Java notation is switched on, and back."""
    assert (await market.post(FREIGHT, FREIGHT_BODY))["code"] == 200
    await market.switch(nested_signing="java")
    assert (await market.post(FREIGHT, FREIGHT_BODY))["code"] == 401
    body = {"appKey": "demo", **FREIGHT_BODY}
    signed = body | {"sign": signature(body.items(), "demo", "java")}
    assert (await market.http.post(FREIGHT, json=signed)).json()["code"] == 200


async def test_key_order_of_nested_values_is_kept_as_sent(market: Caller) -> None:
    """The signed text follows the body's own key order, not an alphabetical one."""
    body = {"appKey": "demo", **FREIGHT_BODY}
    body["logisticsSkuNumModels"] = [{"number": 5, "skuId": "4829152353068"}]
    signed = body | {"sign": signature(body.items(), "demo", "json")}
    assert '{"number":5,' in string_to_sign(body.items(), "demo", "json")
    answer = await market.http.post(FREIGHT, content=json.dumps(signed), headers=JSON)
    assert answer.json()["code"] == 200


JSON = {"Content-Type": "application/json"}


async def test_a_repeated_query_parameter_is_signed_once_per_value(market: Caller) -> None:
    """`outMemberId=a&outMemberId=b` stands in the query and in the signed text."""
    pairs = [("appKey", "demo"), ("keyword", "杯"), ("outMemberId", "a"), ("outMemberId", "b")]
    pairs += [(name, str(value)) for name, value in PAGE.items()]
    pairs.append(("sign", signature(pairs, "demo", "json")))
    assert (await market.http.get(KEYWORD_SEARCH, params=pairs)).json()["code"] == 200
