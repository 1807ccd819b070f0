"""`python -m bot`: run the bot. Exits non-zero with one clear line when it can't."""

import asyncio
import sys

from bot.app import StartupError, serve
from bot.logs import configure_logs
from bot.settings import BadSettings, load_settings


def main() -> int:
    """Run and return the exit code."""
    try:
        settings = load_settings()
        configure_logs(settings.log_format, settings.log_level)
        asyncio.run(serve(settings))
    except (BadSettings, StartupError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one clear line for the person who started it
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
