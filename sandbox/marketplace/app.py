"""The marketplace as an aiohttp application."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from sandbox.marketplace.cashier import Cashier
from sandbox.marketplace.catalogue import PICTURES, Catalogue, load_catalogue
from sandbox.marketplace.clock import Clock
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.control import Control, loopback_only
from sandbox.marketplace.endpoints import ENDPOINTS
from sandbox.marketplace.gateway import Gateway
from sandbox.marketplace.matching import PictureIndex
from sandbox.marketplace.order_control import OrderControl
from sandbox.marketplace.picture_files import ROUTE, read_picture
from sandbox.marketplace.uploads import PictureSearch
from sandbox.marketplace.world import World

# A 3 MB picture is 4 MB as Base64, and up to three times that in a form's percent notation.
MAX_REQUEST_BYTES = 16 * 1024 * 1024
WORLD = web.AppKey("world", World)


def create_app(
    config: MarketplaceConfig,
    *,
    catalogue: Catalogue | None = None,
    pictures: Path = PICTURES,
    picture_search: PictureSearch | None = None,
    clock: Clock | None = None,
) -> web.Application:
    """A marketplace of its own, with the real catalogue and picture index unless given others.

    Raises pydantic.ValidationError when the state file cannot be read.
    """
    world = World(
        config,
        catalogue or load_catalogue(),
        pictures,
        picture_search or PictureIndex(),
        clock or Clock(),
    )
    app = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[loopback_only])
    app[WORLD] = world
    gateway = Gateway(world)
    for endpoint in ENDPOINTS:
        for method in endpoint.methods:
            app.router.add_route(method, endpoint.path, gateway.handler(endpoint))
    app.router.add_get(ROUTE + "{name}", _serve_picture)
    app.add_routes(Cashier(world).routes())
    app.add_routes(Control(world).routes())
    app.add_routes(OrderControl(world).routes())
    return app


async def _serve_picture(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    image = await asyncio.to_thread(read_picture, world.pictures, request.match_info["name"])
    if image is None:
        raise web.HTTPNotFound
    return web.Response(
        body=image,
        content_type="image/jpeg",
        headers={"Cache-Control": "public, max-age=86400"},
    )
