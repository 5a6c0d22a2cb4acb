"""YAML whose every value knows its line, and in which nothing is twice or of another kind than it looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from seatrial.bootstrap.environment import did_you_mean
from seatrial.domain.faults import BadSetting, ConfigurationFault, UnknownSetting

_TEXT, _INT = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int"


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a file. `where` reads like `config/alerts.staging.yaml:12 alerts[1].severity`."""

    path: Path
    name: str
    node: yaml.Node

    @property
    def where(self) -> str:
        """File, line and name."""
        return f"{self.path}:{self.node.start_mark.line + 1} {self.name}"

    def refused(self, accepted: str) -> BadSetting:
        """The one sentence about a value that is not accepted."""
        shown = repr(self.node.value) if isinstance(self.node, yaml.ScalarNode) else "what stands there"
        return BadSetting(f"{self.where} = {shown} is not accepted: use {accepted}")

    def keys(self, known: tuple[str, ...], *, required: tuple[str, ...] = ()) -> dict[str, Place]:
        """The values of a mapping.

        Raises:
            UnknownSetting: a key that does not exist.
            BadSetting: not a mapping, a key twice, or one is missing.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refused(f"a mapping of {', '.join(known)}")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            place = Place(self.path, f"{self.name}.{key.value}".lstrip("."), value)
            if key.value not in known:
                raise UnknownSetting(f"{place.where} is not a key{did_you_mean(str(key.value), known)}")
            if key.value in found:
                raise BadSetting(f"{place.where} is there twice: keep one")
            found[key.value] = place
        for name in required:
            if name not in found:
                raise BadSetting(f"{self.where}: {name} is missing")
        return found

    def items(self) -> list[Place]:
        """The values of a list.

        Raises:
            BadSetting: not a list.
        """
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refused("a list")
        return [Place(self.path, f"{self.name}[{index}]", node) for index, node in enumerate(self.node.value)]

    def text(self) -> str:
        """A text that is not empty.

        Raises:
            BadSetting: something else.
        """
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _TEXT or not self.node.value.strip():
            raise self.refused("a text")
        return str(self.node.value).strip()

    def count(self, most: int) -> int:
        """A whole number from 1 to `most`.

        Raises:
            BadSetting: something else.
        """
        node = self.node
        if not isinstance(node, yaml.ScalarNode) or node.tag != _INT or not node.value.isascii():
            raise self.refused(f"a whole number from 1 to {most}")
        if not node.value.isdecimal() or len(node.value) > 9 or not 1 <= int(node.value) <= most:
            raise self.refused(f"a whole number from 1 to {most}")
        return int(node.value)


def read_yaml(path: Path) -> Place:
    """The whole file as one place.

    Raises:
        ConfigurationFault: it cannot be read, is empty, or is not YAML; names file and line.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigurationFault(f"{path} cannot be read: {fault}") from fault
    except (yaml.YAMLError, RecursionError) as fault:
        said = " ".join(str(fault).split())
        raise ConfigurationFault(f"{path} is not YAML: {said}") from fault
    if root is None:
        raise ConfigurationFault(f"{path} is empty")
    return Place(path, "", root)
