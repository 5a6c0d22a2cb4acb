"""Policies by digest: those that come with us, and files as they were when a release was sealed under them."""

from __future__ import annotations

from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import EvidenceFault
from seatrial.release.policy import Policy
from seatrial.release.policy_file import BUILT_IN, built_in, built_in_text, load_policy, read_policy

FOLDER = "policies"


def keep_policy(settings: Settings, name_or_path: str) -> Policy:
    """Load a policy, and keep the text of one that did not come with us.

    Raises:
        BadSetting, UnknownSetting: it is no policy.
        EvidenceFault: its text cannot be kept.
    """
    policy, text = load_policy(name_or_path)
    if policy.name not in BUILT_IN or built_in(policy.name).digest != policy.digest:
        path = settings.evidence / FOLDER / f"{policy.digest.removeprefix('sha256:')}.yaml"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as fault:
            raise EvidenceFault(f"{path} could not be written: {fault.strerror}") from fault
    return policy


def policy_of(settings: Settings, digest: str) -> tuple[Policy, str]:
    """The policy of this digest, and its text.

    Raises:
        EvidenceFault: nobody has it.
    """
    for name in BUILT_IN:
        if (policy := built_in(name)).digest == digest:
            return policy, built_in_text(name)
    path = settings.evidence / FOLDER / f"{digest.removeprefix('sha256:')}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as fault:
        raise EvidenceFault(
            f"the policy {digest[:23]} is neither built in nor kept in {path.parent}: a release sealed under a policy "
            "of another version of seatrial is sealed again"
        ) from fault
    policy = read_policy(text, str(path))
    if policy.digest != digest:
        raise EvidenceFault(f"{path} was changed after a release was sealed under it")
    return policy, text
