"""`config/alerts.<stage>.yaml`: what is worth waking somebody for, who, and how. Nothing in it is ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap.alert_conditions import ACCEPTED, Condition, parse_condition
from seatrial.bootstrap.variables import KNOWN
from seatrial.bootstrap.yaml_places import Place, read_yaml
from seatrial.domain.faults import BadSetting

SEVERITIES = ("info", "warning", "critical")
ALERTS_MAX = 100
MINUTES_MAX = 24 * 60
# Of each channel the keys it must have; every one of them is a text.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "email": ("to", "from"),
    "slack": ("webhook_url", "channel"),
    "sms": ("provider", "to"),
    "pager": ("to",),
}
PROVIDERS = ("twilio",)
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule: when its condition holds, everybody behind its channels is told."""

    name: str
    condition: Condition
    severity: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to be called, in the order of the file."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class AlertRules:
    """The whole file. `channels` holds each channel's keys; `${NAME}` in them is still to be filled in."""

    alerts: tuple[Alert, ...]
    channels: Mapping[str, Mapping[str, str]]
    contacts: tuple[Contact, ...]
    pager_after_minutes: int


def alerts_path(config: Path, stage: str) -> Path:
    """Where the rules of a stage are."""
    return config / f"alerts.{stage}.yaml"


def read_alerts(path: Path) -> AlertRules:
    """The rules of one file.

    Raises:
        ConfigurationFault: it cannot be read, or is not YAML.
        UnknownSetting: a key that does not exist.
        BadSetting: an unknown channel, a condition that cannot be understood, anything missing or twice; each with
            file, line and what is accepted.
    """
    sections = ("alerts", "notification_channels", "escalation")
    root = read_yaml(path).keys(sections, required=sections)
    channels = {
        name: _channel(name, place) for name, place in root["notification_channels"].keys(tuple(CHANNELS)).items()
    }
    places = root["alerts"].items()
    if not 1 <= len(places) <= ALERTS_MAX:
        raise root["alerts"].refused(f"1 to {ALERTS_MAX} alerts")
    alerts = tuple(_alert(place, tuple(channels)) for place in places)
    names = [alert.name for alert in alerts]
    for place, name in zip(places, names, strict=True):
        if names.count(name) > 1:
            raise BadSetting(f"{place.where}: there are two alerts named {name!r}: rename one")
    escalation = root["escalation"].keys(("contacts", "pager_after_minutes"), required=("contacts",))
    after = escalation.get("pager_after_minutes")
    return AlertRules(
        alerts,
        channels,
        tuple(_contact(place) for place in escalation["contacts"].items()),
        after.count(MINUTES_MAX) if after else 15,
    )


def _alert(place: Place, channels: tuple[str, ...]) -> Alert:
    keys = ("name", "condition", "severity", "channels")
    told = place.keys(keys, required=keys)
    try:
        condition = parse_condition(told["condition"].text())
    except ValueError:
        raise told["condition"].refused(ACCEPTED) from None
    return Alert(
        told["name"].text(),
        condition,
        _one_of(told["severity"], SEVERITIES),
        _channels(told["channels"], channels),
    )


def _channels(place: Place, known: tuple[str, ...]) -> tuple[str, ...]:
    named = [_one_of(each, known) for each in place.items()]
    if not named or len(set(named)) != len(named):
        raise place.refused(f"each of {', '.join(known)} at most once, and one at least")
    return tuple(named)


def _channel(name: str, place: Place) -> dict[str, str]:
    told = place.keys(CHANNELS[name], required=CHANNELS[name])
    if name == "sms":
        _one_of(told["provider"], PROVIDERS)
    for key, each in told.items():
        _refuse_strange_variables(each)
        if key == "webhook_url" and _VARIABLE.fullmatch(each.text()) is None:
            raise BadSetting(f"{each.where} is a secret and does not belong in a file: write ${{SLACK_WEBHOOK_URL}}")
    return {key: each.text() for key, each in told.items()}


def _contact(place: Place) -> Contact:
    told = place.keys(("name", "to"), required=("name", "to"))
    _refuse_strange_variables(told["to"])
    return Contact(told["name"].text(), told["to"].text())


def _refuse_strange_variables(place: Place) -> None:
    for variable in _VARIABLE.findall(place.text()):
        if variable not in KNOWN:
            raise place.refused("a variable of docs/reference/settings.md, or a text without ${...}")


def _one_of(place: Place, known: tuple[str, ...]) -> str:
    said = place.text()
    if said not in known:
        raise place.refused(f"one of {', '.join(known)}" if known else "a channel of notification_channels")
    return said
