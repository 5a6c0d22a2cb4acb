"""Where a tree comes from: its commit, and the digest of what differs from it. Without git, a digest of the tree."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from seatrial.bootstrap.releases.digests import SOURCE_SUFFIXES, folder_digest, sha256_hex
from seatrial.release.verdict import JsonObject

GIT_SECONDS_MAX = 60.0


def source_of(root: Path, made: Sequence[Path]) -> JsonObject:
    """`{"commit", "dirty", "digest"}` of a project folder. `made` are folders that runs write into.

    `digest` is empty for a clean checkout, of the differing files for a dirty one, and of all sources where
    there is no commit.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None:
        return {"commit": "", "dirty": False, "digest": folder_digest(root, SOURCE_SUFFIXES, made)}
    changed = sorted(_changed(root, made))
    digest = hashlib.sha256()
    for name, content in changed:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + content.encode() + b"\n")
    return {"commit": commit.decode().strip(), "dirty": bool(changed), "digest": digest.hexdigest() if changed else ""}


def _changed(root: Path, made: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Every file that is not as the commit has it: its name from here, and its content's digest."""
    listed = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", ".") or b""
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    skipped = [each.resolve() for each in made]
    for entry in listed.split(b"\0"):
        name = entry[3:].decode("utf-8", "surrogateescape").removeprefix(prefix)
        path = root / name
        if not name or any(path.resolve().is_relative_to(each) for each in skipped):
            continue
        yield name, sha256_hex(path.read_bytes()) if path.is_file() else "deleted"


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git says; None where there is no git, no repository or no commit."""
    try:
        ran = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, timeout=GIT_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout if ran.returncode == 0 else None
