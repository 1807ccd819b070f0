"""Street lines as people write them."""

import random

_ROADS = (
    "人民路 解放大道 建设北路 中山东路 文三路 科苑路 长江西路 迎宾大道 学府街 友谊巷 新华南路 "
    "创业一路 环城东路 工业五路 和平大街 青年路 滨河路 兴业街 振兴中路 凤凰山路"
)
_PLACES = "万科城市花园 金地格林小区 软件园 华润大厦 国际商贸城 工业园 阳光花园 幸福家园 电商产业园"
_ROMAN = (
    "Keyuan Road",
    "Renmin Road",
    "Jianshe North Road",
    "Wensan Road",
    "Zhongshan East Road",
    "Huanshi Avenue",
    "Xueyuan Street",
    "Chuangye 1st Road",
)
_PINYIN = (
    "Keyuan Lu",
    "Renmin Lu",
    "Jianshe Beilu",
    "Wensan Lu",
    "Zhongshan Donglu",
    "Huanshi Dadao",
    "Xueyuan Jie",
)


def chinese(random_: random.Random) -> str:
    """Return a Chinese street line that ends with a number and its unit."""
    number, building = random_.randrange(1, 999), random_.randrange(1, 30)
    room, floor, unit = (
        random_.randrange(101, 2999),
        random_.randrange(2, 30),
        random_.randrange(1, 5),
    )
    tails = (
        f"{building}栋{unit}单元{room}室",
        f"{random_.choice('ABCD')}座{floor}楼",
        f"{building}号楼{room}",
        f"{building}-{unit}-{room}",
        f"{floor}楼",
        "",
        "",
    )
    place = random_.choice([*_PLACES.split(), "", "", ""])
    return f"{random_.choice(_ROADS.split())}{number}号{place}{random_.choice(tails)}"


def english(random_: random.Random) -> str:
    """Return an English street line."""
    road, number = random_.choice(_ROMAN), random_.randrange(1, 999)
    room, building = random_.randrange(101, 2999), random_.randrange(1, 30)
    forms = (
        f"Room {room}, Building {building}, No. {number} {road}",
        f"No.{number} {road}",
        f"{number} {road}",
        f"Floor {building}, {number} {road}",
        f"Warehouse {random_.choice('ABC')}{building}, No. {number} {road}",
    )
    return random_.choice(forms)


def pinyin(random_: random.Random) -> str:
    """Return a street line in pinyin."""
    return f"{random_.choice(_PINYIN)} {random_.randrange(1, 999)} Hao"
