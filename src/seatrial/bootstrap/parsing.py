"""Text and TOML values to settings. Each parser refuses rather than guesses, and says what it accepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from seatrial.bootstrap import addresses
from seatrial.bootstrap.secrets import HIDDEN, Secret
from seatrial.bootstrap.stages import STAGE_WORDS, Mode, Stage
from seatrial.domain.faults import BadSetting

TRUE_WORDS = frozenset({"true", "1", "yes", "on"})
FALSE_WORDS = frozenset({"false", "0", "no", "off"})
BOOLEAN_WORDS = "true, false, 1, 0, yes, no, on or off, in any case"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SPEED_MAX = 100_000
PORT_MAX = 65_535


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: how it is parsed, and in words what is accepted."""

    accepted: str
    parse: Callable[[Any], Any]
    secret: bool = False


def parse(name: str, raw: object, source: str, kind: Kind) -> Any:
    """The value of a setting.

    Raises:
        BadSetting: naming setting, value, source and what is accepted.
    """
    try:
        return kind.parse(raw)
    except (ValueError, TypeError, KeyError, ArithmeticError):
        shown = HIDDEN if kind.secret else repr(raw)
        raise BadSetting(f"{name} = {shown} ({source}) is not accepted: use {kind.accepted}") from None


def boolean(raw: object) -> bool:
    """A boolean in words. Anything else is a ValueError; it never reads as false."""
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(word)


def _whole(least: int, most: int) -> Callable[[object], int]:
    def whole(raw: object) -> int:
        if isinstance(raw, bool | float):
            raise TypeError(raw)
        value = int(str(raw).strip())
        if not least <= value <= most:
            raise ValueError(value)
        return value

    return whole


def _speed(raw: object) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError(raw)
    value = Decimal(str(raw).strip())
    if not value.is_finite() or not 0 < value <= SPEED_MAX:
        raise ValueError(value)
    return value


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError(raw)
    if "\0" in raw:
        raise ValueError(raw)
    return raw.strip()


def _symbols(raw: object) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise TypeError(raw)
    return tuple(part.strip().upper() for part in parts if part.strip())


def _stage(raw: object) -> Stage:
    return STAGE_WORDS[_text(raw).lower()]


def _mode(raw: object) -> Mode:
    return Mode(_text(raw).lower())


def _level(raw: object) -> str:
    level = _text(raw).upper()
    if level not in LEVELS:
        raise ValueError(level)
    return level


def _percent_ppm(raw: object) -> int:
    ppm = _decimal(raw) * 10_000
    if ppm != ppm.to_integral_value() or not 0 < ppm <= 1_000_000:
        raise ValueError(raw)
    return int(ppm)


def _money_units(raw: object) -> int:
    units = _decimal(raw) * 10**8
    if units != units.to_integral_value() or not 0 < units < 2**62:
        raise ValueError(raw)
    return int(units)


def _share_percent(raw: object) -> Decimal:
    """A share of something: `95`, `95%`, or as a fraction `0.95`. What could be 1 % and all of it is refused."""
    text = str(raw).strip()
    value = _decimal(text.removesuffix("%"))
    if value == 1 and not text.endswith("%"):
        raise ValueError(raw)
    return Decimal(_percent_ppm(value if value > 1 or text.endswith("%") else value * 100)).scaleb(-4).normalize()


def _words(*known: str) -> Callable[[object], tuple[str, ...]]:
    def words(raw: object) -> tuple[str, ...]:
        parts = [raw] if isinstance(raw, str) else raw
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise TypeError(raw)
        said = {word.strip().lower() for part in parts for word in part.split(",") if word.strip()}
        if not said or said - set(known):
            raise ValueError(raw)
        return tuple(word for word in known if word in said)

    return words


def _paths(raw: object) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise TypeError(raw)
    paths = tuple(part.strip() for part in parts if part.strip())
    if len(set(paths)) != len(paths):
        raise ValueError(raw)
    return paths


def one_of(*known: str) -> Callable[[object], str]:
    """A parser of one word among these, in any case."""

    def word(raw: object) -> str:
        said = _text(raw)
        found = [each for each in known if each.lower() == said.lower()]
        if not found:
            raise ValueError(raw)
        return found[0]

    return word


def _decimal(raw: object) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError(raw)
    value = Decimal(str(raw).strip())
    if not value.is_finite():
        raise ValueError(raw)
    return value


BOOLEAN = Kind(BOOLEAN_WORDS, boolean)
PORT = Kind(f"a port from 0 to {PORT_MAX}; 0 lets the machine choose", _whole(0, PORT_MAX))
COUNT = Kind("a whole number from 1 to 1000000000", _whole(1, 10**9))
SEED = Kind("a whole number from 0 to 9223372036854775807", _whole(0, 2**63 - 1))
SPEED = Kind(f"a number above 0, at most {SPEED_MAX}", _speed)
TEXT = Kind("text", _text)
PATHS = Kind("files separated by commas, or a list of them, each once; empty for none", _paths)
SYMBOLS = Kind("symbols separated by commas, or a list of them", _symbols)
STAGE = Kind("dev, staging or prod (production is prod)", _stage)
MODE = Kind("dry_run, sim, paper or live", _mode)
LEVEL = Kind("one of " + ", ".join(LEVELS) + ", in any case", _level)
SECRET = Kind("text", lambda raw: Secret(_text(raw)), secret=True)
PERCENT = Kind("a percentage above 0, at most 100, with at most four decimals", _percent_ppm)
MONEY = Kind("an amount above 0 with at most eight decimals", _money_units)
SHARE = Kind("a percentage such as 95 or 95%, or a fraction below 1 such as 0.95", _share_percent)
WEB = Kind("http:// or https:// with a host, with or without the version of its API", addresses.web_address)
STREAM = Kind("ws:// or wss:// with a host, or empty", addresses.stream_address)
DATABASE = Kind(
    "postgresql://USER:PASSWORD@HOST:PORT/DATABASE with every ${...} in it expanded, or empty for SQLite",
    lambda raw: Secret(addresses.database_address(raw)),
    secret=True,
)
VENUES = Kind("alpaca, binance, or both separated by a comma", _words("alpaca", "binance"))
OUTPUTS = Kind("stdout, file, or both", _words("stdout", "file"))
ROTATION = Kind("size, daily, or none where logrotate does it", one_of("size", "daily", "none"))
JSON_ONLY = Kind("json", one_of("json"))
QUOTE_ASSET = Kind("USDT", one_of("USDT"))
