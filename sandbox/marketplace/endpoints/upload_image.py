"""4.1: a picture becomes an `imageId`."""

from __future__ import annotations

import asyncio
import base64
import binascii

from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal
from sandbox.marketplace.picture_files import name_in, read_picture
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.uploads import NotAPicture
from sandbox.marketplace.world import World

LIMIT_BYTES = 3 * 1024 * 1024


async def upload_image(world: World, call: ApiCall) -> object:
    """`{imageId}`; `image_base64` wins over `pic_url`."""
    encoded = call.optional_text("image_base64")
    address = call.optional_text("pic_url")
    if encoded is not None:
        image = _decode(encoded, world)
    elif address is not None:
        image = await picture_at(world, address)
    else:
        raise GatewayRefusal(BAD_PARAMETER, "image_base64或pic_url参数不能同时为空")
    try:
        image_id = await asyncio.to_thread(world.uploads.add, image)
    except NotAPicture:
        raise GatewayRefusal(BAD_PARAMETER, "图片格式错误，仅支持JPG、PNG、WEBP") from None
    return {"imageId": image_id}


async def picture_at(world: World, address: str) -> bytes:
    """The bytes behind an address of this marketplace; any other host cannot be reached."""
    name = name_in(address)
    image = await asyncio.to_thread(read_picture, world.pictures, name) if name else None
    if image is None:
        raise GatewayRefusal(BAD_PARAMETER, "图片下载失败，请检查图片地址")
    return image


def _decode(encoded: str, world: World) -> bytes:
    try:
        image = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise GatewayRefusal(BAD_PARAMETER, "image_base64参数不是合法的Base64") from None
    measured = len(encoded) if world.switches.image_limit_counts == "base64" else len(image)
    if measured > LIMIT_BYTES:
        raise GatewayRefusal(BAD_PARAMETER, "图片大小不能超过3M")
    return image
