"""`evidence/releases/<id>.json`: every sealed manifest under its own name. Written once, never changed."""

from __future__ import annotations

import os
from pathlib import Path

from seatrial.domain.faults import EvidenceFault, RequestFault
from seatrial.release.manifest import ID, Manifest

FOLDER = "releases"
PREFIX_MIN = 4


class ReleaseStore:
    """Sealed manifests by content. A file whose name is not its digest is refused, whoever put it there."""

    def __init__(self, evidence: Path) -> None:
        self.folder = evidence / FOLDER

    def put(self, manifest: Manifest) -> bool:
        """Keep a manifest durably; False when it was there already."""
        path = self.folder / f"{manifest.id}.json"
        if path.exists():
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        with partial.open("wb") as file:
            file.write(manifest.canonical())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        return True

    def get(self, release_id: str) -> Manifest:
        """A sealed manifest.

        Raises:
            EvidenceFault: it is not there, or not what its name says.
        """
        path = self.folder / f"{release_id}.json"
        try:
            text = path.read_bytes()
        except OSError as fault:
            raise EvidenceFault(f"the manifest of release {release_id} is missing: {path}") from fault
        manifest = Manifest.read(text)
        if manifest.id != release_id:
            raise EvidenceFault(f"{path} holds release {manifest.id}: it was changed after it was sealed")
        return manifest

    def ids(self) -> list[str]:
        """Every sealed release, sorted by id: the order of sealing is in the chain."""
        return sorted(path.stem for path in self.folder.glob("*.json") if ID.fullmatch(path.stem))

    def find(self, prefix: str) -> str:
        """The id that starts so.

        Raises:
            RequestFault: none does, or several do.
        """
        found = [each for each in self.ids() if each.startswith(prefix.lower())]
        if len(prefix) < PREFIX_MIN or len(found) != 1:
            known = ", ".join(self.ids()[:8]) or "none is sealed yet: `seatrial release seal`"
            raise RequestFault("release", f"a sealed release, by at least {PREFIX_MIN} characters ({known})", prefix)
        return found[0]
