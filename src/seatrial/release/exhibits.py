"""Where evidence lies: a folder of a stage, a bare chain file, or a bundle. One way to read them all, without writing.

Names are those of a bundle (`log.jsonl`, `blobs/<sha256>`, ...); nothing is unpacked, and nothing is read whole that
may be long.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from seatrial.domain.faults import EvidenceFault

LOG = "log.jsonl"
SMALL_BYTES_MAX = 16 << 20


class Exhibits(Protocol):
    """Files by name."""

    bundled: bool
    """Whether this is a bundle, in which an attestation speaks for every file."""

    def names(self) -> list[str]:
        """Every file, sorted."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """A file to read and seek in.

        Raises:
            EvidenceFault: there is none of this name.
        """
        ...


class FolderExhibits:
    """`evidence/<stage>/`, or one chain file on its own."""

    bundled = False

    def __init__(self, path: Path) -> None:
        self._folder, self._log = (path.parent, path) if path.is_file() else (path, path / LOG)
        self._alone = path.is_file() and path.name != LOG

    def names(self) -> list[str]:
        """The log, its checkpoints and its blobs."""
        if self._alone:
            return [LOG]
        found = [LOG] if self._log.is_file() else []
        for part in ("blobs", "checkpoints"):
            found += [f"{part}/{each.name}" for each in (self._folder / part).glob("*") if each.name[0] != "."]
        return sorted(found)

    def open(self, name: str) -> IO[bytes]:
        """A file of the folder."""
        try:
            return (self._log if name == LOG else self._folder / name).open("rb")
        except OSError as fault:
            raise EvidenceFault(f"{name} cannot be read: {fault.strerror}") from fault


class TarExhibits:
    """A bundle. Links, folders, doubled names and names that lead elsewhere are refused."""

    bundled = True

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115  closed with `file`
            members = self._tar.getmembers()
        except (tarfile.TarError, EOFError, ValueError) as fault:
            raise EvidenceFault(f"not a bundle: {fault}") from fault
        self._members = {each.name: each for each in members}
        odd = [each.name for each in members if not each.isreg() or each.name.startswith("/") or ".." in each.name]
        if odd or len(self._members) != len(members):
            raise EvidenceFault(f"a bundle holds plain files, each once; not {odd or 'the same name twice'}")

    def names(self) -> list[str]:
        """Every member."""
        return sorted(self._members)

    def open(self, name: str) -> IO[bytes]:
        """A member, read in place."""
        member = self._members.get(name)
        file = None if member is None else self._tar.extractfile(member)
        if file is None:
            raise EvidenceFault(f"the bundle holds no {name}")
        return file


@contextmanager
def exhibits(path: Path) -> Iterator[Exhibits]:
    """Open a folder, a chain file or a bundle.

    Raises:
        EvidenceFault: there is nothing to verify at this path.
    """
    if path.suffix == ".tar" and path.is_file():
        with path.open("rb") as file:
            yield TarExhibits(file)
    elif path.is_file() or (path / LOG).is_file():
        yield FolderExhibits(path)
    else:
        raise EvidenceFault(f"{path} is no bundle, no chain and no folder with a {LOG}")


def small(shown: Exhibits, name: str) -> bytes:
    """A whole file of at most `SMALL_BYTES_MAX`.

    Raises:
        EvidenceFault: it is absent or larger.
    """
    with shown.open(name) as file:
        data = file.read(SMALL_BYTES_MAX + 1)
    if len(data) > SMALL_BYTES_MAX:
        raise EvidenceFault(f"{name} is larger than {SMALL_BYTES_MAX} bytes")
    return data


def digest_of(shown: Exhibits, name: str) -> str:
    """The sha256 of a file in hexadecimal, however long it is."""
    with shown.open(name) as file:
        if isinstance(file, io.BufferedReader):
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
        return digest.hexdigest()
