"""Countries are known by the names that CLDR has for them."""

import importlib.util
import json
from pathlib import Path

import pytest

from bot.addresses.territories import foreign_country

ROOT = Path(__file__).resolve().parents[2]


def test_the_file_holds_what_babel_knows():
    """A newer Babel with other names shows up here: run the script."""
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "scripts/vendor_countries.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert json.loads(script.TARGET.read_text("utf-8")) == script.content()


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("寄到俄罗斯莫斯科", "俄罗斯"),
        ("12 Main St, Springfield, usa", "usa"),
        ("Германия, Берлин", "Германия"),
        ("Kowloon, Nathan Road 1", "Kowloon"),
        ("广东省深圳市南山区科技园1号", ""),
        ("Chadwick Road 5", ""),  # Chad is a country, Chadwick none
    ],
)
def test_a_country_is_found_as_a_word(text, country):
    """In any case of letters; never as a part of another word."""
    assert foreign_country(text) == country
