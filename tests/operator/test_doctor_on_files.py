"""What the doctor says of settings files and of where the key lies."""

from pathlib import Path

import pytest

from bot.operator.doctor import examine
from tests.operator.conftest import Configure


async def _report(configure: Configure, **changed: object) -> str:
    return "\n".join([each.line async for each in examine(configure(**changed))])


async def test_a_key_beside_the_database_is_warned_of(configure: Configure, tmp_path: Path) -> None:
    """One copy of that folder or volume holds the lock and its key."""
    assert "WARN  key's place: " in await _report(configure)
    apart = tmp_path / "keys" / "bot.key"
    assert "OK    key's place: " in await _report(configure, data_key_file=apart)
    assert "OK    key's place: " in await _report(configure, data_key="00" * 32)


async def test_a_name_that_nothing_reads_is_told(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip in the settings file would otherwise do nothing, silently."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text("MARKETPLACE_SIGNNG=java\nBOT_TOKEN_FILE=/run/secrets/token\nACCESS=open\n")
    report = await _report(configure)
    assert "WARN  settings: nothing reads MARKETPLACE_SIGNNG in .env" in report
    assert "meant MARKETPLACE_SIGNING?" in report
    file.write_text("ACCESS=open\n")
    assert "OK    settings: all can be read; file: .env" in await _report(configure)
