"""In which files two releases differ, in the words of whoever edited one of them."""

from __future__ import annotations

from seatrial.release.manifest import Manifest, Path

NAMES_SHOWN_MAX = 3


def differing_files(sealed: Manifest, running: Manifest) -> str:
    """In which files, as people know them, two manifests differ."""
    names: dict[str, None] = {}
    for path in sealed.runtime_differences(running):
        names.setdefault(_file_of(path, sealed, running))
    shown = list(names)
    more = len(shown) - NAMES_SHOWN_MAX
    return ", ".join(shown[:NAMES_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")


def _file_of(path: Path, *manifests: Manifest) -> str:
    """The file a leaf was read from, or the section's name where there is no single one."""
    if path[0] == "strategies":
        for manifest in manifests:
            strategy = manifest.sections["strategies"].get(path[1])
            if isinstance(strategy, dict):
                return str(strategy["file"])
    match path:
        case ("config" | "limits", "files", name):
            return f"config/{name}"
        case ("config" | "limits", "stages", stage, *_):
            return f"config ({stage})"
        case ("package" | "components", *_):
            return "the installed package"
        case ("locks", name):
            return name
    return path[0]
