"""aiogram's own session against the world of a benchmark."""

import os
import ssl

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer


def session() -> AiohttpSession:
    """Return one that trusts `SSL_CERT_FILE` too; by itself it takes certifi's roots alone."""
    made = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"]))
    trusted = os.environ.get("SSL_CERT_FILE")
    if trusted is not None:
        # It has no argument for it.
        made._connector_init["ssl"] = ssl.create_default_context(cafile=trusted)  # noqa: SLF001
    return made
