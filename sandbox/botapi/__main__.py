"""`python -m sandbox.botapi --host 127.0.0.1 --port 8081 --token 123456:SECRET`."""

import argparse

from aiohttp import web

from .config import BotApiConfig
from .server import create_app


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(prog="sandbox.botapi", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", required=True, help="the bot's token, 123456:SECRET")
    options = parser.parse_args()
    config = BotApiConfig(token=options.token)
    try:
        app = create_app(config)
    except ValueError as error:
        parser.error(str(error))
    # Access logs would contain the token.
    web.run_app(app, host=options.host, port=options.port, access_log=None)


if __name__ == "__main__":
    main()
