"""What compiled code was made of: the sources that a file of the package could have inlined, and a digest of them.

A compiled function holds the code and the constants of everything it calls, so a change counts wherever it was made:
in the file itself or in any file it imports, directly or not. Paths do not count: the same sources in another folder
(a clone, the next release) are the same code.
"""

from __future__ import annotations

import hashlib
import re
import sys
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path

COMPILED_ROOMS = ("domain", "core")  # every file of theirs counts
PARTLY_COMPILED = "strategy"  # of this room what compiles, and what that imports of it
COMPILES = re.compile(r"^from seatrial\.core\.compiled import ", re.MULTILINE)
_IMPORTS = re.compile(
    r"^[ \t]*(?:from|import) (seatrial[\w.]*)(?:[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*))?", re.MULTILINE
)


class CompiledSources:
    """The sources below `package` that compiled code can come from, read once.

    Args:
        package: the folder of the package, such as `src/seatrial`.
    """

    def __init__(self, package: Path) -> None:
        self.package = package
        rooms = [path for room in COMPILED_ROOMS for path in (package / room).rglob("*.py")]
        self._own = {path: path.read_bytes() for path in sorted(rooms)}
        partly = {path: path.read_bytes() for path in sorted((package / PARTLY_COMPILED).rglob("*.py"))}
        self._texts = {**self._own, **partly}
        self._named = {path.relative_to(package).as_posix(): path for path in self._texts}
        self._imported: dict[Path, frozenset[Path]] = {}

    @cached_property
    def digest(self) -> str:
        """A name for all of them together."""
        return self._digest(self._own.keys() | self._partly())

    def compiles(self, path: Path) -> bool:
        """Whether what this file compiles calls nothing but what it imports."""
        return path in self._texts and COMPILES.search(self._texts[path].decode()) is not None

    def digest_of_file(self, path: Path) -> str:
        """A name for a file and everything below it, and for the compiler."""
        return self._digest(self.below(path))

    def below(self, *paths: Path) -> set[Path]:
        """The files and all that they import of these rooms, directly or not."""
        found: set[Path] = set()
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting += self._imports_of(path)
        return found

    def _partly(self) -> set[Path]:
        """Of the room that compiles in part: what does, and what that imports."""
        return self.below(*(path for path in self._texts if self.compiles(path)))

    def _imports_of(self, path: Path) -> frozenset[Path]:
        if path not in self._imported:
            found = _IMPORTS.findall(self._texts[path].decode())
            self._imported[path] = frozenset(file for module, names in found for file in self._files(module, names))
        return self._imported[path]

    def _files(self, module: str, names: str) -> list[Path]:
        """The files of `from module import names`, of which any may be a module itself; with the packages above."""
        parts = module.split(".")[1:]
        home = "/".join(parts)
        stems = [home, *(f"{home}/{name.split()[0]}" for name in names.strip("() \n").split(",") if name.strip())]
        above = ["/".join(parts[:end]) for end in range(1, len(parts))]
        files = [f"{stem}.py" for stem in stems] + [f"{stem}/__init__.py" for stem in [*stems, *above]]
        return [self._named[file] for file in files if file in self._named]

    def _digest(self, paths: set[Path]) -> str:
        digest = hashlib.sha256(_compiler().encode())
        for path in sorted(paths):
            digest.update(str(path.relative_to(self.package)).encode() + b"\0" + self._texts[path])
        return digest.hexdigest()[:20]


@lru_cache
def _compiler() -> str:
    versions = [f"{name} {metadata.version(name)}" for name in ("numba", "llvmlite", "numpy")]
    return "\n".join([*versions, str(sys.version_info[:3])])
