"""Runs inside a new sandbox as an ordinary command and tries what must not work. Prints one JSON object.

Its word is good because it comes first: no agent has been in this sandbox. It is given the names and digests of files
that must not be seen, as JSON in `/probe/wanted.json`.
"""

import ctypes
import hashlib
import json
import os
import resource
import socket
import sys

_NEW_USER = 0x10000000
_UNSEEN = ("/proc", "/sys", "/dev", "/probe")
_OUTSIDE = (("192.0.2.1", 80), ("169.254.169.254", 80), ("127.0.0.1", 22))


def status(name: str) -> str:
    """Return one field of this process's status."""
    with open("/proc/self/status") as lines:
        return next((line.split()[1] for line in lines if line.startswith(name + ":")), "")


def writes(path: str) -> bool:
    """Whether a file can be made in, or opened for writing at, a path."""
    try:
        with open(os.path.join(path, "probe") if os.path.isdir(path) else path, "a"):
            return True
    except OSError:
        return False


def reaches(address: tuple) -> bool:
    """Whether anything answers."""
    try:
        with socket.create_connection(address, timeout=0.2):
            return True
    except OSError:
        return False


def new_namespace() -> bool:
    """Whether a user namespace can be made: the door to most of the kernel."""
    return ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER) == 0


def opens(path: str) -> bool:
    """Whether a file can be opened."""
    try:
        with open(path, "rb"):
            return True
    except OSError:
        return False


def crash_handler() -> str:
    """Return what the kernel does with a process that crashes."""
    try:
        with open("/proc/sys/kernel/core_pattern") as source:
            return source.read()
    except OSError:
        return ""


def processes() -> list:
    """Return what every visible process shows of its environment and arguments."""
    shown = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as source:
                    shown.append(source.read(1 << 16).decode("utf-8", "replace"))
            except OSError:
                continue
    return shown


def seen(wanted: dict) -> list:
    """Return the paths of files that must not be here: by name alone, or by name and digest."""
    names, digests, surveyed = frozenset(wanted["names"]), wanted["digests"], wanted["surveyed"]
    found, folders = [], ["/"]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.path not in _UNSEEN:
                folders += left_to_see(entry.path, surveyed.get(entry.path))
            if entry.name in names or (entry.name in digests and digest(entry.path) in digests[entry.name]):
                found.append(entry.path)
    return found


def left_to_see(folder: str, surveyed: list) -> list:
    """Return what to walk for a folder: where the host walked the very same one, only what it says is hidden here."""
    about = os.stat(folder)
    return surveyed[2:] if surveyed and [about.st_dev, about.st_ino] == surveyed[:2] else [folder]


def digest(path: str) -> str:
    """Return a file's SHA-256, or nothing."""
    try:
        with open(path, "rb") as source:
            return hashlib.sha256(source.read()).hexdigest()
    except OSError:
        return ""


def main() -> None:
    """Print what was found."""
    with open("/probe/wanted.json") as source:
        wanted = json.load(source)
    facts = {
        "uid": os.getuid(),
        "capabilities": status("CapEff") + status("CapPrm") + status("CapBnd"),
        "no_new_privileges": status("NoNewPrivs"),
        "seccomp": status("Seccomp"),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "reached": [address[0] for address in _OUTSIDE if reaches(address)],
        "new_namespace": new_namespace(),
        "written": [p for p in ("/", "/usr", "/etc", "/probe", "/dev", "/proc/sys/vm/overcommit_memory") if writes(p)],
        "runner_opened": opens("/proc/1/mem") or opens("/proc/1/environ"),
        "processes": processes(),
        "seen": seen(wanted),
        "core": [resource.getrlimit(resource.RLIMIT_CORE)[0], crash_handler()],
        "python": sys.version.split()[0],
    }
    print(json.dumps(facts))


main()
