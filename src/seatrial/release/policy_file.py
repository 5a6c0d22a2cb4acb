"""Reads a policy from YAML: references resolved, fractions kept as the text they were written in.

Aliases, duplicate keys and dates are refused; they say less than they seem to.
"""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from seatrial.domain.faults import BadSetting, ConfigurationFault
from seatrial.release.policy import Policy
from seatrial.release.verdict import JsonObject

POLICY_BYTES_MAX = 256 * 1024
REFERENCE_DEPTH_MAX = 8
BUILT_IN = ("default", "solo", "rehearsed-promotion")


def built_in(name: str) -> Policy:
    """One of the policies that come with Seatrial.

    Raises:
        BadSetting: there is none of this name.
    """
    return read_policy(built_in_text(name), name)


def built_in_text(name: str) -> str:
    """The YAML of a policy that comes with Seatrial, as it is written."""
    if name not in BUILT_IN:
        raise BadSetting(f"policy: accepted is a file or one of {', '.join(BUILT_IN)}, was {name!r}")
    return files("seatrial.release").joinpath("policies", f"{name}.yaml").read_text("utf-8")


def load_policy(name_or_path: str) -> tuple[Policy, str]:
    """A built-in policy by name or a file by path, and its text.

    Raises:
        BadSetting, UnknownSetting: names the file, the key and what is accepted.
    """
    if name_or_path in BUILT_IN:
        text = built_in_text(name_or_path)
        return read_policy(text, name_or_path), text
    path = Path(name_or_path)
    try:
        if path.stat().st_size > POLICY_BYTES_MAX:
            raise BadSetting(f"{path}: a policy holds at most {POLICY_BYTES_MAX} bytes")
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as fault:
        raise BadSetting(f"policy: accepted is a file or one of {', '.join(BUILT_IN)}; {fault}") from fault
    return read_policy(text, str(path)), text


def read_policy(text: str, source: str = "policy") -> Policy:
    """The policy a YAML text describes; every fault names `source`."""
    try:
        return Policy.of(read_document(text))
    except ConfigurationFault as fault:
        raise type(fault)(f"{source}: {fault}") from fault


def read_document(text: str) -> JsonObject:
    """The plain document: what the digest is taken of.

    Raises:
        BadSetting: it is not YAML, holds an alias, a duplicate key or a date, or refers to nothing.
    """
    try:
        tree = yaml.load(text, _Reader)  # the reader is a SafeLoader
    except yaml.YAMLError as fault:
        raise BadSetting(f"not a policy: {' '.join(str(fault).split())}") from fault
    if not isinstance(tree, dict):
        raise BadSetting("a policy is a mapping")
    return {str(key): _resolved(value, tree, REFERENCE_DEPTH_MAX) for key, value in tree.items()}


def _resolved(value: Any, root: dict[str, Any], depth: int) -> Any:
    if isinstance(value, list):
        return [_resolved(each, root, depth) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" not in value:
        return {str(key): _resolved(each, root, depth) for key, each in value.items()}
    pointer = str(value["$ref"])
    if len(value) > 1 or not pointer.startswith("#/"):
        raise BadSetting(f"$ref: accepted is alone and of the form '#/ramp', was {value!r}")
    if depth == 0:
        raise BadSetting(f"$ref: {pointer} refers to itself")
    found: Any = root
    for step in pointer[2:].split("/"):
        if not isinstance(found, dict) or step not in found:
            raise BadSetting(f"$ref: {pointer} refers to nothing")
        found = found[step]
    return _resolved(found, root, depth - 1)


class _Reader(yaml.SafeLoader):
    """YAML with fewer surprises."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not accepted: write it out, or use $ref")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if not isinstance(key, str):
                raise yaml.YAMLError(f"keys are text, was {key!r}")
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key} stands twice")
        return super().construct_mapping(node, deep)


def _decimal_text(reader: _Reader, node: yaml.ScalarNode) -> str:
    """`0.050` -> "0.05": one text for one number, and never a binary fraction."""
    number = Decimal(str(reader.construct_scalar(node)).replace("_", ""))
    if not number.is_finite():
        raise yaml.YAMLError(f"a number is finite, was {number}")
    return f"{number.normalize():f}"


def _no_date(_: _Reader, node: yaml.ScalarNode) -> str:
    raise yaml.YAMLError(f"a policy holds no dates, was {node.value}")


_Reader.add_constructor("tag:yaml.org,2002:float", _decimal_text)
_Reader.add_constructor("tag:yaml.org,2002:timestamp", _no_date)
