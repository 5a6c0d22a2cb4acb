"""Entries as text: exact, deterministic JSON of every fact and effect.

A fact is `["Target", {...}]` with every field in the order of its declaration, enums by value and
integers as integers. The types come from the unions of `domain.facts`, so a new word there has its
codec at once.
"""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from seatrial.domain.effects import Effect
from seatrial.domain.facts import Fact
from seatrial.domain.faults import JournalCorrupt, JournalFault

FACT_TYPES: tuple[type[Any], ...] = get_args(Fact)
EFFECT_TYPES: tuple[type[Any], ...] = get_args(Effect)

_FACT_DECODERS = {kind.__name__: msgspec.json.Decoder(kind) for kind in FACT_TYPES}
_EFFECT_DECODERS = {kind.__name__: msgspec.json.Decoder(kind) for kind in EFFECT_TYPES}
_TAGGED = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_TAGGED_MANY = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]])
_ENCODER = msgspec.json.Encoder()


def kind_of(fact: Fact) -> str:
    """The tag of a fact: the name of its type."""
    return type(fact).__name__


def encode_fact(fact: Fact) -> str:
    """A fact as JSON text.

    Raises:
        JournalFault: a text is not Unicode.
    """
    return _encode((kind_of(fact), fact))


def encode_effects(effects: tuple[Effect, ...]) -> str:
    """The effects of one fact as a JSON list, `[]` where there are none."""
    return _encode([(type(effect).__name__, effect) for effect in effects]) if effects else "[]"


def decode_fact(text: str) -> Fact:
    """The inverse of `encode_fact`.

    Raises:
        JournalCorrupt: the text is no fact of this version.
    """
    try:
        tag, body = _TAGGED.decode(text)
        fact: Fact = _FACT_DECODERS[tag].decode(body)
    except (msgspec.MsgspecError, KeyError) as fault:
        raise JournalCorrupt(f"not a fact: {text[:200]!r} ({fault})") from fault
    return fact


def decode_effects(text: str) -> tuple[Effect, ...]:
    """The inverse of `encode_effects`.

    Raises:
        JournalCorrupt: the text is no list of effects of this version.
    """
    if text == "[]":
        return ()
    try:
        return tuple(_EFFECT_DECODERS[tag].decode(body) for tag, body in _TAGGED_MANY.decode(text))
    except (msgspec.MsgspecError, KeyError) as fault:
        raise JournalCorrupt(f"not a list of effects: {text[:200]!r} ({fault})") from fault


def _encode(value: object) -> str:
    try:
        return _ENCODER.encode(value).decode()
    except (UnicodeEncodeError, msgspec.MsgspecError) as fault:
        raise JournalFault(f"cannot be journalled: {value!r} ({fault})") from fault
