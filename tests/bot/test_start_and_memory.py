"""A start loads what a run needs, and what is freed goes back to the system."""

import gc
import importlib
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from bot.process.memory import collector_resting

ROOT = Path(__file__).resolve().parents[2]


def said(code: str) -> str:
    """What a fresh interpreter prints."""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_a_start_leaves_rare_libraries_alone():
    """Codecs, spreadsheets, numbering plans and the operator's commands wait to be asked for."""
    rare = {"PIL", "pillow_heif", "zxingcpp", "xlsxwriter", "phonenumbers", "bot.operator.commands"}
    rare |= {"aiohttp", "prometheus_client"}  # soon wanted, and loaded beside the first updates
    rare |= {"babel"}  # all that is shown of it is in `bot.chat.figures`
    rare |= {"rich", "click", "pygments"}  # installed for development; httpx and structlog look
    loaded = said(f"import sys, bot.__main__, bot.app; print(sorted({rare} & set(sys.modules)))")
    assert loaded == "[]"


def test_a_sheet_needs_no_engine_for_fonts_and_profiles():
    """They are 4 MB, for ten digits and the few pictures that have a profile."""
    engines = {"PIL.ImageFont", "PIL._imagingft", "PIL.ImageCms"}
    loaded = said(f"import sys, bot.pictures.sheet; print(sorted({engines} & set(sys.modules)))")
    assert loaded == "[]"


def test_what_is_hidden_at_the_start_can_be_loaded_later():
    """Also what was loaded before stays."""
    assert said("import rich, bot.__main__, click; print(rich.__name__, click.__name__)") == (
        "rich click"
    )


def test_settings_are_read_before_the_bot_is_loaded():
    """Reading them takes the longer the more models there are."""
    assert said("import sys, bot.__main__; print('bot.app' in sys.modules)") == "False"


BUILT = """
import bot.__main__, bot.app
from bot.domain.model import Value
from bot.marketplace.daji.wire import Wire

def built(kind):
    return {each for sub in kind.__subclasses__() for each in {sub, *built(sub)}
            if each.__pydantic_complete__}

print(*sorted(each.__name__ for each in built(Value) | built(Wire)))
"""


def test_a_start_builds_only_models_of_which_it_holds_a_value():
    """A default that is made by its class, not by `model_construct`, builds it at the import."""
    assert said(BUILT) == "Capabilities Doubt ParsedAddress Rate"


FRAGMENTS = """
import ctypes, re
from pathlib import Path
from bot.process.memory import give_back_large_blocks

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
CALL
bytes(24 * 2**20)  # freed at once: glibc now thinks blocks of this size are ordinary
large, small = [], []
for _ in range(48):
    large.append(b"x" * 2**20)
    small.append(libc.malloc(2000))  # holds the heap's end in its place
before = resident()
large.clear()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the dial is glibc's")
def test_large_blocks_go_back_to_the_system_when_freed():
    """Not so without the dial, or this test would show nothing."""
    left_alone = int(said(FRAGMENTS.replace("CALL", "")))
    set_so = int(said(FRAGMENTS.replace("CALL", "give_back_large_blocks()")))
    assert left_alone < 16
    assert set_so >= 44


def test_the_collector_works_again_and_passes_over_what_was_made():
    """Also after an import that failed."""
    before = gc.get_freeze_count()
    try:
        with pytest.raises(ModuleNotFoundError), collector_resting():
            importlib.import_module("not_to_be_found" if not gc.isenabled() else "sys")
        assert gc.isenabled()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()


LIVING = """
import gc
from bot.process.memory import look_for_garbage_by_the_thousands
CALL
before = gc.get_stats()[0]["collections"]
kept = [[] for _ in range(120_000)]
print(gc.get_stats()[0]["collections"] - before)
"""


def test_what_is_in_use_is_not_looked_through_all_the_time():
    """But the collector does look: what stands in a cycle goes in the end."""
    left_alone = int(said(LIVING.replace("CALL", "")))
    set_so = int(said(LIVING.replace("CALL", "look_for_garbage_by_the_thousands()")))
    assert left_alone > 100
    assert 1 <= set_so <= 5
