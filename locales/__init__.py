"""Texts in each language: catalogs as people write them (.po) and as programs read them (.mo).

They are compiled when the wheel or the image is built (`python -m locales`), and in a checkout
whenever one has changed since: reading one as it is written takes some thirty times as long.
"""

import contextlib
import gettext
import hashlib
import io
import struct
import tempfile
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
_MADE_OF: Final = "made of"
"""The message of a compiled catalog that tells the digest of its source."""


def languages(folder: Path = FOLDER) -> list[str]:
    """Return the languages that there are catalogs of."""
    return sorted(each.parts[-3] for each in folder.glob("*/LC_MESSAGES/snaporder.po"))


def catalog_of(language: str, folder: Path = FOLDER) -> gettext.GNUTranslations:
    """Return a language's catalog as it is written now.

    What was compiled of another source counts for nothing, whichever is the newer file: neither a
    wheel nor an image keeps the times. Where nothing can be written it is compiled each time.
    """
    source = folder / language / "LC_MESSAGES" / "snaporder.po"
    written = source.read_bytes()
    digest = hashlib.sha256(written).hexdigest()
    compiled = source.with_suffix(".mo")
    # Broken: of another format, cut off, or no text.
    with (
        contextlib.suppress(OSError, struct.error, UnicodeDecodeError),
        compiled.open("rb") as file,
    ):
        known = gettext.GNUTranslations(file)
        if known.gettext(_MADE_OF) == digest:
            return known
    made = _compiled(written, language, digest)
    with contextlib.suppress(OSError):
        _put(compiled, made)
    return gettext.GNUTranslations(io.BytesIO(made))


def _compiled(written: bytes, language: str, digest: str) -> bytes:
    # A bot whose catalogs were compiled needs none of it.
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - see above
    from babel.messages.pofile import read_po  # noqa: PLC0415 - see above

    catalog = read_po(io.BytesIO(written), locale=language)
    catalog.add(_MADE_OF, digest)
    made = io.BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: others may read it meanwhile. Raises `OSError`."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(content)
    part = Path(file.name)
    part.chmod(0o644)
    try:
        part.replace(path)
    except OSError:
        part.unlink()
        raise
