"""Each sample of the profile belongs to one layer, and its CPU time is whose it was."""

import importlib
import json
import subprocess
import sys

import pytest

from benchmarks.layers import LAYERS, REST, layer_of
from benchmarks.parts.profile import summary
from benchmarks.processes import ROOT
from benchmarks.results import machine
from benchmarks.tables import report
from tests.tiers import SLOW

_LOOP = ["asyncio.runners:run", "bot.__main__:main", "runpy:_run_code"]
_UPDATE = [
    "telegram.ext._application:process_update",
    "bot.intake.processing:_handle",
    "bot.intake.inbox:_work",
]
_TAPPED = ["bot.chat.conversation:_walk", *_UPDATE, *_LOOP]
_TOLD = [
    "telegram._bot:_post",
    "telegram.ext._extbot:_send_message",
    "bot.chat.drawing:_edit_photo",
]
_CALLED = ["bot.marketplace.daji.calls:_attempt", "bot.services.finding.search:open_offer"]


@pytest.mark.parametrize(
    ("stack", "layer"),
    [
        (
            [
                "telegram._message:de_json",
                "telegram._update:de_json",
                "bot.intake.processing:_read",
            ],
            "Telegram: reading updates",
        ),
        (
            ["telegram._message:de_json", *_TOLD, *_TAPPED],
            "Telegram: building, writing and reading calls",
        ),
        (
            [
                "bot.http.connection:exchange",
                "bot.http.connections:send",
                "bot.telegram.request:do_request",
                *_TOLD,
                *_TAPPED,
            ],
            "Telegram: HTTP",
        ),
        (
            [
                "bot.http.connection:exchange",
                "bot.http.connections:send",
                "bot.marketplace.daji.transport:send",
                *_CALLED,
                *_TAPPED,
            ],
            "Marketplace: HTTP",
        ),
        (
            ["pydantic.main:__init__", "bot.domain.model:replace", *_CALLED, *_TAPPED],
            "Marketplace: signing, parameters, mapping",
        ),
        (
            ["pydantic.main:__init__", "bot.domain.model:replace", "handlers.offer:pick", *_TAPPED],
            "Conversation: steps, screens, services",
        ),
        (
            ["json.encoder:encode", "bot.storage.codec:to_json", *_TAPPED],
            "Storage: codec, sealing, waiting for commits",
        ),
        (
            ["structlog._output:msg", "bot.marketplace.daji.calls:_tell", *_TAPPED],
            "Metrics and log",
        ),
        (
            ["bot.http.connection:on_header", "bot.http.connection:buffer_updated", *_LOOP],
            "HTTP of both: bodies out, answers in",
        ),
        (["json.encoder:encode", *_UPDATE[1:], *_LOOP], "Inbox, lanes, dispatch"),
        (["re:sub", "bot.chat.texts:__call__", *_TAPPED], "Texts, keyboards, drawing"),
        (["bot.telling.upkeep:_sweep", *_LOOP], "Conversation: steps, screens, services"),
        (["bot.settlingX:_read", *_LOOP], "Conversation: steps, screens, services"),
        (_LOOP, REST),
        ([], REST),
    ],
)
def test_a_sample_belongs_to_the_innermost_layer(stack: list[str], layer: str) -> None:
    """What a library does belongs to the layer that called it."""
    assert layer_of(stack) == layer


@pytest.mark.parametrize("place", [place for _, places in LAYERS for place in places])
def test_each_place_of_a_layer_exists(place: str) -> None:
    """A module or function that is renamed would silently fall to another layer."""
    module, _, function = place.partition(":")
    found = importlib.import_module(module)
    named = [found, *(each for each in vars(found).values() if isinstance(each, type))]
    assert not function or any(hasattr(each, function) for each in named)


def test_the_clock_is_scaled_by_the_cpu_that_was_measured() -> None:
    """Whatever the kernel's tick is, the layers add up to the thread's CPU time."""
    found = {
        "wall_s": 10.0,
        "cpu_s": 9.0,
        "loop_s": 8.0,
        "threads": [
            {"name": "storage writer", "cpu_s": 0.5},
            {"name": "pictures_0", "cpu_s": 0.1},
            {"name": "pictures_1", "cpu_s": 0.1},
            {"name": "", "cpu_s": 0.1},
        ],
        "samples": [
            {"stack": ["bot.storage.codec:pack"], "count": 500},
            {"stack": ["handlers.offer:pick"], "count": 1500},
        ],
    }
    part = {"people": 64, **summary(found, 1000.0)}
    assert (part["updates"], part["samples"], part["sample_ms"]) == (10_000, 2000, 4.0)
    assert {name: round(us, 6) for name, us in part["layers"] if us} == {
        "Storage: codec, sealing, waiting for commits": 200.0,
        "Conversation: steps, screens, services": 600.0,
    }
    assert [round(us, 6) for _, us in part["threads"]] == [50.0, 0.0, 20.0, 30.0]
    shown = report({"machine": machine(), "profile": part})
    assert "### Where the time goes" in shown
    assert "| Conversation: steps, screens, services | 600 | 66.7% |" in shown
    assert "| **All** | 900 | 100.0% |" in shown


def test_a_profile_without_a_sample_is_an_error() -> None:
    """A clock that never rang would make every layer look free."""
    with pytest.raises(RuntimeError, match="never rang"):
        summary({"wall_s": 1.0, "cpu_s": 1.0, "loop_s": 1.0, "threads": [], "samples": []}, 10.0)


_BUSY = """
import hashlib, json, threading, time
from benchmarks.profiled import Profiler

def burn(seconds):
    began, block = time.thread_time(), bytes(1_000_000)
    while time.thread_time() - began < seconds:
        hashlib.sha256(block).digest()

def beside():
    burn(0.6)
    burnt.set()
    told.wait()

burnt, told = threading.Event(), threading.Event()
profiler = Profiler()
profiler.begin()
burn(0.4)
other = threading.Thread(target=beside, name="storage writer")
other.start()
while not burnt.is_set():
    time.sleep(0.002)  # awake often, as an event loop is
print(json.dumps(profiler.end()))
told.set()
"""


@SLOW
def test_another_threads_work_is_no_sample_of_the_loop() -> None:
    """Its CPU time is told apart, under its name."""
    done = subprocess.run(
        [sys.executable, "-c", _BUSY], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    samples = found["samples"]
    burning = sum(each["count"] for each in samples if "__main__:burn" in each["stack"])
    # The clock is looked at once a tick that meets the thread at work, of which a busy machine has
    # few; more than one a millisecond was not asked for.
    assert 3 <= burning <= 400
    assert burning >= 0.8 * sum(each["count"] for each in samples)
    [other] = found["threads"]
    assert other["name"] == "storage writer"
    assert 0.5 <= other["cpu_s"] <= 0.8
    assert 0.4 <= found["loop_s"] <= 0.5
    assert 0.95 <= found["cpu_s"] <= 1.3
