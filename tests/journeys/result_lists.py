"""A list of results read back from its text: titles, prices, what was sold."""

import re

from chat import Shown

MANY = "女"  # 22 offers: three pages of 6 and one of 4


def numbers(shown: Shown) -> list[str]:
    """The numbers on the buttons."""
    return [label for label in shown.labels if label.isdigit()]


def listed(shown: Shown) -> list[str]:
    """The numbers in the list."""
    return re.findall(r"^(\d+)\. ", shown.text, re.MULTILINE)


def prices(shown: Shown) -> list[float]:
    """What the hits cost, top to bottom."""
    return [float(each.replace(",", "")) for each in re.findall(r"¥([\d,.]+)", shown.text)]


def sold(shown: Shown) -> list[int]:
    """How many of each were sold in a month."""
    return [int(each.replace(",", "")) for each in re.findall(r"([\d,]+) sold", shown.text)]


def rates(shown: Shown) -> list[float]:
    """How many percent buy again."""
    return [float(each) for each in re.findall(r"([\d.]+)% reorder rate", shown.text)]
