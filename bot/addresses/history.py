"""What changed after the division data was counted, and what places were called before.

Sources of the later divisions, each announced by the government named (decision 0004):

* 和安县, 和康县: Xinjiang, 2024-12, out of 和田县 and 皮山县;
* 两江新区: Chongqing, 2025-11-07, in place of 江北区 and 渝北区 (the State Council's reply of
  2025-11-06; code by the Chongqing civil affairs bureau, 2025-12-05);
* 岑岭县: Xinjiang, 2026-03-26, out of 叶城县;
* 草湖市: Xinjiang, 2026-04, a city of the production and construction corps.

`data/former.txt` (`scripts/vendor_former.py`) has what the standard GB/T 2260 called places before.
"""

from importlib import resources
from typing import NamedTuple


class Founded(NamedTuple):
    """A division that the data does not have yet. Its towns are not published with codes."""

    code: str
    name: str
    parent: str


FOUNDED = (
    Founded("500157", "两江新区", "500100"),
    Founded("653132", "岑岭县", "653100"),
    Founded("653228", "和康县", "653200"),
    Founded("653229", "和安县", "653200"),
    Founded("659013", "草湖市", "650000"),
)


class Former(NamedTuple):
    """A name of before. `below` is the code it counts below, empty for anywhere.

    Several `codes` when its place was divided, the likeliest first.
    """

    name: str
    below: str
    codes: tuple[str, ...]


def former_names() -> tuple[Former, ...]:
    """Return every former name of counties, cities and prefectures. Read once, by the index."""
    file = resources.files("bot.addresses").joinpath("data", "former.txt")
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(Former(name, below, tuple(codes.split(","))) for name, below, codes, *_ in rows)


def areas() -> tuple[Former, ...]:
    """Return the areas that are no division (天府新区), with the districts that they lie in."""
    file = resources.files("bot.addresses").joinpath("data", "areas.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple(
        Former(name, below, tuple(codes.split(",")))
        for names, below, codes in rows
        for name in names.split("|")
    )


# How people shorten leagues, prefectures and banners: as good as the whole name.
SHORTENED = {
    "锡盟": "152500",
    "阿盟": "152900",
    "乌盟": "150900",
    "巴盟": "150800",
    "伊盟": "150600",
    "呼盟": "150700",
    "哲盟": "150500",
    "昭盟": "150400",
    "鄂市": "150600",
    "巴市": "150800",
    "土左旗": "150121",
    "土右旗": "150221",
    "达茂旗": "150223",
    "阿旗": "150421",
    "克旗": "150425",
    "翁旗": "150426",
    "喀旗": "150428",
    "科左中旗": "150521",
    "科左后旗": "150522",
    "达旗": "150621",
    "准旗": "150622",
    "鄂前旗": "150623",
    "鄂托克前": "150623",
    "伊旗": "150627",
    "莫旗": "150722",
    "鄂伦春旗": "150723",
    "鄂温克旗": "150724",
    "陈旗": "150725",
    "新左旗": "150726",
    "新右旗": "150727",
    "乌前旗": "150823",
    "乌中旗": "150824",
    "乌后旗": "150825",
    "察右前旗": "150926",
    "察右中旗": "150927",
    "察右后旗": "150928",
    "科右前旗": "152221",
    "科右中旗": "152222",
    "苏左旗": "152523",
    "苏右旗": "152524",
    "东乌旗": "152525",
    "西乌旗": "152526",
    "太旗": "152527",
    "阿左旗": "152921",
    "阿右旗": "152922",
    "额旗": "152923",
    "巴州": "652800",
    "克州": "653000",
    "昌吉州": "652300",
    "博州": "652700",
    "伊犁州": "654000",
    "海西州": "632800",
    "恩施州": "422800",
    "湘西州": "433100",
    "延边州": "222400",
    "阿坝州": "513200",
    "甘孜州": "513300",
    "凉山州": "513400",
    "黔东南州": "522600",
    "黔南州": "522700",
    "黔西南州": "522300",
    "楚雄州": "532300",
    "红河州": "532500",
    "文山州": "532600",
    "版纳州": "532800",
    "西双版纳州": "532800",
    "版纳": "532800",
    "大理州": "532900",
    "德宏州": "533100",
    "怒江州": "533300",
    "迪庆州": "533400",
    "临夏州": "622900",
    "甘南州": "623000",
}

# Areas with an administration of their own that became a district, as a whole.
FORMER = {
    "龙华新区": "440309",
    "光明新区": "440311",
    "坪山新区": "440310",
    "路南县": "530126",
}

# Names whose place went into one of today's for the most part, or lies in it: to be confirmed.
MOSTLY = {
    "钱塘新区": "330114",
    "大鹏新区": "440307",
    "西海岸新区": "370211",
    "横琴新区": "440402",
    "南沙新区": "440115",
}

# Other words for a place that still stands.
ALSO = {
    "内蒙": "150000",
    "香港": "810000",
    "澳门": "820000",
    "台湾省": "710000",
    "台湾": "710000",
    "雄安新区": "130600",
    "河北雄安新区": "130600",
    "雄安": "130600",
    "呼市": "150100",
    "西沙区": "460321",
    "南沙群岛区": "460322",
}

# Areas that are no division of their own, with the districts that they cover.
AREAS = {"雄安": ("130629", "130632", "130638")}

# 嘉峪关's former districts are wider than the towns of their names (雄关区 is not 雄关街道).
WIDER_THAN_TOWNS = frozenset({"620200"})
