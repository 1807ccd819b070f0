"""`python -m bot.process.alive`: whether the bot on this machine answers, for health checks.

Exit code 0 for yes, 1 for no. It follows `LISTEN` from where the bot has it, and loads nothing
else, since it runs every half minute.
"""

import http.client
import os
import sys

DEFAULT = "127.0.0.1:8080"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - what is looked for
_PATIENCE = 4.0  # seconds


def address(listen: str) -> tuple[str, int]:
    """Return host and port to ask: one that listens everywhere is asked on this machine."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    return _ANYWHERE.get(host, host), int(port)


def is_alive(listen: str, patience: float = _PATIENCE) -> bool:
    """Tell whether `/healthz` answers 200."""
    try:
        connection = http.client.HTTPConnection(*address(listen), timeout=patience)
        connection.request("GET", "/healthz")
        alive = connection.getresponse().status == http.HTTPStatus.OK
        connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return alive


def _listen() -> str:
    given = os.environ.get("LISTEN")
    if given:
        return given
    # Only where the environment does not say it: reading settings files takes longer to load.
    from bot.process.settings_files import setting  # noqa: PLC0415 - see above

    return setting("LISTEN") or DEFAULT


if __name__ == "__main__":
    sys.exit(0 if is_alive(_listen()) else 1)
