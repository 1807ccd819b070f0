"""The marketplace as an aiohttp application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from sandbox.marketplace.cashier import Cashier
from sandbox.marketplace.catalogue import PICTURES, Catalogue, load_catalogue
from sandbox.marketplace.clock import Clock
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.control import Control, loopback_only
from sandbox.marketplace.endpoints import ENDPOINTS
from sandbox.marketplace.gateway import Gateway
from sandbox.marketplace.matching import ShippedPictures
from sandbox.marketplace.order_control import OrderControl
from sandbox.marketplace.picture_files import ROUTE, read_picture
from sandbox.marketplace.push_control import PushControl
from sandbox.marketplace.uploads import PictureSearch
from sandbox.marketplace.world import World

# A 3 MB picture is 4 MB as Base64, and up to three times that in a form's percent notation.
MAX_REQUEST_BYTES = 16 * 1024 * 1024
SETTLE_SECONDS = 0.5
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
        picture_search or ShippedPictures(),
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
    app.add_routes(PushControl(world).routes())
    app.cleanup_ctx.append(_run)
    return app


async def _run(app: web.Application) -> AsyncIterator[None]:
    """What happens without a call: pushes leave, payments arrive, time runs out."""
    world = app[WORLD]
    tasks = [asyncio.create_task(world.outbox.run()), asyncio.create_task(_settle(world))]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await world.outbox.close()


async def _settle(world: World) -> None:
    while True:
        world.trading.settle_due()
        await asyncio.sleep(SETTLE_SECONDS)


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
