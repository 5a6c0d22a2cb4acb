"""The kernel's part: a network namespace with nothing in it but loopback, and mounts nobody else sees.

Linux only, by the C library that Python runs on. With CAP_SYS_ADMIN it needs nothing more; without, it needs user
namespaces, which some distributions keep to root (`kernel.unprivileged_userns_clone`,
`kernel.apparmor_restrict_unprivileged_userns`) and containers mostly forbid.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from pathlib import Path

from seatrial.domain.faults import ConfigurationFault

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWNET = 0x4000_0000
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x4_0000
MNT_DETACH = 0x2
PR_SET_PDEATHSIG = 1
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1


class CannotSeal(ConfigurationFault):
    """This machine does not let this user seal a command; the message says why and what would."""


def stay_single() -> dict[str, str]:
    """Our environment as it was, for the command; ours then keeps numpy from starting threads when it is imported."""
    outside = dict(os.environ)
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return outside


def enter() -> None:
    """Move this process into a network and a mount namespace of its own, with loopback up.

    Must come before any thread: namespaces are the calling thread's.

    Raises:
        CannotSeal: in one sentence.
    """
    if not sys.platform.startswith("linux"):
        raise CannotSeal(f"sealing needs Linux network namespaces, and this is {sys.platform}: use a Linux container")
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise CannotSeal(f"sealing needs a process of one thread, this one has {threads}")
    uid = os.geteuid()
    try:
        try:
            _unshare(CLONE_NEWNET | CLONE_NEWNS)
        except PermissionError:
            _enter_user_namespace()
            _unshare(CLONE_NEWNET | CLONE_NEWNS)
        mount("none", Path("/"), flags=MS_REC | MS_PRIVATE)
        _raise_loopback()
    except OSError as fault:
        raise CannotSeal(
            f"the kernel refuses a network namespace to uid {uid} ({fault.strerror}): run as root, allow unprivileged "
            "user namespaces, or give the container CAP_SYS_ADMIN"
        ) from fault


def mount(source: str, target: Path, *, kind: str = "", flags: int = 0, options: str = "") -> None:
    """`mount(2)`.

    Raises:
        OSError: as the kernel says.
    """
    result = _libc().mount(source.encode(), os.fsencode(target), kind.encode() or None, flags, options.encode() or None)
    _check(result, str(target))


def bind(source: Path, target: Path) -> None:
    """Show one file in another's place."""
    mount(str(source), target, flags=MS_BIND)


def private_folder(target: Path) -> None:
    """Cover a folder with an empty one in memory that only this process and its children see."""
    mount("tmpfs", target, kind="tmpfs", flags=MS_NOSUID | MS_NODEV, options="mode=0755,size=16m")


def uncover(target: Path) -> None:
    """Take a private folder away again, also while it is in use."""
    _check(_libc().umount2(os.fsencode(target), MNT_DETACH), str(target))


def die_with_parent() -> None:
    """In a child, before its program: it does not outlive us."""
    _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _enter_user_namespace() -> None:
    """One in which we are who we were and may do what root may; the command, once executed, may not."""
    uid, gid = os.geteuid(), os.getegid()
    _unshare(CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    _check(_libc().unshare(flags), "unshare")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        fcntl.ioctl(door, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
