"""Which credentials are there. Never a value: a fingerprint tells two keys apart and opens nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from seatrial.bootstrap.credentials import PAPER_SETTINGS, require_accounts
from seatrial.bootstrap.declarations import SETTINGS
from seatrial.bootstrap.doctor.findings import Finding, Level, fine
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.domain.faults import ConfigurationFault

GROUP = "credentials"
FINGERPRINT_LENGTH = 8


def account_findings(settings: Settings) -> Iterator[Finding]:
    """Each credential, and whether the mode has what it needs."""
    for declared in SETTINGS:
        if declared.credential:
            value: Secret = settings.values[declared.name]
            said = f"present, fingerprint {fingerprint(value)}, from {settings.sources[declared.name]}"
            yield fine(GROUP, declared.known_as, said if value else "absent")
    try:
        require_accounts(settings)
    except ConfigurationFault as fault:
        yield Finding(GROUP, f"mode {settings.mode}", Level.FAILURE, str(fault))
        return
    needed = [name for venue in settings.values["trading.venues"] for name in PAPER_SETTINGS[venue]]
    said = f"{len(needed)} of them are used" if settings.mode is Mode.PAPER else "local venues need none of them"
    yield fine(GROUP, f"mode {settings.mode}", said)


def fingerprint(secret: Secret) -> str:
    """The first characters of a digest."""
    return hashlib.sha256(secret.reveal().encode()).hexdigest()[:FINGERPRINT_LENGTH]
