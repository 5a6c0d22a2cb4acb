"""From a file of a user to a strategy that can run: load, set parameters, digest, reload.

A file runs in a namespace of its own and is never an importable module, so two versions of it can live
side by side and nothing lingers after a reload.
"""

from __future__ import annotations

import hashlib
import inspect
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.strategy.strategy import Parameter, Strategy, parameters_of

# What running a user's file may raise short of a wish to end the process; each is told with file and line.
USER_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class LoadedStrategy:
    """A fresh strategy object and what it was made of."""

    strategy: Strategy
    name: str  # the class
    path: Path
    parameters: dict[str, Parameter]
    source_digest: str
    digest: str  # of source and parameters: equal digests decide equally on equal bars
    texts: dict[str, str]  # parameters as given, for a reload


def load_strategy(
    path: Path, texts: Mapping[str, str] | None = None, *, name: str | None = None, source: bytes | None = None
) -> LoadedStrategy:
    """Load the strategy class of a file and set its parameters from texts such as `{"fast": "20"}`.

    `name` picks a class where the file has several; `path.py:Name` as a path does the same. With `source` the file
    itself is not read: a worker on another machine has only its content.

    Raises:
        ConfigurationFault: no such file, or it does not run; names file and line.
        RequestFault: an unknown parameter, or a text that is not of its type.
    """
    path, name = _split_name(path, name)
    source = _read(path) if source is None else source
    strategy_class = _pick(path, _run(path, source), name)
    strategy = strategy_class()
    for key, text in (texts or {}).items():
        setattr(strategy, key, _parse(key, text, parameters_of(strategy)))
    parameters = parameters_of(strategy)
    source_digest = hashlib.sha256(source).hexdigest()
    return LoadedStrategy(
        strategy=strategy,
        name=strategy_class.__name__,
        path=path,
        parameters=parameters,
        source_digest=source_digest,
        digest=_digest(source_digest, strategy_class.__name__, parameters),
        texts=dict(texts or {}),
    )


def loaded_of(strategy: Strategy, parameters: Mapping[str, Parameter], path: Path) -> LoadedStrategy:
    """A strategy that is an object already, with parameters set by value; what can be read of its source is digested.

    Raises:
        RequestFault: an unknown parameter, or a value that is not of its type.
    """
    for key, value in parameters.items():
        known = parameters_of(strategy)
        if key not in known:
            raise RequestFault(key, f"a parameter among {', '.join(known)}", value)
        whole = isinstance(known[key], float) and isinstance(value, int) and not isinstance(value, bool)
        if not whole and type(value) is not type(known[key]):
            raise RequestFault(key, f"a value like {known[key]!r}", value)
        setattr(strategy, key, float(value) if whole and not isinstance(value, str | tuple) else value)
    name = type(strategy).__name__
    found = parameters_of(strategy)
    try:
        source = inspect.getsource(type(strategy)).encode()
    except (OSError, TypeError):
        source = name.encode()
    source_digest = hashlib.sha256(source).hexdigest()
    return LoadedStrategy(strategy, name, path, found, source_digest, _digest(source_digest, name, found), {})


def source_changed(loaded: LoadedStrategy) -> bool:
    """Whether the file now says something else. A file that cannot be read has not changed yet: editors swap files."""
    try:
        return hashlib.sha256(loaded.path.read_bytes()).hexdigest() != loaded.source_digest
    except OSError:
        return False


def reload_strategy(loaded: LoadedStrategy) -> LoadedStrategy:
    """The same class and parameters from the file as it is now. Raises like `load_strategy`; `loaded` stays usable."""
    return load_strategy(loaded.path, loaded.texts, name=loaded.name)


def parse_assignments(texts: tuple[str, ...]) -> dict[str, str]:
    """`("fast=20",)` as a mapping.

    Raises:
        RequestFault: a text without `=`.
    """
    pairs: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise RequestFault("parameter", "name=value, such as fast=20", text)
        pairs[key.strip()] = value.strip()
    return pairs


def _split_name(path: Path, name: str | None) -> tuple[Path, str | None]:
    stem, colon, class_name = str(path).rpartition(":")
    if colon and stem.endswith(".py") and class_name.isidentifier():
        return Path(stem), class_name
    return path, name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ConfigurationFault(f"{path}: no strategy can be read there: {fault.strerror}") from fault


def _run(path: Path, source: bytes) -> ModuleType:
    module = ModuleType(f"strategy_{path.stem}")
    module.__file__ = str(path)
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except SyntaxError as fault:
        raise ConfigurationFault(f"{path}:{fault.lineno or 1}: {fault.msg}") from fault
    except USER_FAULTS as fault:
        lines = [frame.lineno for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == str(path)]
        where = f"{path}:{lines[-1]}" if lines else str(path)
        raise ConfigurationFault(f"{where}: {type(fault).__name__}: {fault}") from fault
    return module


def _pick(path: Path, module: ModuleType, name: str | None) -> type[Strategy]:
    classes = {
        each.__name__: each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Strategy) and each.__module__ == module.__name__
    }
    if name is not None and name in classes:
        return classes[name]
    if name is None and len(classes) == 1:
        return next(iter(classes.values()))
    if not classes:
        raise ConfigurationFault(f"{path}: it defines no class derived from seatrial.strategy.Strategy")
    raise ConfigurationFault(f"{path}: name one of its strategies, {path.name}:{'|'.join(sorted(classes))}")


def _parse(name: str, text: str, known: Mapping[str, Parameter]) -> Parameter:
    if name not in known:
        raise RequestFault(name, f"a parameter among {', '.join(known)}", text)
    current = known[name]
    if isinstance(current, bool):
        return _parse_bool(name, text)
    if isinstance(current, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(current, str):
        return text
    kind = int if isinstance(current, int) else float
    try:
        value = kind(text)
    except ValueError:
        raise RequestFault(name, "a whole number" if kind is int else "a number", text) from None
    if value - value != 0:
        raise RequestFault(name, "a finite number", text)
    return value


def _parse_bool(name: str, text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise RequestFault(name, f"{', '.join(_TRUE)} or {', '.join(_FALSE)}", text)


def _digest(source_digest: str, name: str, parameters: Mapping[str, Parameter]) -> str:
    lines = [source_digest, name, *(f"{key}={parameters[key]!r}" for key in sorted(parameters))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
