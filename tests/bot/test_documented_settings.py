"""The README names every setting, and no other."""

import re
from pathlib import Path

from bot.settings import Settings

# Read from the environment by everything that goes out, whoever configures it.
_NOT_OURS = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"}
_README = Path(__file__).resolve().parents[2] / "README.md"


def test_every_setting_is_in_the_readme_and_every_one_there_exists():
    """The configuration table and the settings model name the same variables."""
    table = _README.read_text("utf-8").split("## Configuration")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert named - _NOT_OURS == {name.upper() for name in Settings.model_fields}
