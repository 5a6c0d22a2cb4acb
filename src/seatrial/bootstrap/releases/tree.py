"""Whether this folder still is what was sealed, and which sealed release it is."""

from __future__ import annotations

from pathlib import Path

from seatrial.bootstrap.releases.collect import collect, strategy_section
from seatrial.bootstrap.releases.naming import differing_files
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import SeatrialFault
from seatrial.release.manifest import SECTIONS, Manifest


def tree_like(settings: Settings, sealed: Manifest, root: Path | None = None, now: Manifest | None = None) -> Manifest:
    """The folder as it is now, with the strategies and the policy that were sealed. `now` saves reading it again.

    Raises:
        ConfigurationFault: a strategy is gone or does not load.
    """
    root = root or Path()
    now = now or collect(settings, root)
    chosen = _strategy_files(sealed, root)
    same = chosen == _strategy_files(now, root)
    strategies = now.sections["strategies"] if same else strategy_section(settings, root, chosen)
    return Manifest({**now.sections, "strategies": strategies, "policy": sealed.sections["policy"]})


def is_this_tree(settings: Settings, sealed: Manifest, root: Path | None = None, now: Manifest | None = None) -> bool:
    """Whether sealing again would give the same release."""
    try:
        now = now or collect(settings, root)
        decided = [name for name in SECTIONS if name not in {"strategies", "policy"}]
        if any(now.sections[name] != sealed.sections[name] for name in decided):
            return False
        return tree_like(settings, sealed, root, now).id == sealed.id
    except SeatrialFault:
        return False


def sealed_here(settings: Settings, root: Path | None = None) -> Manifest | None:
    """The sealed release this folder is, the newest where several differ by their policy only; None where none is."""
    sealed = _newest_first(settings)
    if not sealed:
        return None
    try:
        now = collect(settings, root)
    except SeatrialFault:
        return None
    return next((each for each in sealed if is_this_tree(settings, each, root, now)), None)


def unsealed(settings: Settings, root: Path | None = None) -> str:
    """Why this folder is no sealed release, and what to do about it."""
    sealed = _newest_first(settings)
    if not sealed:
        return "nothing is sealed yet, `seatrial release seal` seals this folder"
    where = differing_files(sealed[0], tree_like(settings, sealed[0], root)) or "its commit"
    return f"this folder differs from {sealed[0].id} in {where}; `seatrial release seal` seals it, --release names one"


def _newest_first(settings: Settings) -> list[Manifest]:
    store = ReleaseStore(settings.evidence)
    newest = sorted(store.ids(), key=lambda each: -(store.folder / f"{each}.json").stat().st_mtime_ns)
    return [store.get(each) for each in newest]


def _strategy_files(sealed: Manifest, root: Path) -> list[Path]:
    """The sealed strategies' files, each with its class."""
    found = []
    for strategy in sealed.sections["strategies"].values():
        if isinstance(strategy, dict):
            found.append(Path(f"{root / str(strategy['file'])}:{strategy['class']}"))
    return found
