"""A catalog is read compiled, and is what is written now."""

import gettext
from pathlib import Path

import pytest

from locales import FOLDER, catalog_of, languages

_PO = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "hello"\nmsgstr "{}"\n'
)


def written(folder: Path, text: str) -> Path:
    """Write a catalog of one text; return where it is compiled to."""
    source = folder / "zh" / "LC_MESSAGES" / "snaporder.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(_PO.format(text), "utf-8")
    return source.with_suffix(".mo")


def test_what_was_compiled_is_read_again(tmp_path: Path) -> None:
    """And any program can read it."""
    compiled = written(tmp_path, "你好")
    assert catalog_of("zh", tmp_path).gettext("hello") == "你好"
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("hello") == "你好"
    before = compiled.stat().st_ino
    assert catalog_of("zh", tmp_path).gettext("hello") == "你好"
    assert compiled.stat().st_ino == before


def test_what_was_compiled_of_another_source_counts_for_nothing(tmp_path: Path) -> None:
    """Even when it is the newer file."""
    compiled = written(tmp_path, "你好")
    catalog_of("zh", tmp_path)
    written(tmp_path, "您好")
    compiled.touch()
    assert catalog_of("zh", tmp_path).gettext("hello") == "您好"


@pytest.mark.parametrize("broken", [b"", b"no catalog at all", b"\xde\x12\x04\x95\0\0\0\0"])
def test_a_broken_one_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    """Cut off, or something else."""
    compiled = written(tmp_path, "你好")
    compiled.write_bytes(broken)
    assert catalog_of("zh", tmp_path).gettext("hello") == "你好"
    assert compiled.read_bytes().startswith(b"\xde\x12\x04\x95")


def test_where_nothing_can_be_written_it_is_read_all_the_same(tmp_path: Path) -> None:
    """And nothing is left behind."""
    compiled = written(tmp_path, "你好")
    compiled.mkdir()
    assert catalog_of("zh", tmp_path).gettext("hello") == "你好"
    assert {each.name for each in compiled.parent.iterdir()} == {"snaporder.mo", "snaporder.po"}


def test_every_language_is_compiled() -> None:
    """With the plural forms that it has."""
    assert languages() == ["en", "zh"]
    count = "start.unfinished_lines"
    english = catalog_of("en", FOLDER)
    assert english.ngettext(count, count, 1) != english.ngettext(count, count, 2)
