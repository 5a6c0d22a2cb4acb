"""Digests of files and folders: by content and relative name, never by place or time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from seatrial.domain.faults import ConfigurationFault

FILES_MAX = 20_000
SOURCE_SUFFIXES = frozenset(
    {".py", ".toml", ".yaml", ".yml", ".json", ".lock", ".sql", ".csv", ".html", ".in", ".txt", ""}
)
PACKAGE_SUFFIXES = frozenset({".py", ".sql", ".csv", ".toml", ".html", ".yaml"})
SKIPPED = frozenset({"__pycache__", "node_modules", "build", "dist", "venv", "logs", "reports", "backups"})
HIDDEN = "***"

# `api_key = "..."`, `"webhook_url": "..."`, `password: ...`: the value of whatever is named like a secret
_SECRET_VALUE = re.compile(
    r"(?i)(?P<name>[\"']?(?:[\w.\-]*[._\-])?(?:key|secret|password|passwd|token|webhook|webhook_url|dsn)[\"']?\s*[:=]\s*)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,}\]#\"'][^\n,}\]#]*)"
)
_USER_INFO = re.compile(r"://[^/\s\"'@]+@")
_SECRET_NAME = re.compile(r"(?i)(?:^|[._\-])(?:key|secret|password|passwd|token|webhook|webhook_url|dsn)$")


def sha256_hex(data: bytes) -> str:
    """64 hexadecimal characters."""
    return hashlib.sha256(data).hexdigest()


def hides(name: str) -> bool:
    """Whether something of this name would be a secret."""
    return _SECRET_NAME.search(name) is not None


def without_secrets(text: str) -> str:
    """The text of a configuration file with every value hidden that is named like a secret, or sits in a URL."""
    return _USER_INFO.sub(f"://{HIDDEN}@", _SECRET_VALUE.sub(rf"\g<name>{HIDDEN}", text))


def config_digest(path: Path) -> str:
    """Of a configuration file, secrets hidden: their digest would let somebody try passwords at leisure."""
    return sha256_hex(
        without_secrets(path.read_text(encoding="utf-8", errors="surrogateescape")).encode("utf-8", "surrogateescape")
    )


def folder_digest(folder: Path, suffixes: frozenset[str], skipped: Iterable[Path] = ()) -> str:
    """Of every file below a folder with one of these suffixes, by relative name and content.

    Raises:
        ConfigurationFault: there are more than `FILES_MAX`, so this is not a folder of sources.
    """
    digest = hashlib.sha256()
    for count, path in enumerate(_files(folder, suffixes, {each.resolve() for each in skipped})):
        if count >= FILES_MAX:
            raise ConfigurationFault(f"{folder} holds more than {FILES_MAX} sources: seal from a project's own folder")
        name = path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
        digest.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path, suffixes: frozenset[str], skipped: set[Path]) -> Iterator[Path]:
    """Sorted, so that the order of a disk does not matter. Hidden and generated folders are left out."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED or path.suffix == ".egg-info" or path.resolve() in skipped:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path, suffixes, skipped)
        elif path.is_file() and path.suffix in suffixes:
            yield path
