"""Forms with files: the same bytes as httpx', which reads handles and quotes names besides."""

import io
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.forms import form_of

_NAMES = st.text("abz_.- 中", min_size=1, max_size=8)
_FILES = st.dictionaries(
    _NAMES, st.tuples(_NAMES, st.binary(max_size=200), st.just("image/png")), max_size=3
)


@given(fields=st.dictionaries(_NAMES, st.text(max_size=20)), files=_FILES)
def test_a_form_is_written_as_httpx_writes_it(
    fields: dict[str, str], files: dict[str, tuple[str, bytes, str]]
) -> None:
    """With its size, which httpx sends as well."""
    fields = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    form = form_of(fields, files)
    assert form is not None
    kind, upload = form
    given_files: Any = files or {"none": b""}
    whole = httpx.Request(
        "POST", "http://x", data=fields, files=given_files, headers={"Content-Type": kind}
    )
    written = b"".join(upload.pieces)
    assert upload.size == len(written)
    if files:
        assert written == whole.read()
        assert whole.headers["Content-Length"] == str(upload.size)


@pytest.mark.parametrize(
    ("fields", "files"),
    [
        ({}, {"a": ("a", io.BytesIO(b"handle"), "image/png")}),
        ({}, {"a": b"bytes alone"}),
        ({}, {"a": ('a "name"', b"", "image/png")}),
        ({}, {"a": ("a\r\nX: y", b"", "image/png")}),
        ({'a"': "b"}, {}),
    ],
)
def test_what_is_left_to_httpx(fields: dict[str, str], files: dict[str, Any]) -> None:
    """Nothing is quoted here, and nothing read."""
    assert form_of(fields, files) is None
