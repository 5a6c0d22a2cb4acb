"""What changed between two releases, and how much proof that asks for.

A setting that vanished, or came back with another meaning, is told by name: a flag that was given a second life
once cost a firm 460 million dollars in 45 minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seatrial.release.limit_order import looser
from seatrial.release.manifest import Manifest, Path
from seatrial.release.verdict import JsonValue


class ChangeClass(StrEnum):
    """From the change that needs least proof to the one that needs most.

    `emergency-fix` is never derived: a person says it, and it is paid for with a tight capital cap.
    """

    CONFIG_MINOR = "config-minor"
    PLATFORM = "platform"
    STRATEGY_MATERIAL = "strategy-material"
    EMERGENCY_FIX = "emergency-fix"


DERIVED = (ChangeClass.CONFIG_MINOR, ChangeClass.PLATFORM, ChangeClass.STRATEGY_MATERIAL)
MATERIAL_SECTIONS = ("strategies",)
PLATFORM_SECTIONS = ("package", "locks", "components", "schema", "policy")


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf before and after; None where it does not exist."""

    path: Path
    before: JsonValue
    after: JsonValue

    @property
    def name(self) -> str:
        """For people: `strategies.alpaca.parameters.fast`."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Warned:
    """A setting that asks for a second look: `removed`, `retyped` or `revived`."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything between two releases. `why` names what made it the class it is."""

    changes: tuple[Change, ...]
    change_class: ChangeClass
    why: str
    warnings: tuple[Warned, ...]


def difference(before: Manifest | None, after: Manifest, retired: Collection[str] = ()) -> Difference:
    """From one release to the next; `before` is None for the first of all.

    `retired` are names of settings that an older release had and `before` has not.
    """
    if before is None:
        why = "no release of these strategies was promoted before: everything is new"
        return Difference((), ChangeClass.STRATEGY_MATERIAL, why, ())
    changes = _changes(before, after)
    change_class, why = classify(changes)
    return Difference(tuple(changes), change_class, why, tuple(_warnings(before, after, retired)))


def classify(changes: Sequence[Change]) -> tuple[ChangeClass, str]:
    """The class of a set of changes, and the first change that made it so."""
    found, why = ChangeClass.CONFIG_MINOR, "nothing that runs has changed"
    for change in changes:
        kind, what = _class_of(change)
        if DERIVED.index(kind) > DERIVED.index(found) or why.startswith("nothing"):
            found, why = kind, f"{change.name} {what}"
    return found, why


def setting_names(manifest: Manifest) -> dict[str, JsonValue]:
    """Every setting and limit of every stage, by name: `staging.logs.level`."""
    leaves = manifest.leaves("config", "limits")
    return {".".join(path[2:]): leaf for path, leaf in leaves.items() if path[1] == "stages"}


def _changes(before: Manifest, after: Manifest) -> list[Change]:
    old, new = before.leaves(), after.leaves()
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return [Change(path, old.get(path), new.get(path)) for path in paths]


def _class_of(change: Change) -> tuple[ChangeClass, str]:
    section = change.path[0]
    if section in MATERIAL_SECTIONS:
        return ChangeClass.STRATEGY_MATERIAL, "decides what is traded"
    if section in PLATFORM_SECTIONS:
        return ChangeClass.PLATFORM, "is part of the platform"
    if section == "limits" and change.path[1] == "stages" and _loosened(change):
        return ChangeClass.STRATEGY_MATERIAL, f"allows more: {change.before} -> {change.after}"
    return ChangeClass.CONFIG_MINOR, "is configuration"


def _loosened(change: Change) -> bool:
    return looser(change.path[-1], change.before, change.after)


def _warnings(before: Manifest, after: Manifest, retired: Collection[str]) -> list[Warned]:
    old, new = setting_names(before), setting_names(after)
    warned = [Warned(name, "removed") for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        if _kind(old[name]) != _kind(new[name]):
            warned.append(Warned(name, "retyped"))
    warned += [Warned(name, "revived") for name in sorted((new.keys() - old.keys()) & set(retired))]
    return warned


def _kind(value: JsonValue) -> str:
    """What a value is, for people who repurpose a setting: a number does not become a word."""
    text = str(value).lower()
    if text in {"true", "false"}:
        return "boolean"
    return "number" if text.replace(".", "", 1).lstrip("-").isdigit() else "text"
