"""The files a sealed command sees instead of this machine's: names, name service, certificates.

Everything is a bind mount in our own mount namespace, over a folder in memory; nothing is written to a disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from seatrial.bootstrap.seal.authority import Certificates
from seatrial.bootstrap.seal.namespace import CannotSeal, bind, private_folder

HOSTS = Path("/etc/hosts")
RESOLVER = Path("/etc/resolv.conf")
NAME_SERVICE = Path("/etc/nsswitch.conf")
RESOLVER_TEXT = "# sealed: there is no name server\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
NAME_DAEMONS = (Path("/run/nscd"), Path("/var/run/nscd"), Path("/run/systemd/resolve"), Path("/run/dbus"))


class Trusted:
    """The files of the certificates inside a private folder.

    Attributes:
        bundle: every authority of this machine, and ours.
        authority: ours alone.
    """

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        self.bundle = folder / "bundle.pem"
        self.authority = folder / "authority.pem"
        self.chain = folder / "chain.pem"
        self.key = folder / "key.pem"
        self.authority.write_bytes(certificates.authority)
        self.chain.write_bytes(certificates.chain)
        self.key.touch(mode=0o600)
        self.key.write_bytes(certificates.key)


def cover(folder: Path, hosts: str, certificates: Certificates, bundles: Iterable[Path]) -> Trusted:
    """Put everything in its place; after `namespace.enter`.

    Args:
        folder: an empty one, which is covered by one in memory.
        hosts: the text of `/etc/hosts`.
        bundles: files of authorities that gain ours.

    Raises:
        CannotSeal: a mount is refused, which some security modules do inside user namespaces.
    """
    try:
        resolver = RESOLVER.resolve()
        name_service = _files_only(NAME_SERVICE.read_text()) if NAME_SERVICE.is_file() else ""
        private_folder(folder)
        trusted = Trusted(folder, certificates)
        originals = [(path, path.read_bytes()) for path in bundles]
        for number, (path, original) in enumerate(originals):
            _show(folder / f"bundle-{number}.pem", original + b"\n" + certificates.authority, path)
        system = originals[0][1] if originals else b""
        trusted.bundle.write_bytes(system + b"\n" + certificates.authority)
        for daemon in {path.resolve() for path in NAME_DAEMONS if path.is_dir()}:
            private_folder(daemon)
        if not resolver.exists() and resolver.parent.is_dir():
            resolver.touch()  # it lived in a folder that is covered now
        _show(folder / "hosts", hosts.encode(), HOSTS)
        _show(folder / "resolv.conf", RESOLVER_TEXT.encode(), resolver)
        _show(folder / "nsswitch.conf", name_service.encode(), NAME_SERVICE)
    except OSError as fault:
        raise CannotSeal(f"a mount at {fault.filename} was refused ({fault.strerror}): run as root") from fault
    return trusted


def _show(source: Path, content: bytes, target: Path) -> None:
    if target.is_file():
        source.write_bytes(content)
        bind(source, target)


def _files_only(text: str) -> str:
    """`nsswitch.conf` in which host names come from `/etc/hosts` and nowhere else."""
    kept = [line for line in text.splitlines() if not line.strip().startswith("hosts:")]
    return "\n".join([*kept, "hosts: files"]) + "\n"
