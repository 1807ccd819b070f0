"""Models whose JSON names are camelCase, as everywhere on this wire."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class CamelModel(BaseModel):
    """Read and written as camelCase; constructed by Python names."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class StrictCamelModel(CamelModel):
    """As CamelModel, and a misspelt field is an error."""

    model_config = ConfigDict(extra="forbid")
