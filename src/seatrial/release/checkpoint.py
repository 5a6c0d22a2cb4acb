"""A signed note that says: the log called `origin` had `size` records, and this was its root.

The form is that of transparency logs (C2SP tlog-checkpoint in a signed-note), so their tools read it:

    seatrial/staging
    1042
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — alice Az3grn...

A checkpoint protects only once it has left the machine: it is what a truncated or rewritten log does not match.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Self

from seatrial.domain.faults import EvidenceFault
from seatrial.release.keys import Keyring, PublicKey, SigningKey, signature_holds, unbase64

ALGORITHM = b"\x01"  # Ed25519, in the numbering of signed notes
SIGNATURES_MAX = 16
_HASH_BYTES = 4


def origin_of(stage: str) -> str:
    """What a stage's log is called in its checkpoints."""
    return f"seatrial/{stage}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` records of `origin` have the Merkle root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def note(self, key: SigningKey, owner: str) -> str:
        """The signed note: the text, an empty line, one signature."""
        signature = _hint(owner, key.public) + key.sign(self.text().encode())
        return f"{self.text()}\n— {owner} {base64.b64encode(signature).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the three lines back.

        Raises:
            EvidenceFault: they are not three, or size and root are not written in their one form.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise EvidenceFault("a checkpoint is an origin, a size and a root, one a line")
        origin, size, root = lines[:3]
        if not size.isascii() or not size.isdigit() or str(int(size)) != size:
            raise EvidenceFault(f"the size of a checkpoint is a whole number, was {size!r}")
        raw = unbase64(root)
        if len(raw) != hashlib.sha256().digest_size:
            raise EvidenceFault("the root of a checkpoint is 32 bytes")
        return cls(origin, int(size), raw)


def opened(note: str, keys: Keyring, at_ns: int | None) -> tuple[Checkpoint, tuple[PublicKey, ...]]:
    """The checkpoint of a note and the keys that signed it, each known and valid at `at_ns`.

    A note on its own says no time; with None a key counts whenever it was valid. Signatures by strangers are left
    out, as signed notes demand.

    Raises:
        EvidenceFault: the note is malformed, a known key's signature is false, or no valid key signed.
    """
    text, gap, tail = note.partition("\n\n")
    lines = tail.splitlines()
    if not gap or not tail.endswith("\n") or not 0 < len(lines) <= SIGNATURES_MAX:
        raise EvidenceFault("a signed note is a text, an empty line and signatures")
    checkpoint = Checkpoint.parse(text + "\n")
    signers = []
    for line in lines:
        mark, _, rest = line.partition(" ")
        owner, _, encoded = rest.partition(" ")
        if mark != "—":
            raise EvidenceFault("a signature starts with an em dash")
        raw = unbase64(encoded)
        key = next((each for each in keys.all() if each.owner == owner and _hint(owner, each.public) == raw[:4]), None)
        if key is None:
            continue
        if not signature_holds(key.public, raw[_HASH_BYTES:], checkpoint.text().encode()):
            raise EvidenceFault(f"the signature of {owner} does not fit the checkpoint of size {checkpoint.size}")
        if at_ns is None or key.valid_at(at_ns):
            signers.append(key)
    if not signers:
        raise EvidenceFault(f"no key known and valid then signed the checkpoint of size {checkpoint.size}")
    return checkpoint, tuple(signers)


def _hint(owner: str, public: bytes) -> bytes:
    """Four bytes that say which key of this name a signature is of."""
    return hashlib.sha256(owner.encode() + b"\n" + ALGORITHM + public).digest()[:_HASH_BYTES]
