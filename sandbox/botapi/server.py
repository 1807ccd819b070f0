"""The application: the Bot API's routes, the tester's routes, and what both share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from aiohttp import web

from .config import BotApiConfig
from .crowd import Crowd
from .dispatch import BotApi, refusal
from .errors import ApiError, TesterError, UnknownMethodError
from .files import MEGABYTE
from .state import Sandbox
from .tester.chats import ChatRoutes
from .tester.control import ControlRoutes
from .tester.world import WorldRoutes

SANDBOX: Final = web.AppKey("SANDBOX", Sandbox)
# Above the 50 MB limit, so that the refusal is the method's own and not a broken connection.
MAX_REQUEST: Final = 128 * MEGABYTE
LOOPBACK: Final = ("127.", "::1", "::ffff:127.")


def create_app(config: BotApiConfig) -> web.Application:
    """A simulated Bot API server with a world of its own, to be run or tested.

    The state is at `app[SANDBOX]`; it ends with the application.
    """
    sandbox = Sandbox(config)
    app = web.Application(client_max_size=MAX_REQUEST, middlewares=[tell_errors])
    app[SANDBOX] = sandbox
    crowd = Crowd(sandbox)
    for routes in (
        BotApi(sandbox),
        WorldRoutes(sandbox),
        ChatRoutes(sandbox, crowd),
        ControlRoutes(sandbox),
    ):
        app.add_routes(routes.routes())
    # Watchers and pollers must end before the server waits for open requests.
    app.on_shutdown.append(end_streams)
    app.on_cleanup.append(lambda _: crowd.close())
    app.cleanup_ctx.append(end_deliveries)
    return app


async def end_streams(app: web.Application) -> None:
    """Lets open event streams and polls finish."""
    await app[SANDBOX].close()


async def end_deliveries(app: web.Application) -> AsyncIterator[None]:
    """Ends webhook deliveries, also of an application that was never served."""
    yield
    await app[SANDBOX].close()


@web.middleware
async def tell_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Errors in the shape of their API; the tester's API answers this machine only."""
    if not request.path.startswith("/sandbox/"):
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if request.path.startswith(("/bot", "/file/bot")):
                return refusal(UnknownMethodError())
            raise
    if not (request.remote or "127.0.0.1").startswith(LOOPBACK):
        return web.json_response({"error": "only for this machine"}, status=403)
    try:
        return await handler(request)
    except TesterError as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except ApiError as error:
        return web.json_response({"error": error.description}, status=error.code)
