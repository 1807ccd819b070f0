"""`python -m bot`: run the bot. Exits non-zero with one clear line when it can't."""

import asyncio
import sys

import structlog

from bot.app import serve
from bot.building import StartupError
from bot.logs import configure_logs
from bot.settings import BadSettings, load_settings

_log = structlog.get_logger(__name__)


def main() -> int:
    """Run and return the exit code: 2 for something to mend in the settings, 1 for a bug."""
    try:
        settings = load_settings()
        configure_logs(settings.log_format, settings.log_level, settings.secrets)
        asyncio.run(serve(settings))
    except (BadSettings, StartupError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one clear line for the person who started it
        return 2
    except Exception:  # noqa: BLE001 - the last place that can log it
        # Python's own last words would print the error's text, which may hold anything.
        _log.exception("crashed")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
