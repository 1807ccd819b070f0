"""`python -m sandbox.marketplace`: the simulated marketplace by itself."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from sandbox.marketplace.app import create_app
from sandbox.marketplace.config import MarketplaceConfig

SHUTDOWN_SECONDS = 3.0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.marketplace", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--app-key", default="demo")
    parser.add_argument("--app-secret", default="demo")
    parser.add_argument("--public-url", help="address for pictures and the cashier")
    parser.add_argument("--push-url", default="", help="where pushes go; the switch comes first")
    parser.add_argument("--state-file", type=Path, help="keeps orders and stock over restarts")
    return parser.parse_args()


async def serve(config: MarketplaceConfig, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; raises OSError when the address is taken."""
    runner = web.AppRunner(create_app(config), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound_host, bound_port = runner.addresses[0][:2]
        sys.stdout.write(f"marketplace ready at http://{bound_host}:{bound_port}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()


def main() -> int:
    """Exit code 0 after a signal, 1 with one line on a bad start."""
    given = arguments()
    config = MarketplaceConfig(
        app_key=given.app_key,
        app_secret=given.app_secret,
        public_base_url=given.public_url,
        state_file=given.state_file,
        push_url=given.push_url,
    )
    try:
        asyncio.run(serve(config, given.host, given.port))
    except OSError as error:
        sys.stderr.write(f"cannot start: {error}\n")
        return 1
    except ValidationError as error:
        sys.stderr.write(f"cannot read {given.state_file}: {error.error_count()} errors in it\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
