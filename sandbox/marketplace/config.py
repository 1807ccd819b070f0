"""What the simulated marketplace is started with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class MarketplaceConfig(BaseModel):
    """Settings that hold for one running marketplace; everything else is a switch."""

    model_config = ConfigDict(frozen=True)

    app_key: Annotated[str, Field(min_length=1)] = "demo"
    app_secret: Annotated[str, Field(min_length=1)] = "demo"  # noqa: S105 - nothing to protect
    public_base_url: str | None = None
    """Address under which pictures and the cashier are reached; unset: the request's Host."""
    least_likeness: float = 0.12
    """Image search drops offers that resemble the picture less than this, 0 to 1."""
    state_file: Path | None = None
    """Where orders and stock survive a restart; unset: in memory alone."""
    push_url: str = ""
    """Where pushes go unless the switch of that name says otherwise; empty: nowhere."""
