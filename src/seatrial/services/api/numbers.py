"""Numbers as callers may write them and as doors write them, for JSON and for its schema alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec

_SAID: Final = "A JSON number, or a decimal number as text. It is read exactly and never rounded."

# What a caller may say: read later, on the grid of its instrument. A missing one is an empty `Raw`.
SaidNumber = Annotated[msgspec.Raw, msgspec.Meta(description=_SAID, extra_json_schema={"type": ["number", "string"]})]
SaidNumberOrNone = Annotated[
    msgspec.Raw, msgspec.Meta(description=_SAID, extra_json_schema={"type": ["number", "string", "null"]})
]
# What a door says: a JSON number with exactly the digits of its grid.
ExactNumber = Annotated[Decimal, msgspec.Meta(description="Exact: all its digits are sent.")]
# The same as text, for money and quantities: exact, whatever reads it.
NumberText = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="An exact decimal number.")]
# RFC 3339 in UTC.
When = Annotated[str, msgspec.Meta(description="RFC 3339, UTC.", extra_json_schema={"format": "date-time"})]


def bounded(low: int, high: int) -> Any:
    """The type of a whole number within bounds, both included."""
    return Annotated[int, msgspec.Meta(ge=low, le=high)]
