"""Accounts whose keys are pairs: the venue is given the public half, the suite the private one, as at the venue.

Made anew for each run, so that nobody has to wonder what a private key in a repository opens.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SCHEMES = ("rsa", "ed25519")


def api_key(scheme: str) -> str:
    """The key under which the account of a scheme is known; the venue's keys are sixty-four letters."""
    return f"PK{scheme}".upper().ljust(64, "X")


def accounts_file(folder: Path) -> Path:
    """An account for each scheme, for `--accounts`; `rsa.pem` and `ed25519.pem` beside it are what signs for them."""
    rows = []
    for scheme in SCHEMES:
        pair = generate_private_key(65_537, 2_048) if scheme == "rsa" else Ed25519PrivateKey.generate()
        private = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        (folder / f"{scheme}.pem").write_text(private)
        rows.append(f'[[account]]\nname = "{scheme}"\nkey = "{api_key(scheme)}"\nsecret = """\n{public}"""\n')
    file = folder / "accounts.toml"
    file.write_text("\n".join(rows))
    return file
