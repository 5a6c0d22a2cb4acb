"""A release is what would run, by content: its id is the digest of its manifest, and nothing else names it.

A manifest holds no time, no absolute path, no machine and no secret, so two people who seal the same tree in two
places hold the same release. Its leaves are text, whole numbers, booleans and None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from seatrial.domain.faults import EvidenceFault
from seatrial.release.canonical import canonical, parse, sha256_of
from seatrial.release.verdict import JsonObject, JsonValue

FORM = "release/v1"
ID_LENGTH = 16
ID = re.compile(r"[0-9a-f]{16}")

# What decides how a release behaves. `source` only says where it came from and `policy` what it has to prove: they
# make another release, but a running system cannot tell the two apart.
RUNTIME_SECTIONS = ("package", "locks", "components", "schema", "strategies", "config", "limits")
SECTIONS = ("source", "policy", *RUNTIME_SECTIONS)

Path = tuple[str, ...]  # of a leaf: `("strategies", "alpaca", "parameters", "fast")`


@dataclass(frozen=True, slots=True)
class Manifest:
    """One release. `sections` are those of `SECTIONS`, each a tree of plain values."""

    sections: Mapping[str, JsonObject]

    def __post_init__(self) -> None:
        if frozenset(self.sections) != frozenset(SECTIONS):
            raise EvidenceFault(f"a manifest has the sections {', '.join(SECTIONS)}, was {', '.join(self.sections)}")

    @property
    def digest(self) -> str:
        """`sha256:` and 64 hexadecimal characters, of the canonical form."""
        return sha256_of(self.canonical())

    @property
    def id(self) -> str:
        """How people name it: the first 16 of those characters."""
        return short_id(self.digest)

    def canonical(self) -> bytes:
        """RFC 8785; what is stored, and what the digest is taken of.

        Raises:
            EvidenceFault: a leaf is a float, or something JSON does not have.
        """
        return canonical(self.body())

    def body(self) -> JsonObject:
        """The whole manifest as plain values."""
        return {"form": FORM, **{name: dict(section) for name, section in self.sections.items()}}

    def leaves(self, *sections: str) -> dict[Path, JsonValue]:
        """Every leaf of these sections (all, where none is named) by its path. An empty section has none."""
        return {path: leaf for name in sections or SECTIONS for path, leaf in _leaves(self.sections[name], (name,))}

    def same_running(self, other: Manifest) -> bool:
        """Whether a running system could not tell the two apart."""
        return not self.runtime_differences(other)

    def runtime_differences(self, other: Manifest) -> list[Path]:
        """The leaves, of what decides behaviour, in which the two differ."""
        mine, theirs = self.leaves(*RUNTIME_SECTIONS), other.leaves(*RUNTIME_SECTIONS)
        return sorted(path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path))

    @classmethod
    def read(cls, text: bytes) -> Self:
        """A stored manifest.

        Raises:
            EvidenceFault: it is not one, or not in canonical form.
        """
        found = parse(text)
        if not isinstance(found, dict) or found.pop("form", None) != FORM:
            raise EvidenceFault(f"a manifest says that its form is {FORM}")
        sections = {name: section for name, section in found.items() if isinstance(section, dict)}
        if len(sections) != len(found):
            raise EvidenceFault("a section of a manifest is an object")
        manifest = cls(sections)
        if manifest.canonical() != text:
            raise EvidenceFault("the manifest is not in canonical form")
        return manifest


def short_id(digest: str) -> str:
    """The 16 characters people use, of a full digest."""
    return digest.removeprefix("sha256:")[:ID_LENGTH]


def overlay(manifest: Manifest, lower: str, upper: str) -> list[tuple[str, JsonValue, JsonValue]]:
    """In which settings and limits two stages differ: (name, in `lower`, in `upper`); None where one is silent."""
    rows: list[tuple[str, JsonValue, JsonValue]] = []
    for section in ("config", "limits"):
        stages = manifest.sections[section].get("stages")
        if not isinstance(stages, dict):
            continue
        first, second = (dict(_leaves(stages.get(stage), (section,))) for stage in (lower, upper))
        rows += [
            (".".join(path), first.get(path), second.get(path))
            for path in sorted(first.keys() | second.keys())
            if first.get(path) != second.get(path)
        ]
    return rows


def _leaves(value: JsonValue, path: Path) -> Iterator[tuple[Path, JsonValue]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, (*path, str(index)))
    elif value is not None:
        yield path, value
