"""Orders and stock on disk, so that a demonstration survives a restart."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel

from sandbox.marketplace.catalogue import CatalogueOffer
from sandbox.marketplace.orders import Order


class SavedState(BaseModel):
    """What is kept: every order, and the offers that differ from the catalogue."""

    orders: list[Order] = []
    offers: list[CatalogueOffer] = []


def load_state(path: Path) -> SavedState:
    """The saved state, or an empty one when there is no file yet.

    Raises pydantic.ValidationError when the file is not ours or from another version.
    """
    if not path.exists():
        return SavedState()
    return SavedState.model_validate_json(path.read_bytes())


def save_state(path: Path, state: SavedState) -> None:
    """Write the whole file beside the old one, then put it in its place in one step."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(state.model_dump_json().encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
