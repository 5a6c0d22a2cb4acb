"""Where compiled code is kept: one folder per digest of everything it was compiled from.

numba's own cache looks only at the file of the function it compiles. After an edit in a callee's file the
caller still returns the old result, so the folder's name covers every source it could have inlined.
Must run before numba is imported, and does not import it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import time
from importlib import metadata
from pathlib import Path

import seatrial
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.time import DAY_NS

COMPILED_ROOMS = ("domain", "core")  # every file of theirs counts
PARTLY_COMPILED = "strategy"  # of this room what compiles, and what that imports of it
_COMPILES = ("seatrial.core.compiled",)
_IMPORTS = re.compile(r"^\s*(?:from|import) (seatrial\.strategy[\w.]*)(?: import ([\w, ]+))?", re.MULTILINE)
VARIABLE = "NUMBA_CACHE_DIR"
FOLDERS_KEPT_MAX = 8

_prepared: Path | None = None  # by this process: sources edited since then are not the ones that were imported


def prepare_compiled_core(cache: Path | None = None, sources: Path | None = None) -> Path:
    """Point numba at the folder for exactly these sources, and load what LLVM leaves unresolved.

    LLVM may turn a counting loop into a 128-bit division whose symbol lives in libgcc; without it numba
    segfaults (0.68.1).

    Raises:
        ConfigurationFault: numba was imported before, and uses another folder.
    """
    global _prepared
    if _prepared is not None and cache is None and sources is None:
        return _prepared
    folder = (cache or default_cache()) / digest_of(sources or Path(seatrial.__file__).parent)
    chosen = os.environ.get(VARIABLE)
    if "numba" in sys.modules and chosen != str(folder):
        raise ConfigurationFault(f"numba was imported before its cache was chosen; {VARIABLE} was {chosen!r}")
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    os.environ[VARIABLE] = str(folder)
    _load_libgcc()
    _forget_oldest(folder.parent)
    _prepared = folder
    return folder


def choose_cache_late() -> None:
    """Choose the cache although numba is imported, as a notebook may have; before anything of ours is compiled."""
    if "numba" not in sys.modules or "seatrial.core.compiled" in sys.modules or _prepared is not None:
        return
    folder = default_cache() / digest_of(Path(seatrial.__file__).parent)
    os.environ[VARIABLE] = sys.modules["numba"].config.CACHE_DIR = str(folder)


def default_cache() -> Path:
    """`SEATRIAL_CACHE`, else the user's cache folder."""
    given = os.environ.get("SEATRIAL_CACHE")
    home = os.environ.get("XDG_CACHE_HOME")
    root = Path(home) if home else Path.home() / ".cache"
    return Path(given) if given else root / "seatrial" / "compiled"


def digest_of(package: Path) -> str:
    """A name for the sources of every room that compiled code can come from, and for the compiler."""
    digest = hashlib.sha256()
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    digest.update(f"{sys.version_info[:3]} {package.resolve()}\n".encode())
    paths = [path for room in COMPILED_ROOMS for path in (package / room).rglob("*.py")]
    for path in sorted([*paths, *_partly_compiled(package)]):
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:20]


def _partly_compiled(package: Path) -> set[Path]:
    """The files of `PARTLY_COMPILED` that compile something, and every file of the room they import from."""
    found: set[Path] = set()
    texts = {path: path.read_text(encoding="utf-8") for path in (package / PARTLY_COMPILED).rglob("*.py")}
    waiting = [path for path, text in texts.items() if any(word in text for word in _COMPILES)]
    while waiting:
        path = waiting.pop()
        if path in found or path not in texts:
            continue
        found.add(path)
        for module, names in _IMPORTS.findall(texts[path]):
            home = package.joinpath(*module.split(".")[1:])
            below = [home / name.strip() for name in names.split(",") if name.strip()]
            parts = [part for part in below if part.with_suffix(".py") in texts or part / "__init__.py" in texts]
            for stem in parts if len(parts) == len(below) and parts else [home, *parts]:
                waiting += [stem.with_suffix(".py"), stem / "__init__.py"]
    return found


def _load_libgcc() -> None:
    import llvmlite.binding

    if sys.platform == "linux":
        llvmlite.binding.load_library_permanently("libgcc_s.so.1")


def _forget_oldest(cache: Path) -> None:
    """Keep the newest: an edit makes a new folder, and old ones are of no use to anyone.

    A folder used within a day may be another process's, which writes into it yet.
    """
    yesterday_ns = time.time_ns() - DAY_NS
    folders = sorted((path for path in cache.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime_ns)
    for folder in folders[:-FOLDERS_KEPT_MAX]:
        if folder.stat().st_mtime_ns < yesterday_ns:
            shutil.rmtree(folder, ignore_errors=True)
