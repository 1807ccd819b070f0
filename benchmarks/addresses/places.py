"""Where the made-up addresses lie: drawn from the division data without the reader's code."""

import gzip
import json
import random
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[2] / "bot" / "addresses" / "data" / "divisions.json.gz"
_IDLE_CITIES = {"市辖区", "县"}
_LONGEST_TOWN = 6
_NO_CITY = {"省直辖县级行政区划", "自治区直辖县级行政区划"}


class Place(NamedTuple):
    """A district (or a city without any) with one of its towns."""

    code: str
    province: str
    city: str
    district: str  # empty in a city without districts
    town: str
    english: tuple[str, str, str] = ("", "", "")  # district, city, province


def every_place() -> list[Place]:
    """Return every place that can be delivered to, each with its first plain town."""
    content: dict[str, Any] = json.loads(gzip.decompress(DATA.read_bytes()))
    found = []
    for _, province, cities in content["provinces"]:
        for code, city, areas in cities:
            if city in _IDLE_CITIES:
                rows = [(area, province, name, towns) for area, name, towns in areas]
            elif city in _NO_CITY:
                rows = [(area, name, "", towns) for area, name, towns in areas]
            elif [name for _, name, _ in areas] == [city]:
                rows = [(f"{code}00", city, "", areas[0][2])]
            else:
                rows = [(area, city, name, towns) for area, name, towns in areas]
            for area, above, name, towns in rows:
                if area[4] == "7":
                    continue  # development zones have names of several forms
                found.append(Place(area, province, above, name, _plain_town(towns)))
    return found


def _plain_town(packed: str) -> str:
    names = [town[3:] for town in packed.split("|") if town]
    plain = [
        name for name in names if name.endswith(("街道", "镇", "乡")) and len(name) <= _LONGEST_TOWN
    ]
    return plain[len(plain) // 2] if plain else ""


# Places as English and pinyin addresses name them, written by hand.
ENGLISH = {
    "440305": ("Nanshan", "Shenzhen", "Guangdong"),
    "440106": ("Tianhe", "Guangzhou", "Guangdong"),
    "440111": ("Baiyun", "Guangzhou", "Guangdong"),
    "440605": ("Nanhai", "Foshan", "Guangdong"),
    "330106": ("Xihu", "Hangzhou", "Zhejiang"),
    "330108": ("Binjiang", "Hangzhou", "Zhejiang"),
    "330212": ("Yinzhou", "Ningbo", "Zhejiang"),
    "330302": ("Lucheng", "Wenzhou", "Zhejiang"),
    "310115": ("Pudong", "Shanghai", "Shanghai"),
    "310112": ("Minhang", "Shanghai", "Shanghai"),
    "110105": ("Chaoyang", "Beijing", "Beijing"),
    "110108": ("Haidian", "Beijing", "Beijing"),
    "510107": ("Wuhou", "Chengdu", "Sichuan"),
    "420111": ("Hongshan", "Wuhan", "Hubei"),
    "610113": ("Yanta", "Xi'an", "Shaanxi"),
    "370214": ("Chengyang", "Qingdao", "Shandong"),
    "350203": ("Siming", "Xiamen", "Fujian"),
    "320105": ("Jianye", "Nanjing", "Jiangsu"),
    "341502": ("Jin'an", "Lu'an", "Anhui"),
    "450103": ("Qingxiu", "Nanning", "Guangxi"),
}


def draw(random_: random.Random, places: list[Place], *, english: bool) -> Place:
    """Return a place; for an English layout one whose English names are written down."""
    if english:
        code = random_.choice(list(ENGLISH))
        place = next(each for each in places if each.code == code)
        return place._replace(english=ENGLISH[code])
    return random_.choice(places)
