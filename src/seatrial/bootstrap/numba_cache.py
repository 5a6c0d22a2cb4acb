"""Where compiled code is kept: a folder for each file that compiles, named by all the sources it was compiled from.

numba's own cache looks only at the file of the function it compiles: after an edit in a callee's file the caller still
returns the old result. And it looks at the path, so that every clone and every release would compile everything again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import seatrial
from seatrial.bootstrap.compiled_sources import CompiledSources
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.time import DAY_NS

VARIABLE = "NUMBA_CACHE_DIR"
DAYS_KEPT = 7

_prepared: Path | None = None  # by this process: sources edited since then are not the ones that were imported


def prepare_compiled_core(cache: Path | None = None, package: Path | None = None) -> Path:
    """Let numba keep its code by sources, and load what LLVM leaves unresolved. Returns the folder of exactly these.

    LLVM may turn a counting loop into a 128-bit division whose symbol lives in libgcc; without it numba
    segfaults (0.68.1).

    Raises:
        ConfigurationFault: code of ours was compiled before, and is kept elsewhere.
    """
    global _prepared
    if _prepared is not None and cache is None and package is None:
        return _prepared
    root = cache or default_cache()
    sources = sources_of(package or Path(seatrial.__file__).parent)
    folder = root / sources.digest
    if "seatrial.core.compiled" in sys.modules and _prepared != folder:
        raise ConfigurationFault(f"the core was imported before its cache was chosen; it was {_prepared}")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)
    _keep_by_sources(root, sources)
    _load_libgcc()
    _forget_unused(root)
    _prepared = folder
    return folder


def default_cache() -> Path:
    """`SEATRIAL_CACHE`, else the user's cache folder."""
    given = os.environ.get("SEATRIAL_CACHE")
    home = os.environ.get("XDG_CACHE_HOME")
    root = Path(home) if home else Path.home() / ".cache"
    return Path(given) if given else root / "seatrial" / "compiled"


def digest_of(package: Path) -> str:
    """A name for the sources of every room that compiled code can come from, and for the compiler."""
    return sources_of(package).digest


@lru_cache
def sources_of(package: Path) -> CompiledSources:
    """The sources as this process first saw them: what it imported."""
    return CompiledSources(package)


def _keep_by_sources(root: Path, sources: CompiledSources) -> None:
    """Tell numba where the code of each file is. A user's file may call any of ours, so all of ours are in its name.

    numba has a setting for this, but it travels in the environment to programs that do not have this package.
    """
    import numba
    from numba.core import caching

    setattr(numba.config, "CACHE_DIR", os.environ[VARIABLE])  # noqa: B010 - it may have been imported before

    @cache
    def folder_of(file: str) -> Path:
        path = Path(file)
        if sources.compiles(path):
            name = "-".join(path.relative_to(sources.package).with_suffix("").parts)
            folder = root / f"{name}-{sources.digest_of_file(path)}"
        else:
            folder = root / sources.digest / f"{path.stem}-{hashlib.sha256(file.encode()).hexdigest()[:12]}"
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        return folder

    class BySources(caching.UserProvidedCacheLocator):
        """numba's port for it: where a function's code is, and whether it still is the function's."""

        def __init__(self, function: Any, file: str) -> None:
            super().__init__(function, file)  # type: ignore[no-untyped-call]
            self._cache_path = str(folder_of(file))

        @classmethod
        def from_function(cls, function: Any, file: str) -> Any:
            """None where there is no file, as in a notebook: numba asks its next locator."""
            return cls(function, file) if Path(file).is_file() else None

    caching.CacheImpl._locator_classes[:0] = [BySources]


def _load_libgcc() -> None:
    import llvmlite.binding

    if sys.platform == "linux":
        llvmlite.binding.load_library_permanently("libgcc_s.so.1")


def _forget_unused(cache: Path) -> None:
    """An edit makes new folders, and old ones are of no use to anyone. One used lately may be another process's."""
    oldest_ns = time.time_ns() - DAYS_KEPT * DAY_NS
    for folder in cache.iterdir():
        if folder.is_dir() and folder.stat().st_mtime_ns < oldest_ns:
            shutil.rmtree(folder, ignore_errors=True)
