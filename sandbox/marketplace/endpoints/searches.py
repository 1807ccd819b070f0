"""4.2, 4.3 and 4.6: searches by picture, by keyword and within a shop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from urllib.parse import quote

from sandbox.marketplace.catalogue import CatalogueOffer
from sandbox.marketplace.endpoints.upload_image import picture_at
from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal
from sandbox.marketplace.languages import Language, read_language
from sandbox.marketplace.money import fen, yuan_text
from sandbox.marketplace.picture_files import picture_url
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.search_filters import read_narrowing
from sandbox.marketplace.search_navigation import is_within
from sandbox.marketplace.search_terms import HALF, relevance
from sandbox.marketplace.uploads import NotAPicture, Upload
from sandbox.marketplace.world import World

MAX_PAGE_SIZE = 50
MAX_HITS = 2000
HINT_WEIGHT = 0.1


async def keyword_search(world: World, call: ApiCall) -> object:
    """Offers whose Chinese words contain at least half of the keyword."""
    keyword = call.optional_text("keyword")
    if keyword is None and not call.optional_integer("categoryId"):
        raise GatewayRefusal(BAD_PARAMETER, "keyword参数不能为空")
    offers = by_words(keyword, list(world.shelf.all()))
    if sn_id := call.optional_text("snId"):
        offers = [offer for offer in offers if is_within(offer, sn_id)]
    return _answer(world, call, offers, keyword)


async def shop_search(world: World, call: ApiCall) -> object:
    """The offers of one shop; a keyword narrows them."""
    shop = call.text("sellerOpenId")
    keyword = call.optional_text("keyword")
    offers = [offer for offer in world.shelf.all() if offer.seller.seller_open_id == shop]
    return _answer(world, call, by_words(keyword, offers), keyword)


async def image_search(world: World, call: ApiCall) -> object:
    """Offers that resemble a picture, the most alike first unless sorted otherwise."""
    upload = await _searched_picture(world, call)
    region = call.optional_text("region") or upload.whole
    try:
        matches = await asyncio.to_thread(world.uploads.ranked, upload, region)
    except ValueError:
        raise GatewayRefusal(BAD_PARAMETER, "region参数格式错误") from None
    hint = call.optional_text("auxiliaryText") or ""
    alike: list[tuple[float, CatalogueOffer]] = []
    for match in matches:
        offer = world.shelf.get(match.offer_id)
        if offer is not None and match.score >= world.config.least_likeness:
            alike.append((match.score + HINT_WEIGHT * relevance(hint, offer), offer))
    alike.sort(key=lambda scored: -scored[0])
    keyword = call.optional_text("keyword")
    offers = [offer for _, offer in alike if keyword is None or relevance(keyword, offer) >= HALF]
    found = {"currentRegion": region, "yoloCropRegion": ";".join(upload.regions)}
    return _answer(world, call, offers, keyword, regions=found)


async def _searched_picture(world: World, call: ApiCall) -> Upload:
    address_name = world.switches.image_address_parameter
    image_id, address = call.optional_text("imageId"), call.optional_text(address_name)
    if image_id is None and address is None:
        raise GatewayRefusal(BAD_PARAMETER, f"{address_name}或imageId参数不能同时为空")
    if image_id is None:
        image = await picture_at(world, address or "")
        try:
            image_id = await asyncio.to_thread(world.uploads.add, image)
        except NotAPicture:
            raise GatewayRefusal(BAD_PARAMETER, "图片格式错误，仅支持JPG、PNG、WEBP") from None
    upload = world.uploads.get(image_id)
    if upload is None:
        raise GatewayRefusal(BAD_PARAMETER, "imageId不存在或已过期，请重新上传图片")
    return upload


def by_words(keyword: str | None, offers: Sequence[CatalogueOffer]) -> list[CatalogueOffer]:
    """The offers that a keyword finds, best first; without one all, best-selling first."""
    if keyword is None:
        return sorted(offers, key=lambda offer: -offer.month_sold)
    scored = [(relevance(keyword, offer), offer) for offer in offers]
    kept = [(score, offer) for score, offer in scored if score >= HALF]
    kept.sort(key=lambda pair: (-pair[0], -pair[1].month_sold))
    return [offer for _, offer in kept]


def _answer(
    world: World,
    call: ApiCall,
    offers: Sequence[CatalogueOffer],
    keyword: str | None,
    *,
    regions: dict[str, str] | None = None,
) -> object:
    page = call.integer("beginPage")
    size = call.integer("pageSize", at_most=MAX_PAGE_SIZE)
    language = read_language(world, call)
    narrowing = read_narrowing(call)
    now = world.clock.now_ms()
    kept = narrowing.ordered([offer for offer in offers if narrowing.keeps(offer, now)])
    hits = kept[:MAX_HITS]
    trace = _trace(keyword, call.optional_text("outMemberId"))
    items = [
        _item(call.base_url, offer, language, trace) for offer in hits[(page - 1) * size :][:size]
    ]
    if not items and world.switches.no_hits == "null_data":
        return None
    # Picture search counts its pages right; the other two always count one too many when full.
    pages = -(-len(hits) // size) if regions is not None else len(hits) // size + 1
    answer: dict[str, object] = {
        "totalRecords": len(hits),
        "totalPage": pages,
        "pageSize": size,
        "currentPage": page,
        "data": items or (None if world.switches.no_hits == "null_list" else []),
    }
    return answer if regions is None else answer | {"picRegionInfo": regions}


def _item(
    base_url: str, offer: CatalogueOffer, language: Language, trace: str
) -> dict[str, object]:
    return {
        "imageUrl": picture_url(base_url, offer.pictures[0]),
        "subject": offer.subject,
        "subjectTrans": language.pick(offer.subject, offer.subject_trans),
        "offerId": offer.offer_id,
        "isJxhy": False,
        "priceInfo": {
            "price": yuan_text(fen(offer.list_price)),
            "jxhyPrice": None,
            "pfJxhyPrice": None,
            "consignPrice": offer.consign_price,
        },
        "repurchaseRate": offer.repurchase_rate,
        "monthSold": offer.month_sold,
        "traceInfo": f"object_id%40{offer.offer_id}%5Eobject_type%40offer%5E{trace}",
        "isOnePsale": offer.tags.get("isOnePsale", False),
        "sellerIdentities": list(offer.seller.identities),
    }


def _trace(keyword: str | None, member: str | None) -> str:
    token = secrets.token_hex(16)
    said = quote(keyword) if keyword else "null"
    return f"trace%40{token}%5Ekeyword%40{said}%5EoutMemberId%40{member or 'null'}"
