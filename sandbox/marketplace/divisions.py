"""Chinese administrative divisions: what a six-digit district code stands for."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# Published pages group these under a placeholder where the address itself names no city.
_MUNICIPALITY_PARTS = frozenset({"市辖区", "县"})
_COUNTY_PARTS = frozenset({"省直辖县级行政区划", "自治区直辖县级行政区划"})

# Founded after the pages were published: 2024-12 (Xinjiang), 2025-11 (Chongqing), 2026 (Xinjiang).
_LATER = {
    "500157": "两江新区",
    "653132": "岑岭县",
    "653228": "和康县",
    "653229": "和安县",
    "659013": "草湖市",
}


@dataclass(frozen=True)
class Division:
    """A district as `nativeLogistics` writes it: 上海 / 上海市 / 普陀区 for 310107."""

    code: str
    province: str
    city: str
    area: str


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    packed = (files(__package__) / "divisions.json.gz").read_bytes()
    tables: dict[str, dict[str, str]] = json.loads(gzip.decompress(packed))
    return tables


def division(code: str) -> Division | None:
    """The district of a code, or None when there is none."""
    tables = _tables()
    area = tables["areas"].get(code) or _LATER.get(code)
    if area is None:
        return None
    province, city = tables["provinces"][code[:2]], tables["cities"][code[:4]]
    if city in _MUNICIPALITY_PARTS:
        return Division(code, province.removesuffix("市"), province, area)
    return Division(code, province, area if city in _COUNTY_PARTS else city, area)
