"""The one shape of every refusal, as its schema tells it."""

from __future__ import annotations

import msgspec


class Refusal(msgspec.Struct):
    """Why not: a code for programs, a sentence for people, and which input was wrong and what would be right.

    Some say more: `needed` and `held` scopes at 403, a rule's `code`, `limit` and `actual` where risk said no.
    """

    error: str
    message: str
    field: str | None = None
    accepted: str | None = None
