"""What is signed, and that what is signed is what is sent (contract 2)."""

import hashlib
import json
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from daji_gateway import ORDER_ID, ORDER_NO, PENCILS, SECRET, Gateway, enveloped, example
from every_call import READS, WRITES
from hypothesis import given
from hypothesis import strategies as st

from bot.marketplace.daji import endpoints
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.endpoints import Shape
from bot.marketplace.daji.signing import (
    TIMED,
    Credentials,
    Signing,
    compact,
    hash_map_order,
    sign,
    string_to_sign,
    utf16_order,
)
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import ImageId, Sort, SortField

VECTORS = example("00")["vectors"]
JAVA = "nested POST JSON, Java map/list toString"
SORTS = Sort(field=SortField.PRICE, ascending=True)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.mark.parametrize("vector", VECTORS, ids=[each["case"] for each in VECTORS])
def test_vectors_of_the_contract(vector):
    """Text and digest of every published vector come out, each under the strategy it names."""
    signing = Signing.JAVA if vector["case"] == JAVA else Signing.JSON
    assert string_to_sign(vector["params"], SECRET, signing) == vector["stringToSign"]
    assert sign(vector["params"], SECRET, signing) == vector["sign"]


@given(st.lists(st.text(min_size=1), unique=True))
def test_names_sort_as_java_sorts_them(names):
    """Order is by UTF-16 code unit, which differs from Python's beyond the first plane."""

    def units(name: str) -> list[int]:
        raw = name.encode("utf-16-be", "surrogatepass")
        return [int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2)]

    assert sorted(names, key=utf16_order) == sorted(names, key=units)


def test_code_units_and_code_points_disagree():
    """A musical clef (two units from D834) sorts before a full-width A (FF21)."""
    assert string_to_sign({"\uff21": 1, "\U0001d11e": 2}, "s") == "\U0001d11e=2&\uff21=1&secret=s"


scalars = st.none() | st.booleans() | st.integers() | st.text('ab{}[]=, "\\汉\u2028', max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcXYZ_", min_size=1, max_size=6), values, max_size=6))
def test_signed_text_is_made_of_the_pieces_of_the_body(parameters):
    """Re-reading a sent body and signing it again gives the signature inside it."""
    body = json.loads(Credentials("key", SECRET).body(parameters))
    given_sign = body.pop("sign")
    text = "".join(
        f"{name}={value if isinstance(value, str) else compact(value)}&"
        for name, value in sorted(body.items(), key=lambda item: utf16_order(item[0]))
    )
    assert given_sign == md5(text + f"secret={SECRET}")
    assert body == {"appKey": "key"} | {k: v for k, v in parameters.items() if v is not None}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (2257164624870311973, "2257164624870311973"),
        ("", ""),
        ({"a": None, "b": [True, {"c": "x"}]}, "{a=null, b=[true, {c=x}]}"),
    ],
)
def test_java_text_forms(value, text):
    """Java prints nested maps and lists with equals signs, spaces and without quotes."""
    assert string_to_sign({"p": value}, "s", Signing.JAVA) == f"p={text}&secret=s"


def test_secret_mode_sends_the_secret_and_no_signature():
    """The vendor's debugging form never carries both."""
    credentials = Credentials("key", SECRET, Signing.SECRET)
    assert credentials.query({"a": 1}) == {"appKey": "key", "a": "1", "appSecret": SECRET}
    assert json.loads(credentials.body({"a": 1})) == {"appKey": "key", "a": 1, "appSecret": SECRET}


def test_secret_stays_out_of_representations():
    """Neither credentials nor their settings print the secret."""
    assert SECRET not in repr(Credentials("key", SECRET))
    assert SECRET not in repr(ClientConfig("key", SECRET))


async def test_sent_query_carries_its_own_signature(gateway: Gateway, client: DajiClient):
    """Values are signed raw, before the address is encoded."""
    gateway.answers(enveloped(None))
    await client.search_by_keyword("连衣裙 夏&季", sort=SORTS)
    query = gateway.query
    given_sign = query.pop("sign")
    assert query["sort"] == '{"price":"asc"}'
    assert given_sign == sign(query, SECRET)


async def test_sent_form_carries_its_own_signature(gateway: Gateway, client: DajiClient):
    """The upload is multipart, its fields are texts, and the whole Base64 takes part."""
    gateway.answers(enveloped({"imageId": "1164408192156408878"}))
    assert await client.upload_image(b"\xff\xd8jpeg") == ImageId("1164408192156408878")
    fields = _form(gateway)
    given_sign = fields.pop("sign")
    assert fields == {"appKey": "dj_test_key", "image_base64": "/9hqcGVn"}
    assert given_sign == sign(fields, SECRET)


@pytest.mark.parametrize("signing", sorted(set(Signing) - TIMED))
async def test_sent_body_is_what_was_signed(gateway: Gateway, address, signing):
    """The nested text in the signature is cut from the very bytes that went out (JSON mode)."""
    gateway.answers(enveloped({"orderId": ORDER_ID, "success": True}))
    await gateway.client(signing=signing).create(ORDER_NO, [PENCILS], address, '带"引号"和\\')
    body = gateway.body
    if signing is Signing.SECRET:
        assert "sign" not in body
        assert body["appSecret"] == SECRET
        return
    given_sign = body.pop("sign")
    assert "appSecret" not in body
    assert given_sign == sign(body, SECRET, signing)
    if signing is Signing.JSON:
        raw = gateway.requests[-1].content.decode()
        for nested in (body["addressParam"], body["cargoParamList"]):
            assert compact(nested) in raw


INDEX = {(file["method"], file["path"]) for file in (example(f"{n:02}") for n in range(1, 17))}


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_every_call_goes_where_the_index_says_and_proves_itself(
    gateway: Gateway, address, name
):
    """Method and path of the contract; the signature is that of the very fields that went out."""
    gateway.answers(enveloped(None, 400, "不行"))
    with pytest.raises(MarketplaceError):
        await (READS | WRITES)[name](gateway.client(), address)
    request = gateway.requests[-1]
    endpoint = next(e for e in vars(endpoints).values() if getattr(e, "name", None) == name)
    assert (request.method, request.url.path) in INDEX
    assert request.url.path == endpoint.path
    readers = {
        Shape.QUERY: lambda: gateway.query,
        Shape.FORM: lambda: _form(gateway),
        Shape.BODY: lambda: gateway.body,
    }
    fields = readers[endpoint.shape]()
    given_sign = fields.pop("sign")
    assert given_sign == sign(fields, SECRET)
    assert fields["appKey"] == "dj_test_key"


async def test_nothing_logged_or_raised_names_the_secret(gateway: Gateway, address, caplog):
    """Neither a log of any level nor an error holds secret, signature or address."""
    caplog.set_level("DEBUG")
    client = gateway.client(signing=Signing.SECRET)
    gateway.answers(enveloped(None, code=1009, message="失败"))
    for call in (READS | WRITES).values():
        with pytest.raises(MarketplaceError) as caught:
            await call(client, address)
        assert SECRET not in str(caught.value)
    assert SECRET not in caplog.text
    assert "appSecret" not in caplog.text
    assert address.street not in caplog.text


def _form(gateway: Gateway) -> dict[str, str]:
    request = gateway.requests[-1]
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message: Message = BytesParser(policy=HTTP).parsebytes(head + request.content)
    assert message.get_content_type() == "multipart/form-data"
    return {
        str(part.get_param("name", header="Content-Disposition")): str(part.get_payload()).strip()
        for part in message.walk()
        if not part.is_multipart()
    }


NESTED = {
    "addressParam": {"fullName": "张三", "mobile": "13800000000"},
    "cargoParamList": [{"offerId": 1, "quantity": 2}],
    "flow": "general",
}
AT = 1_764_136_037.0


def timed_body(signing: Signing, at: float = AT) -> dict[str, object]:
    credentials = Credentials("dj_test_key", "dj_test_secret", signing, now=lambda: at)
    return dict(json.loads(credentials.body(NESTED)))


def test_the_vector_of_a_signed_time():
    """Application key and time alone: the first candidate's text and digest."""
    body = timed_body(Signing.TIME)
    assert body["requestTime"] == 1_764_136_037_000
    assert body["sign"] == "514C08A200D6034BDEC36E60A5E03D57"
    assert {name: body[name] for name in NESTED} == NESTED


def test_a_time_beside_the_plain_values_leaves_out_the_nested_ones():
    """The second candidate."""
    text = "appKey=dj_test_key&flow=general&requestTime=1764136037000&secret=dj_test_secret"
    assert timed_body(Signing.TIME_SCALARS)["sign"] == md5(text)


def test_a_time_beside_the_secret_is_not_signed():
    """The third candidate; queries, which hold no time, are signed as ever."""
    body = timed_body(Signing.TIME_SECRET)
    assert (body["appSecret"], body["requestTime"]) == ("dj_test_secret", 1_764_136_037_000)
    assert "sign" not in body
    for signing in Signing:
        query = Credentials("k", "s", signing, now=lambda: AT).query({"page": 1})
        assert ("sign" in query) == (signing is not Signing.SECRET)
        assert "requestTime" not in query


def test_each_body_has_the_time_of_its_own_sending():
    """A repeated read is not refused for the time of the first."""
    moments = iter([1.0, 2.5])
    credentials = Credentials("k", "s", Signing.TIME, now=lambda: next(moments))
    bodies = [json.loads(credentials.body({})) for _ in range(2)]
    assert [each["requestTime"] for each in bodies] == [1000, 2500]
    assert bodies[0]["sign"] != bodies[1]["sign"]


def test_java_prints_maps_in_two_orders():
    """As Java 17 was seen to print the ten names of an address (contract 2.4)."""
    sent = "fullName mobile phone postCode provinceText cityText areaText townText"
    hashed = "address districtCode phone mobile fullName postCode areaText cityText townText"
    sent, hashed = f"{sent} address districtCode".split(), f"{hashed} provinceText".split()
    value = {"addressParam": dict.fromkeys(sent, "x")}
    for signing, order in ((Signing.JAVA, sent), (Signing.JAVA_HASH, hashed)):
        printed = "{" + ", ".join(f"{name}=x" for name in order) + "}"
        assert string_to_sign(value, "s", signing) == f"addressParam={printed}&secret=s"


@pytest.mark.parametrize("count", [12, 13, 24, 25, 100])
def test_a_hash_maps_table_grows_with_what_is_in_it(count):
    """Nothing is lost, and the same names always come in the same order, however many."""
    names = [f"name{number}" for number in range(count)]
    ordered = hash_map_order(names)
    assert sorted(ordered) == sorted(names)
    assert hash_map_order(names[::-1]) != names[::-1]
