"""A caller of the marketplace: signs as the contract says and speaks to a real socket."""

import base64
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageStat

from sandbox.marketplace.signing import signature

EXAMPLES = Path(__file__).parents[2] / "marketplace" / "examples"
KEY, SECRET = "demo", "demo"

UPLOAD = "/alibaba/upload/image"
IMAGE_SEARCH = "/alibaba/product/imageQuery"
KEYWORD_SEARCH = "/alibaba/product/keywordQuery"
DETAIL = "/alibaba/product/queryProductDetail"
SHOP_SEARCH = "/alibaba/product/shopQuery"
FREIGHT = "/alibaba/product/freightEstimate"
PREVIEW = "/alibaba/createOrder/preview"
CREATE = "/alibaba/trade/createCrossOrder"
CANCEL = "/alibaba/trade/cancel"
ORDER = "/alibaba/trade/get/buyerView"
ORDERS = "/alibaba/trade/getBuyerOrderList"
CATEGORY = "/alibaba/category/get"
NAVIGATION = "/alibaba/product/keywordSNQuery"
RECEIPT = "/alibaba/trade/receiveGoods/confirm"
AGREEMENT = "/alibaba/trade/pay/protocolPay/preparePay"
LINKS = "/alibaba/alipay/url/get"

ADDRESS = {
    "fullName": "张三",
    "mobile": "18888888888",
    "phone": "18888888888",
    "postCode": "000000",
    "cityText": "杭州市",
    "provinceText": "浙江省",
    "areaText": "滨江区",
    "townText": "镇文本",
    "address": "网商路699号",
    "districtCode": "310107",
}
PAGE = {"beginPage": 1, "pageSize": 20, "country": "en"}


def example(name: str) -> dict[str, Any]:
    return dict(json.loads((EXAMPLES / name).read_text(encoding="utf-8")))


def picture(colour: str, *, edge: int = 40, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (edge, edge), colour).save(file, kind)
    return file.getvalue()


@dataclass(frozen=True)
class ColourMatch:
    offer_id: int
    score: float


class ColourSearch:
    """Finds the offers whose picture has the colour asked about."""

    def __init__(self, colours: dict[int, tuple[int, int, int]]) -> None:
        self._colours = colours

    def search(self, image: bytes) -> list[ColourMatch]:
        asked = ImageStat.Stat(Image.open(io.BytesIO(image)).convert("RGB")).mean
        matches = [
            ColourMatch(
                offer_id, 1 - sum(abs(a - b) for a, b in zip(asked, own, strict=True)) / 510
            )
            for offer_id, own in self._colours.items()
        ]
        return sorted(matches, key=lambda match: -match.score)


class Caller:
    """Signed calls, and the steering wheel beside them."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        return dict((await self.raw_get(path, **params)).json())

    async def raw_get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(path, params=self.signed(params))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.raw_post(path, body)).json())

    async def raw_post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.http.post(path, json=self.signed(body))

    def signed(self, params: dict[str, Any]) -> dict[str, Any]:
        whole = {"appKey": KEY, **params}
        return whole | {"sign": signature(whole.items(), SECRET, "json")}

    async def upload(self, image: bytes) -> str:
        fields = self.signed({"image_base64": base64.b64encode(image).decode()})
        answer = await self.http.post(UPLOAD, files={k: (None, v) for k, v in fields.items()})
        return str(answer.json()["data"]["imageId"])

    async def switch(self, **values: Any) -> None:
        (await self.http.patch("/sandbox/switches", json=values)).raise_for_status()

    async def fault(self, kind: str, endpoint: str = "*", **rest: Any) -> None:
        body = {"kind": kind, "endpoint": endpoint, **rest}
        (await self.http.post("/sandbox/faults", json=body)).raise_for_status()

    async def patch_offer(self, offer_id: int, **changes: Any) -> None:
        (await self.http.post(f"/sandbox/offers/{offer_id}", json=changes)).raise_for_status()

    async def advance(self, seconds: float) -> None:
        (await self.http.post("/sandbox/clock", json={"advance": seconds})).raise_for_status()

    async def orders(self) -> list[dict[str, Any]]:
        return list((await self.http.get("/sandbox/orders")).json())

    async def calls(self) -> dict[str, Any]:
        return dict((await self.http.get("/sandbox/calls")).json())

    async def preview(self, *lines: tuple[int, str | None, int], **address: Any) -> dict[str, Any]:
        return await self.post(PREVIEW, order_body(*lines, **address))

    async def create(
        self, *lines: tuple[int, str | None, int], third: str = "T20240708002", **address: Any
    ) -> dict[str, Any]:
        return await self.post(CREATE, create_body(*lines, third=third, **address))

    async def detail(self, order_id: str) -> dict[str, Any]:
        answer = await self.post(ORDER, {"webSite": "1688", "orderId": order_id})
        return dict(answer["data"])

    async def stock(self, offer_id: int, spec_id: str) -> int:
        data = (await self.get(DETAIL, offerId=str(offer_id), country="en"))["data"]
        return next(
            int(sku["amountOnSale"]) for sku in data["productSkuInfos"] if sku["specId"] == spec_id
        )


def order_body(*lines: tuple[int, str | None, int], **address: Any) -> dict[str, Any]:
    return {
        "flow": "general",
        "addressParam": ADDRESS | address,
        "cargoParamList": [
            {"offerId": offer_id, "quantity": quantity} | ({"specId": spec_id} if spec_id else {})
            for offer_id, spec_id, quantity in lines
        ],
    }


def create_body(*lines: tuple[int, str | None, int], third: str, **address: Any) -> dict[str, Any]:
    return {
        "thirdOrderId": third,
        "message": f"no {third}",
        "isvBizType": "cross",
        **order_body(*lines, **address),
    }
