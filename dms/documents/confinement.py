"""What a child that opens an untrusted file may not do: memory, time, files, network, signals.

Resource limits are always in force. The file wall (Landlock) and the network wall (namespaces) are Linux features that
an old kernel or a strict container may lack; there they are left out and :func:`walls` says so.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
ANY = resource.RLIM_INFINITY

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_SOCKET = 1 << 5 | 1 << 9  # make one, and remove it again
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_FS_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each kernel interface knows
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_TCP, _SCOPES = 0b11, 0b11

#: What parsers, fonts and Python itself are read from.
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/fonts", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")


@dataclass(frozen=True)
class Limits:
    """What one child may use. Sizes in bytes, times in seconds; ``processes`` may be :data:`ANY`."""

    memory: int = 2048 * MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
    written_file: int = 64 * MIB
    result: int = 64 * MIB
    processes: int = 0


@dataclass(frozen=True)
class Walls:
    """Which walls stand around a child on this machine."""

    files: bool
    network: bool


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def apply_limits(limits: Limits) -> None:
    """Put the resource limits on this very process; a core file would be a copy of the document on disk."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.written_file),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, limits.processes),
    ):
        _, ceiling = resource.getrlimit(kind)
        bound = ceiling if value == ANY else value if ceiling == ANY else min(value, ceiling)
        resource.setrlimit(kind, (bound, bound))


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, and hide its memory from its equals."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def leave_network() -> bool:
    """Move this process and its later children to a network without any interface; say whether that worked."""
    user, group = os.getuid(), os.getgid()
    flags = _CLONE_NEWNET | _CLONE_NEWIPC
    if _LIBC.unshare(flags) == 0:
        return True
    if _LIBC.unshare(flags | _CLONE_NEWUSER) != 0:
        return False
    _keep_identity(user, group)
    return True


def _keep_identity(user: int, group: int) -> None:
    with suppress(OSError):  # a process that shows as "nobody" still works
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def landlock_abi() -> int:
    """The version of the kernel's file wall; 0 where there is none."""
    version = _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(0, int(version))


def wall_off(*, readable: Iterable[Path], writable: Iterable[Path], sockets: Iterable[Path] = ()) -> bool:
    """Leave this process only the system's libraries, ``readable`` and ``writable``; say whether the wall stands.

    In the folders of ``sockets`` it may make sockets (and remove files), but neither read nor write.
    The wall also stops TCP (kernel 6.7) and signals to processes outside (kernel 6.12), and it cannot be taken down.
    """
    abi = landlock_abi()
    if abi == 0:
        return False
    every_right = (1 << _FS_RIGHTS_BY_ABI.get(abi, 16)) - 1
    ruleset = _create_ruleset(abi, every_right)
    for path in (*_system_paths(), *readable):
        _allow(ruleset, path, _READ)
    for path in writable:
        _allow(ruleset, path, every_right)
    for path in sockets:
        _allow(ruleset, path, _SOCKET)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    stands = bool(_LIBC.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0)
    os.close(ruleset)
    return stands


def _system_paths() -> tuple[Path, ...]:
    own = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]))
    return tuple(Path(name) for name in (*_SYSTEM, *own))


def _create_ruleset(abi: int, every_right: int) -> int:
    attributes = _Ruleset(
        every_right,
        _TCP if abi >= _NETWORK_SINCE else 0,
        _SCOPES if abi >= _SCOPES_SINCE else 0,
    )
    size = 24 if abi >= _SCOPES_SINCE else 16 if abi >= _NETWORK_SINCE else 8
    return int(_LIBC.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)))


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine: nothing to allow
    if not path.is_dir():
        access &= _FILE_ONLY
    rule = _PathBeneath(access, parent)
    _LIBC.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint32(0))
    os.close(parent)


def walls() -> Walls:
    """Which walls stand around the process that asks; run it as a job to learn what this machine offers."""
    interfaces = {name for _, name in socket.if_nameindex()}
    return Walls(files=landlock_abi() > 0, network=interfaces <= {"lo"})
