"""The scan finds what must not be committed; the licence list refuses what may not be used."""

import importlib.util
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Put together here, so that this file holds none itself.
HEX = "9f86d081884c7d65" + "9a2feaa0c55ad015"
PLANTED = {
    "123456789:" + "AAF3bq9-yZ_kLmN0pQrStUvWxYz12345678": "bot token",
    "-----BEGIN RSA " + "PRIVATE KEY-----": "private key",
    "AKIA" + "IOSFODNN7EXAMPLE": "AWS",
    "ghp_" + "a1B2" * 9: "GitHub",
    f'MARKETPLACE_APP_SECRET="{HEX}"': "by its name",
    f"data_key = '{HEX}{HEX}'": "by its name",
    '"apiKey": "' + "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWo" + '"': "by its name",
    "https://someone:" + "hunter22@example.org/": "password in an address",
}
HARMLESS = [
    'secret = "' + "0" * 32 + '"',
    f'offer_hash = "{HEX}"',
    "token: SecretStr = Field(min_length=1)",
    "secret_token=secret.get_secret_value() if secret else None",
    "BOT_TOKEN=123456:ABC-DEF",
]


@pytest.mark.parametrize(("line", "kind"), PLANTED.items(), ids=PLANTED.values())
def test_a_planted_secret_is_found_and_not_repeated(tmp_path: Path, line: str, kind: str) -> None:
    """File and line are named, the secret is not."""
    file = tmp_path / "settings.py"
    file.write_text(f"# first line\n{line}\n")
    (found,) = _script("scan_secrets").scan(file, tmp_path)
    assert found.startswith("settings.py:2: ")
    assert kind in found
    assert line not in found


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_looks_like_a_secret_is_left_alone(tmp_path: Path, line: str) -> None:
    """Zeros, hashes without a telling name, and code that handles secrets."""
    file = tmp_path / "settings.py"
    file.write_text(line)
    assert list(_script("scan_secrets").scan(file, tmp_path)) == []


class _Package:
    def __init__(self, **fields: str) -> None:
        self.metadata = Message()
        for name, value in fields.items():
            self.metadata[name.replace("_", "-")] = value


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "Apache-2.0"}, "Apache-2.0"),
        ({"License_Expression": "Apache-2.0 AND MIT"}, "Apache-2.0, MIT"),
        ({"License": "MIT License"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD"),
        ({"License_Expression": "LGPL-3.0-only"}, "LGPL-3.0"),
        ({"License_Expression": "GPL-3.0-or-later"}, None),
        ({"License_Expression": "AGPL-3.0"}, None),
        ({"License": "Proprietary"}, None),
        ({"License": "ask the author"}, None),
        ({}, None),
    ],
)
def test_licences_are_told_apart(fields: dict[str, str], licence: str | None) -> None:
    """Known ones are named; copyleft beyond a library's, and what is unknown, is refused."""
    assert _script("list_licences").licence_of(_Package(**fields)) == licence
