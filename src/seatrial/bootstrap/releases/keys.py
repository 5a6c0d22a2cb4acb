"""Signing keys on this machine: the program's own, made when first needed, and those of people.

A private key is `evidence/keys/<owner>.key`, readable by its owner alone. Each chain is told of a public key by a
`key.add` record before anything it signs can count there.
"""

from __future__ import annotations

import os
from pathlib import Path

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.evidence import append, chain_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import EvidenceFault, RequestFault
from seatrial.release.drive import Follower
from seatrial.release.keys import OWNER, SEED_BYTES, PublicKey, SigningKey
from seatrial.release.record import STAGES

FOLDER = "keys"
SERVICE = "seatrial"
SERVICE_ROLES = ("service",)
ROLES = ("risk", "engineer", "operator")


def key_path(settings: Settings, owner: str) -> Path:
    """Where the private key of a person is.

    Raises:
        RequestFault: this is no name.
    """
    if not OWNER.fullmatch(owner):
        raise RequestFault("NAME", "letters, digits, . _ @ and -, at most 64", owner)
    return settings.evidence / FOLDER / f"{owner}.key"


def owners(settings: Settings) -> list[str]:
    """Whose private keys are here, without the program's own."""
    return sorted(path.stem for path in (settings.evidence / FOLDER).glob("*.key") if path.stem != SERVICE)


def new_key(settings: Settings, owner: str, roles: tuple[str, ...]) -> PublicKey:
    """Make a key for somebody and tell every chain of it.

    Raises:
        EvidenceFault: there is one already; a key is never overwritten.
    """
    path = key_path(settings, owner)
    if owner == SERVICE or path.exists():
        raise RequestFault("NAME", "somebody who has no key here yet", owner)
    key = SigningKey(os.urandom(SEED_BYTES))
    key.save(path)
    public = PublicKey(key.id, owner, key.public, roles, WallClock().now_ns())
    for stage in STAGES:
        append(settings, "key.add", None, public.body(), stage=stage)
    return public


def service_key(settings: Settings, stage: str) -> SigningKey:
    """The program's own key, known to the chain of `stage` from now on."""
    path = key_path(settings, SERVICE)
    if not path.exists():
        SigningKey(os.urandom(SEED_BYTES)).save(path)
    key = SigningKey.load(path)
    _tell(settings, key, SERVICE, SERVICE_ROLES, stage)
    return key


def persons_key(settings: Settings, owner: str | None) -> tuple[SigningKey, str]:
    """The key of somebody on this machine, by default of the only one there is.

    Raises:
        RequestFault: nobody, or several people, have a key here.
    """
    known = owners(settings)
    if owner is None and len(known) == 1:
        owner = known[0]
    if owner is None or owner not in known:
        listed = ", ".join(known) or "nobody yet: `seatrial key new NAME --role risk`"
        raise RequestFault("--key", f"whose key signs ({listed})", owner)
    return SigningKey.load(key_path(settings, owner)), owner


def revoke_key(settings: Settings, owner: str) -> str:
    """From now on this key signs nothing: told to every chain, and the private half is removed.

    Raises:
        RequestFault: there is no such key here.
    """
    key, owner = persons_key(settings, owner)
    for stage in STAGES:
        if Follower(chain_of(settings, stage)).catch_up().keys.get(key.id) is not None:
            append(settings, "key.revoke", None, {"key": key.id}, stage=stage)
    key_path(settings, owner).unlink()
    return key.id


def _tell(settings: Settings, key: SigningKey, owner: str, roles: tuple[str, ...], stage: str) -> None:
    known = Follower(chain_of(settings, stage)).catch_up().keys.get(key.id)
    if known is None:
        public = PublicKey(key.id, owner, key.public, roles, WallClock().now_ns())
        append(settings, "key.add", None, public.body(), stage=stage)
    elif not known.valid_at(WallClock().now_ns()):
        raise EvidenceFault(f"the key of {owner} was revoked: remove {key_path(settings, owner)} for a new one")
