"""Structured logs: JSON in production, readable on a terminal, one id through a whole update."""

import logging
import sys

import structlog

# They log request URLs, which carry the bot's token or the marketplace's signature.
_TELLING_TOO_MUCH = ("httpx", "httpcore", "telegram", "aiohttp", "PIL", "aiosqlite")


def configure_logs(log_format: str, level: str) -> None:
    """Set up structlog for the process. `log_format` is `auto`, `json` or `console`."""
    readable = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if readable else [_tracebacks()]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s")
    for name in _TELLING_TOO_MUCH:
        logging.getLogger(name).setLevel(logging.ERROR)


def _tracebacks() -> structlog.typing.Processor:
    # Without local variables: they hold addresses and phone numbers.
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return structlog.processors.ExceptionRenderer(transformer)
