"""What an operator may set about access: refused by name when nobody could get in."""

from pathlib import Path

import pytest

from bot.services.access import AccessMode
from bot.settings import BadSettings, load_settings


@pytest.fixture(autouse=True)
def _needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_TOKEN", "MARKETPLACE_APP_KEY", "MARKETPLACE_APP_SECRET"):
        monkeypatch.setenv(name, "1:aa")


def test_it_is_open_unless_said_otherwise() -> None:
    """With quotas that nobody who shops meets."""
    settings = load_settings()
    assert settings.access is AccessMode.OPEN
    assert (settings.searches_per_hour, settings.unpaid_orders) == (120, 10)
    assert (settings.flood_updates, settings.flood_seconds) == (30, 10.0)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ACCESS": "invite"}, "ADMIN_IDS is missing"),
        ({"ACCESS": "allowlist"}, "ALLOWED_IDS is missing"),
        ({"ACCESS": "friends"}, "ACCESS: "),
        ({"ALLOWED_IDS": "me"}, "ALLOWED_IDS: write Telegram ids"),
        ({"SEARCHES_PER_HOUR": "-1"}, "SEARCHES_PER_HOUR: "),
        ({"UNPAID_ORDERS": "many"}, "UNPAID_ORDERS: "),
        ({"FLOOD_SECONDS": "0"}, "FLOOD_SECONDS: "),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A door without a key, a number that is none."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=f"^{says}"):
        load_settings()


def test_ids_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere else."""
    monkeypatch.setenv("ACCESS", "allowlist")
    monkeypatch.setenv("ALLOWED_IDS", "11, 22,")
    assert load_settings().allowed_ids == {11, 22}
