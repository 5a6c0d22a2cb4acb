"""Sealing: the folder as it is becomes a release, with its manifest kept and a record that says so."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap.evidence import append, chain_of
from seatrial.bootstrap.releases.collect import collect
from seatrial.bootstrap.releases.policies import keep_policy
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.release.canonical import canonical
from seatrial.release.differences import DERIVED, ChangeClass, Difference, difference, setting_names
from seatrial.release.manifest import Manifest, short_id
from seatrial.release.policy import Policy
from seatrial.release.record import Record
from seatrial.release.verdict import ClockKind, JsonObject, VenueKind

SEALING_STAGE = "dev"  # every release begins there, whichever stage's settings seal it
GIT_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed release. `fresh` is False where this very release was sealed before; `difference` is from `compared`."""

    manifest: Manifest
    fresh: bool
    difference: Difference
    change_class: ChangeClass
    compared: str | None


def seal(
    settings: Settings,
    *,
    strategies: Sequence[Path] = (),
    policy: str | None = None,
    change_class: str | None = None,
    root: Path | None = None,
) -> Sealed:
    """Seal what is in the project's folder.

    `change_class` may ask for more than the change itself does, never for less.

    Raises:
        ConfigurationFault, RequestFault: a strategy, a configuration file or the policy is refused.
        EvidenceFault: the evidence folder cannot be written.
    """
    root = root or Path()
    name = policy or settings.release.policy
    kept = keep_policy(settings, name)
    manifest = collect(settings, root, strategies, policy_name=name)
    records = list(sealed_records(settings))
    found, compared = _compare(settings, manifest, records)
    chosen = _chosen_class(found, change_class)
    store = ReleaseStore(settings.evidence)
    store.put(manifest)
    if any(record.draft.release == manifest.digest for record in records):
        return Sealed(manifest, fresh=False, difference=found, change_class=chosen, compared=compared)
    _record(settings, manifest, kept, found, chosen, compared, root)
    return Sealed(manifest, fresh=True, difference=found, change_class=chosen, compared=compared)


def _record(
    settings: Settings,
    manifest: Manifest,
    policy: Policy,
    found: Difference,
    chosen: ChangeClass,
    compared: str | None,
    root: Path,
) -> None:
    """Keep what the record names, and append it: from here on the release exists."""
    chain = chain_of(settings, SEALING_STAGE)
    chain.keep_blob(manifest.canonical())
    chain.keep_blob(canonical(policy.document))
    author, committer = _people(root, dirty=bool(manifest.sections["source"].get("dirty")))
    body: JsonObject = {
        "change_class": chosen.value,
        "why": found.why,
        "compared_with": compared,
        "author": author,
        "committer": committer,
        "warnings": [f"{each.name} {each.what}" for each in found.warnings],
    }
    append(
        settings,
        "release.sealed",
        manifest.digest,
        body,
        policy=policy.digest,
        stage=SEALING_STAGE,
        clock=ClockKind.WALL,
        venue=VenueKind.EMULATED,
        actor="seal",
    )


def sealed_records(settings: Settings) -> Iterable[Record]:
    """The records of every sealing, oldest first."""
    return (record for record in chain_of(settings, SEALING_STAGE).read() if record.type == "release.sealed")


def compare(settings: Settings, before: str, after: str) -> Difference:
    """What changed between two sealed releases.

    Raises:
        EvidenceFault: a manifest is missing or was changed.
    """
    store = ReleaseStore(settings.evidence)
    return difference(store.get(before), store.get(after), _retired(settings, store, before))


def _compare(settings: Settings, manifest: Manifest, records: list[Record]) -> tuple[Difference, str | None]:
    """Against the last other release that was promoted from dev: what people have seen proved."""
    store, promoted = ReleaseStore(settings.evidence), _promoted(settings)
    before = [str(r.draft.release) for r in records if r.draft.release in promoted - {manifest.digest}]
    if not before:
        return difference(None, manifest), None
    last = short_id(before[-1])
    return difference(store.get(last), manifest, _retired(settings, store, last)), last


def _promoted(settings: Settings) -> set[str]:
    return {
        str(record.draft.release)
        for record in chain_of(settings, SEALING_STAGE).read()
        if record.type == "transition" and record.body.get("to") == "STG_DEPLOYING"
    }


def _retired(settings: Settings, store: ReleaseStore, before: str) -> set[str]:
    """Settings that some older release had and `before` has not."""
    retired: set[str] = set()
    for record in sealed_records(settings):
        release = short_id(str(record.draft.release))
        if release == before:
            break
        retired |= set(setting_names(store.get(release)))
    return retired - set(setting_names(store.get(before)))


def _chosen_class(found: Difference, asked: str | None) -> ChangeClass:
    if asked is None:
        return found.change_class
    chosen = ChangeClass(asked)
    if chosen in DERIVED and DERIVED.index(chosen) < DERIVED.index(found.change_class):
        raise RequestFault("--class", f"{found.change_class} or more, as {found.why}", asked)
    return chosen


def _people(root: Path, *, dirty: bool) -> tuple[str, str]:
    """Who wrote the change and who committed it: they may not approve it. A dirty tree was written by who seals."""
    author, committer = _git(root, "log", "-1", "--format=%ae"), _git(root, "log", "-1", "--format=%ce")
    here = _git(root, "config", "user.email") or getpass.getuser()
    if dirty or not author:
        return here, here
    return author, committer or author


def _git(root: Path, *arguments: str) -> str:
    try:
        ran = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=GIT_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
