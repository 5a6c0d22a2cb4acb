"""Which sealed release, if any, is the one that runs: decided at the start, and again after every edit.

Package, limits and configuration were read when the process started and do not change under it. A strategy's file
may be edited and reloaded, so its digest is taken whenever its file changes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock

from seatrial.bootstrap.releases.collect import collect, strategy_paths, strategy_section
from seatrial.bootstrap.releases.digests import sha256_hex
from seatrial.bootstrap.releases.naming import differing_files
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import EvidenceFault, SeatrialFault
from seatrial.release.manifest import Manifest
from seatrial.release.verdict import JsonValue

Stamp = tuple[tuple[str, int, int], ...]


class RunningRelease:
    """Answers which release runs. Cheap to ask: files are read again only when they changed."""

    def __init__(self, settings: Settings, root: Path | None = None) -> None:
        """Reads the project folder; the process must just have started, or it would not be what runs.

        Raises:
            ConfigurationFault: a strategy does not load.
        """
        self._settings = settings
        self._root = root or Path()
        self._store = ReleaseStore(settings.evidence)
        self._paths = [self._root / path for path in strategy_paths(settings).values()]
        self._manifest = collect(settings, root, source=False)
        self._strategies: Stamp = _stamp(self._paths)
        self._sealed: Stamp = ()
        self._known: list[Manifest] = []
        self._told: tuple[str | None, str] | None = None
        self._lock = Lock()

    def body(self) -> dict[str, object]:
        """`release` and `release_note` as `/api/v1/config` shows them."""
        release, note = self.state()
        return {"release": release, "release_note": note}

    def state(self) -> tuple[str | None, str]:
        """The id of the sealed release that runs, or None and why: it is not sealed, or in which files it differs."""
        with self._lock:
            return self._state()

    def _state(self) -> tuple[str | None, str]:
        sealed, strategies = _stamp(sorted(self._store.folder.glob("*.json"))), _stamp(self._paths)
        if self._told is not None and sealed == self._sealed and strategies == self._strategies:
            return self._told
        if strategies != self._strategies:
            self._manifest = self._edited()
        if sealed != self._sealed:
            self._known = self._sealed_releases(sealed)
        self._sealed, self._strategies = sealed, strategies
        self._told = _decide(self._manifest, self._known)
        return self._told

    def _edited(self) -> Manifest:
        """With the strategies as they are now; of one that does not load no more is known than its bytes."""
        try:
            section = strategy_section(self._settings, self._root)
        except SeatrialFault:
            section = {
                name: _as_bytes(told, self._root) for name, told in self._manifest.sections["strategies"].items()
            }
        return replace(self._manifest, sections={**self._manifest.sections, "strategies": section})

    def _sealed_releases(self, stamp: Stamp) -> list[Manifest]:
        """Newest first; what cannot be read is no release."""
        found = []
        for name, at_ns, _ in stamp:
            try:
                found.append((at_ns, self._store.get(Path(name).stem)))
            except EvidenceFault:
                continue
        return [manifest for _, manifest in sorted(found, key=lambda each: -each[0])]


def _as_bytes(told: JsonValue, root: Path) -> JsonValue:
    assert isinstance(told, dict)
    path = root / str(told["file"])
    return {**told, "sha256": sha256_hex(path.read_bytes()) if path.is_file() else "gone"}


def _decide(running: Manifest, sealed: list[Manifest]) -> tuple[str | None, str]:
    same = [each for each in sealed if each.same_running(running)]
    if same:
        return same[0].id, f"release {same[0].id}"
    if not sealed:
        return None, "nothing is sealed: `seatrial release seal`"
    return None, f"differs from {sealed[0].id} in {differing_files(sealed[0], running)}"


def _stamp(paths: list[Path]) -> Stamp:
    stamped = []
    for path in paths:
        try:
            stat = path.stat()
            stamped.append((path.name, stat.st_mtime_ns, stat.st_size))
        except OSError:
            stamped.append((path.name, 0, -1))
    return tuple(stamped)
