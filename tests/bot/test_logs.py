"""Logs tell errors by type and place, without what people wrote and without secrets."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage
from hypothesis import given
from hypothesis import strategies as st

from bot.process.logs import Blotter, configure_logs, log_unhandled, logged_with, where
from bot.storage.ports import StorageUnavailable


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logs are the process's: leave them as they were."""
    root = logging.getLogger()
    handlers, level, structured = list(root.handlers), root.level, structlog.get_config()
    yield
    structlog.configure(**structured)
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level


def _log():
    configure_logs("json", "DEBUG", ["s3cret", "sec.ret+regex("])
    return structlog.get_logger("test")


def _fail(street: str) -> None:
    try:
        int(street)
    except ValueError as error:
        raise KeyError(street) from error


def test_errors_are_told_by_type_and_place_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Their texts and local variables may hold what a person wrote."""
    log = _log()
    try:
        _fail("文三路 100 号")
    except KeyError:
        log.exception("failed")
    [line] = _lines(capsys)
    assert "文三路" not in json.dumps(line, ensure_ascii=False)
    assert line["exception"].splitlines()[0] == "ValueError"
    assert "which led to\nKeyError" in line["exception"]
    assert "tests/bot/test_logs.py" in line["exception"]
    assert "in _fail" in line["exception"]


def test_an_entry_tells_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    """Within the block and in blocks within it, but for what the entry says itself."""
    log = _log()
    with logged_with(update_id=7):
        with logged_with(order_no="SO1"):
            log.info("inner", update_id=8)
        log.info("outer")
    log.info("after")
    inner, outer, after = _lines(capsys)
    assert (inner["update_id"], inner["order_no"]) == (8, "SO1")
    assert outer["update_id"] == 7
    assert "order_no" not in outer
    assert "update_id" not in after


def test_an_error_that_leads_to_itself_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Python makes such a circle when one is raised again while what it led to is handled."""
    log, kept, outer = _log(), OSError(5, "lost"), RuntimeError()
    outer.__cause__, kept.__context__ = kept, outer
    log.error("failed", exc_info=kept)
    [line] = _lines(capsys)
    assert line["exception"].count("OSError") == 1
    assert line["exception"].count("RuntimeError") == 1


def test_the_console_tells_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    """The readable form hides the same."""
    configure_logs("console", "DEBUG")
    try:
        _fail("文三路 100 号")
    except KeyError:
        structlog.get_logger("test").exception("failed")
    shown = capsys.readouterr().err
    assert "KeyError" in shown
    assert "文三路" not in shown


def test_texts_that_cannot_be_personal_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk and a name that does not exist are told in words."""
    log = _log()
    for error in (StorageUnavailable("disk full"), OSError(28, "No space left"), NameError("x")):
        log.error("failed", exc_info=error)
    told = [line["exception"].splitlines()[0] for line in _lines(capsys)]
    assert told == [
        "StorageUnavailable: disk full",
        "OSError: [Errno 28] No space left",
        "NameError: x",
    ]


def test_known_secrets_and_tokens_are_blotted_out(capsys: pytest.CaptureFixture[str]) -> None:
    """The last net, in any value of any entry."""
    log = _log()
    token = "123456789:AAE" + "x" * 32
    log.info("call", url=f"https://api/bot{token}/getMe", secret="xs3cretx", other="sec.ret+regex(")
    log.warning("short", url="https://api/bot1:abc/getMe")
    shown = capsys.readouterr().err
    assert "s3cret" not in shown
    assert "AAE" not in shown
    assert "regex" not in shown
    assert "1:abc" not in shown


def test_libraries_that_tell_too_much_are_cut_short(capsys: pytest.CaptureFixture[str]) -> None:
    """Only the fixed part of their messages is kept; below an error nothing is."""
    _log()
    logging.getLogger("telegram.ext.Application").critical("Error for update %s", {"text": "hi"})
    logging.getLogger("httpx").info("GET %s", "https://x?sign=1")
    logging.getLogger("else").error("told %s", "whole")
    events = [line["event"] for line in _lines(capsys)]
    assert events == ["Error for update %s", "told whole"]


def test_strangers_who_speak_no_http_leave_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """Anybody can send nonsense all day; a bug of ours while answering is told."""
    _log()
    server = logging.getLogger("aiohttp.server")
    for error in (BadHttpMessage("no HTTP"), ZeroDivisionError()):
        server.error("Error handling request from %s", "203.0.113.9", exc_info=error)
    [line] = _lines(capsys)
    assert line["exception"] == "ZeroDivisionError"
    assert "203.0.113.9" not in line["event"]


async def test_what_asyncio_could_give_to_nobody_is_told_without_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A task that nobody awaited: name, type and place."""
    _log()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_unhandled)

    async def lose() -> None:
        raise ValueError("文三路")

    task = asyncio.create_task(lose(), name="lane 7")
    await asyncio.sleep(0.01)
    del task
    loop.set_exception_handler(None)
    [line] = _lines(capsys)
    assert line["task"] == "lane 7"
    assert line["exception"].startswith("ValueError\n")
    assert "文三路" not in json.dumps(line, ensure_ascii=False)
    logging.getLogger("asyncio").error("Task exception\nfuture: <Task exception=ValueError('文')>")
    assert [each["event"] for each in _lines(capsys)] == ["Task exception"]


def test_an_error_is_placed_where_it_passed_our_code_last() -> None:
    """For the operator's list of parked updates."""
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("{")
    place = "JSONDecodeError at tests/bot/test_logs.py:"
    assert where(caught.value).startswith(place)
    assert where(ValueError("text")) == "ValueError"


@given(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=6))
def test_no_secret_passes_whatever_it_is_made_of(secret: str) -> None:
    """Characters that mean something to a pattern mean nothing here."""
    blotted = Blotter([secret])(None, "info", {"event": f"a{secret}b"})
    assert blotted["event"] == "a***b"
