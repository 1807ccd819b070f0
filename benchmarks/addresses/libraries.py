"""The kept libraries of the field, each in a folder that is thrown away; none is pinned here."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

from benchmarks.addresses.corpus import Sample
from benchmarks.addresses.judging import Reading
from benchmarks.addresses.places import Place, every_place

HERE = Path(__file__).parent
PYTHON = ("cpca==0.5.5", "jionlp==1.5.31", "addressparser==0.2.4", "six==1.17.0", "cnloc==0.1.7")
NODE = ("address-parse@1.2.19", "zh-address-parse@1.3.16")
_LONGEST = 600  # seconds for one library


class Contest(NamedTuple):
    """What a library read, how long it took, and how many texts it failed at."""

    name: str
    readings: list[Reading]
    seconds: float
    failed: int


def run_all(samples: list[Sample]) -> list[Contest]:
    """Install and run every library that the registries have; says which they don't."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        found += _python(Path(folder), samples)
        found += _node(Path(folder), samples)
    return found


def _python(folder: Path, samples: list[Sample]) -> list[Contest]:
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *PYTHON], check=True)
    names = [each.partition("==")[0] for each in PYTHON if not each.startswith("six")]
    return [_contest(name, [python, HERE / "contestants.py", name], samples) for name in names]


def _node(folder: Path, samples: list[Sample]) -> list[Contest]:
    subprocess.run([_npm(), "init", "-y"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([_npm(), "install", "--silent", *NODE], cwd=folder, check=True)
    script = folder / "contestants.js"  # beside its node_modules
    script.write_text((HERE / "contestants.js").read_text(encoding="utf-8"), encoding="utf-8")
    names = [each.partition("@")[0] for each in NODE]
    return [_contest(name, [which("node") or "node", script, name], samples) for name in names]


def _npm() -> str:
    return which("npm") or "npm"


def _contest(name: str, command: list[str | Path], samples: list[Sample]) -> Contest:
    texts = json.dumps([sample.text for sample in samples])
    done = subprocess.run(
        command, input=texts, capture_output=True, text=True, check=True, timeout=_LONGEST
    )
    answer = json.loads(done.stderr.strip().splitlines()[-1])
    readings = [_reading(row) for row in answer["rows"]]
    return Contest(name, readings, answer["seconds"], answer["failed"])


def _reading(row: list[Any]) -> Reading:
    code, names, street, name, mobile = row
    return Reading(name, mobile, code or _code_of(tuple(names)), street)


_CODES: dict[tuple[str, ...], str] = {}


def _code_of(names: tuple[str, ...]) -> str:
    """Return the code that names stand for, as generously as their library may mean them."""
    if not _CODES:
        for place in every_place():
            for form in _forms(place):
                _CODES.setdefault(form, place.code)
    return _CODES.get(tuple(each or "" for each in names), "")


def _forms(place: Place) -> list[tuple[str, ...]]:
    cities = {place.city, "市辖区", "县", ""} if place.city == place.province else {place.city}
    forms: list[tuple[str, ...]] = [(place.province, city, place.district) for city in cities]
    if not place.district:
        forms += [(place.province, "", place.city), (place.province, place.city, place.city)]
    return forms


if __name__ == "__main__":
    sys.exit("run python -m benchmarks.addresses --libraries")
