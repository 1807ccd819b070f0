"""Sealing, and where the key comes from."""

import base64
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.storage.keys import load_keyring
from bot.storage.sealing import BadKey, Sealer, WrongKey
from tests.storage.samples import KEY

OTHER_KEY = bytes(32)


@settings(deadline=None)
@given(plain=st.binary(max_size=2_000), context=st.text(max_size=40))
def test_what_was_sealed_opens_in_its_place(plain: bytes, context: str):
    """Any bytes come back, and two sealings of the same never look alike."""
    sealer = Sealer(KEY)
    sealed = sealer.seal(plain, context)
    assert sealer.open(sealed, context) == plain
    assert sealer.seal(plain, context) != sealed


_TWO = st.lists(st.tuples(st.binary(max_size=80), st.text(max_size=20)), min_size=2, unique=True)


@settings(deadline=None)
@given(values=_TWO)
def test_a_snapshot_that_is_resumed_twice_repeats_no_nonce(values: list[tuple[bytes, str]]):
    """Even if the system gave both copies the same random bytes: what differs gets its own."""
    nonces = [
        Sealer(KEY, random=lambda size: b"\x07" * size).seal(plain, context)[:13]
        for plain, context in values
    ]
    assert len(set(nonces)) == len(values)


def test_a_copy_of_the_process_seals_with_nonces_of_its_own():
    """Nothing that a nonce is made of was fetched before it is needed."""
    drawn: list[int] = []

    def random(size: int) -> bytes:
        drawn.append(size)
        return os.urandom(size)

    sealer = Sealer(KEY, random=random)
    assert drawn == []
    for number in range(1, 4):
        sealer.seal(b"x", "orders/1")
        assert len(drawn) == number


@settings(deadline=None)
@given(plain=st.binary(max_size=50), data=st.data())
def test_an_altered_byte_opens_nothing(plain: bytes, data: st.DataObject):
    """Every byte is authenticated: key id, nonce, ciphertext and tag."""
    sealer = Sealer(KEY)
    sealed = bytearray(sealer.seal(plain, "orders/1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1
    with pytest.raises(WrongKey):
        sealer.open(bytes(sealed), "orders/1")


@pytest.mark.parametrize("length", [0, 1, 12, 13, 28])
def test_a_truncated_value_opens_nothing(length: int):
    """What is too short to be sealed is refused like anything altered."""
    sealed = Sealer(KEY).seal(b"secret", "orders/1")
    with pytest.raises(WrongKey):
        Sealer(KEY).open(sealed[:length], "orders/1")


def test_another_place_key_or_key_id_opens_nothing():
    """A value moved to another row, or met with another key, stays shut."""
    sealed = Sealer(KEY).seal(b"secret", "orders/1")
    with pytest.raises(WrongKey):
        Sealer(KEY).open(sealed, "orders/2")
    with pytest.raises(WrongKey):
        Sealer(OTHER_KEY).open(sealed, "orders/1")
    with pytest.raises(WrongKey, match="another key id"):
        Sealer(KEY, key_id=2).open(sealed, "orders/1")


def test_a_key_has_32_bytes():
    """A short key is refused instead of weakening the cipher."""
    with pytest.raises(BadKey):
        Sealer(b"short")


@pytest.mark.parametrize(
    "setting",
    [
        KEY.hex(),
        KEY.hex().upper(),
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(b"\xfb" * 32).decode(),
        base64.b64encode(KEY).decode().rstrip("="),
        f"  {base64.b64encode(KEY).decode()}\n",
    ],
)
def test_a_setting_is_hex_or_base64(setting: str, tmp_path: Path):
    """Each usual spelling of 32 bytes is read, and no file is made beside it."""
    ((key_id, key),) = load_keyring(setting, tmp_path / "key").keys
    assert key_id == 1
    assert key in {KEY, b"\xfb" * 32}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("setting", ["secret", "zz" * 32, "AAAA", KEY.hex()[:-2], "é" * 43])
def test_an_unusable_setting_is_refused_by_name(setting: str, tmp_path: Path):
    """The message names the variable and does not repeat the secret."""
    with pytest.raises(BadKey, match="DATA_KEY") as caught:
        load_keyring(setting, tmp_path / "key")
    assert setting not in str(caught.value)


@pytest.mark.parametrize("setting", [None, "", "  "])
def test_a_key_file_is_made_once(setting: str | None, tmp_path: Path):
    """The first run makes it for its owner alone, later runs read it, nothing else stays."""
    key_file = tmp_path / "data" / "bot.key"
    ((_, key),) = load_keyring(setting, key_file).keys
    assert len(key) == 32
    assert load_keyring(setting, key_file).keys == ((1, key),)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_racing_first_runs_agree_on_one_key(tmp_path: Path):
    """Ten starts at the same moment end with the same key."""
    key_file = tmp_path / "bot.key"
    barrier = threading.Barrier(10)
    keys: list[bytes] = []

    def start() -> None:
        barrier.wait()
        keys.append(load_keyring(None, key_file).keys[0][1])

    threads = [threading.Thread(target=start) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 10
    assert len(set(keys)) == 1


def test_a_spoilt_key_file_is_refused_and_kept(tmp_path: Path):
    """A key file that holds no key is never overwritten: it may be mended."""
    key_file = tmp_path / "bot.key"
    key_file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadKey, match=r"bot\.key"):
        load_keyring(None, key_file)
    assert key_file.read_bytes() == b"\xff\xfe"
