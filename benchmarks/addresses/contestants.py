"""One kept library over texts, in an environment of its own: `python contestants.py NAME`.

Reads a JSON list of texts and writes seconds and rows: code, names of divisions, street, recipient,
mobile. Imports nothing of the project. What a library does not read is empty.
"""

import importlib
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

Row = list[Any]


def _filled(value: object) -> str:
    return value if isinstance(value, str) and value != "nan" else ""


def _cpca() -> Callable[[str], Row]:
    cpca = importlib.import_module("cpca")

    def read(text: str) -> Row:
        found = cpca.transform([text]).to_dict("records")[0]
        names = [_filled(found[each]) for each in ("省", "市", "区")]
        return [_filled(found["adcode"])[:6], names, _filled(found["地址"]), "", ""]

    return read


def _jionlp() -> Callable[[str], Row]:
    jionlp = importlib.import_module("jionlp")

    def read(text: str) -> Row:
        found = jionlp.parse_location(text, town_village=False)
        names = [_filled(found[each]) for each in ("province", "city", "county")]
        return ["", names, _filled(found["detail"]), "", ""]

    return read


def _addressparser() -> Callable[[str], Row]:
    library = importlib.import_module("addressparser")

    def read(text: str) -> Row:
        found = library.transform([text]).to_dict("records")[0]
        return ["", [_filled(found[each]) for each in ("省", "市", "区")], found["地名"], "", ""]

    return read


def _cnloc() -> Callable[[str], Row]:
    library = importlib.import_module("cnloc")

    def read(text: str) -> Row:
        found = library.getlocation([text]).to_dict("records")[0]
        return [re.sub(r"\D", "", str(found["county_id"] or ""))[:6], [], "", "", ""]

    return read


READERS = {"cpca": _cpca, "jionlp": _jionlp, "addressparser": _addressparser, "cnloc": _cnloc}


def main() -> None:
    """Read every text with the library that is named; what it raises is nothing read."""
    read = READERS[sys.argv[1]]()
    texts = json.load(sys.stdin)
    read(texts[0])
    rows, failed = [], 0
    begun = time.perf_counter()
    for text in texts:
        try:
            rows.append(read(text))
        except Exception:  # noqa: BLE001 - whichever way a library fails, it read nothing
            failed += 1
            rows.append(["", [], "", "", ""])
    seconds = time.perf_counter() - begun
    # The libraries print to the standard output themselves.
    sys.stderr.write(json.dumps({"seconds": seconds, "rows": rows, "failed": failed}) + "\n")


if __name__ == "__main__":
    main()
