"""Stage and mode: which credentials exist, and what an order does."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Which credentials, venues, limits and gates exist."""

    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class Mode(StrEnum):
    """What an order does, from the strictest to the loosest."""

    DRY_RUN = "dry_run"  # decided, recorded, sent nowhere
    SIM = "sim"  # to a local venue
    PAPER = "paper"  # to the venue's own paper or testnet endpoint
    LIVE = "live"  # to real money; exists only in prod


STRICTNESS = tuple(Mode)


def strictest(first: Mode, second: Mode) -> Mode:
    """Of two modes the one that can do less harm."""
    return min(first, second, key=STRICTNESS.index)


STAGE_WORDS = {
    "dev": Stage.DEV,
    "development": Stage.DEV,
    "staging": Stage.STAGING,
    "prod": Stage.PROD,
    "production": Stage.PROD,
}
