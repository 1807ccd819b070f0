"""Make `bot/addresses/data/traditional.txt`: traditional characters above their simplified ones.

    pip install opencc==1.4.2 && python scripts/vendor_traditional.py

Two lines of equal length. They serve comparing alone: both sides are folded, so that 乾安 and 於潜
still meet themselves, and nothing that is stored is ever rewritten.
"""

from pathlib import Path

import opencc

TARGET = Path(__file__).resolve().parent.parent / "bot" / "addresses" / "data" / "traditional.txt"
HAN = range(0x3400, 0xA000)
# Forms that people type and the converter leaves alone or takes for signs of their own.
MORE = {
    "県": "县",
    "広": "广",
    "竜": "龙",
    "沢": "泽",
    "円": "圆",
    "乾": "干",
    "於": "于",
    "著": "着",
}


def pairs() -> dict[str, str]:
    """Return the simplified form of every character that has another one."""
    converter = opencc.OpenCC("t2s")
    found = {chr(point): converter.convert(chr(point)) for point in HAN}
    one = {old: new for old, new in found.items() if old != new and len(new) == 1}
    # A form that is folded itself would meet nothing: 于 stands for 於, 干 for 乾.
    return {old: (one | MORE).get(new, new) for old, new in (one | MORE).items()}


def main() -> None:
    """Write the file."""
    found = pairs()
    lines = ("".join(found), "".join(found.values()))
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(found)} characters, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
