"""The built page of the dashboard: its files in memory, packed once, read again when somebody builds anew."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from seatrial.services.health import Status, Verdict

INDEX: Final = "index.html"
ASSETS: Final = "assets/"  # names carry a hash of what is in them: they never change
PACKED_FROM_BYTES: Final = 1_024  # below it packing saves nothing
FILES_MAX: Final = 500
NOT_BUILT: Final = "the page is not built: run `make page` (it needs the npm registry once), then load this again"
KINDS: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file. `packed` is its gzip form, None where that would not be smaller; `lasting` files never change."""

    kind: str
    body: bytes
    packed: bytes | None
    tag: str
    lasting: bool


class PageFiles:
    """The folder the page is built into. It may be missing, and may be built while we run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built_ns: int | None = None
        self._files: Mapping[str, PageFile] = {}
        self._reading = asyncio.Lock()

    async def find(self, name: str) -> PageFile | None:
        """The file of that name; None where there is none, or no page at all."""
        built_ns = await asyncio.to_thread(self._last_build_ns)
        if built_ns != self._built_ns:
            async with self._reading:
                if built_ns != self._built_ns:
                    self._files = {} if built_ns is None else await asyncio.to_thread(_read_all, self._folder)
                    self._built_ns = built_ns
        return self._files.get(name)

    async def check(self) -> Verdict:
        """Told, and no reason to call a trading system unwell: it trades without a page."""
        return Verdict(Status.HEALTHY, "" if await self.find(INDEX) else NOT_BUILT)

    def _last_build_ns(self) -> int | None:
        try:
            return (self._folder / INDEX).stat().st_mtime_ns
        except OSError:
            return None


def _read_all(folder: Path) -> dict[str, PageFile]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in KINDS)
    return {path.relative_to(folder).as_posix(): _read(folder, path) for path in paths[:FILES_MAX]}


def _read(folder: Path, path: Path) -> PageFile:
    body = path.read_bytes()
    packed = gzip.compress(body, mtime=0) if len(body) >= PACKED_FROM_BYTES else None
    return PageFile(
        kind=KINDS[path.suffix],
        body=body,
        packed=packed if packed is not None and len(packed) < len(body) else None,
        tag=f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        lasting=path.relative_to(folder).as_posix().startswith(ASSETS),
    )
