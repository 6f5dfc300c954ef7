"""The Python that bubblewrap mounts at `/python`: the interpreter, its library, `openai` and pytest, and the runner.

Made once from the environment that runs the engine, in a cache that the unprivileged user can read. Nothing else of
that environment goes in: it may hold hidden tests, benchmark answers, and the checkout. An interpreter
that is not the system's is copied; where it lay under a home folder, its old prefix is overwritten in every copied
file by one of the same length.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dgm.assets import sandbox_dir
from dgm.errors import SandboxUnavailable
from dgm.sandbox.cache import make_once

PREFIX = "/python"
ROOTS = ("openai", "pytest")
_FORMAT = 3
_OWN = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
_NEUTRAL = ("/usr", "/opt")
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_UNUSED = (
    "site-packages",
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "config-*",
)
_ETC = {
    "passwd": "root:x:0:0:root:/:/bin/false\nagent:x:65534:65534:agent:/tmp:/bin/sh\n",
    "group": "root:x:0:\nagent:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_ETC_MOUNTED = {"ld.so.cache": False, "alternatives": True}


@dataclass(frozen=True, slots=True)
class Environment:
    """Folders of the host that every job mounts.

    Args:
        digest: identity of the interpreter and its packages.
        python: the interpreter with its packages.
        etc: a small `/etc` that names nobody.
        runner: the runner, compiled.
        moved_from: where the interpreter must be mounted too, because its prefix could not be rewritten.
    """

    digest: str
    python: Path
    etc: Path
    runner: Path
    moved_from: Path | None


def prepare_environment(cache: Path) -> Environment:
    """Return the environment, made first where it is missing.

    Raises:
        SandboxUnavailable: a package is not installed, or the cache cannot be written.
    """
    packages = list(closure(ROOTS))
    digest = _python_digest(packages)
    made = make_once(cache / "environments" / digest, lambda folder: _build(folder, packages))
    runner = make_once(cache / "runners" / runner_digest(), _build_runner)
    return Environment(digest, made / "python", made / "etc", runner, _neutral_prefix())


def runner_files() -> list[Path]:
    """Return the runner's source files in order."""
    return sorted((sandbox_dir() / "runner").glob("*.py"))


def runner_digest() -> str:
    """Return the SHA-256 of the runner's source."""
    whole = hashlib.sha256()
    for path in runner_files():
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _neutral_prefix() -> Path | None:
    """Return the interpreter's prefix where it names nobody, and so may be shown; it is often too short to rewrite."""
    base = Path(sys.base_prefix)
    neutral = base != Path("/usr") and any(base.is_relative_to(top) for top in _NEUTRAL)
    return base if neutral else None


def _python_digest(packages: list[metadata.Distribution]) -> str:
    whole = hashlib.sha256(f"{_FORMAT} {sys.version} {sys.base_prefix}".encode())
    for package in packages:
        whole.update(f"{package.name} {package.version}\n".encode())
    return whole.hexdigest()


def _build_runner(folder: Path) -> None:
    for path in runner_files():
        shutil.copyfile(path, folder / path.name)
    _compile(folder, "/runner")


def closure(roots: Sequence[str]) -> Iterator[metadata.Distribution]:
    """Yield the packages and everything they need here, each once, whatever else this process has imported.

    Some packages, Ray among them, bring others of their own and put them on the path when they are imported.

    Raises:
        SandboxUnavailable: a root is not installed.
    """
    waiting, seen = list(roots), set()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        package = next(iter(metadata.distributions(name=name, path=[*_OWN, *sys.path])), None)
        if package is None:
            if name in roots:
                raise SandboxUnavailable(f"the sandbox needs the package {name!r}: pip install {name}")
            continue
        yield package
        needs = map(Requirement, package.requires or ())
        waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def _build(folder: Path, packages: list[metadata.Distribution]) -> None:
    python = folder / "python"
    site = python / "lib" / _VERSION / "site-packages"
    _interpreter(python)
    site.mkdir(parents=True, exist_ok=True)
    for package in packages:
        _copy_package(package, site)
    _scripts(python / "bin")
    _etc(folder / "etc")
    _compile(site, f"{PREFIX}/lib/{_VERSION}/site-packages")


def _interpreter(python: Path) -> None:
    """Put an interpreter in `python`: the system's own by a link, any other as a copy."""
    base = Path(sys.base_prefix)
    executable = base / "bin" / _VERSION
    (python / "bin").mkdir(parents=True)
    if base == Path("/usr"):
        (python / "bin" / _VERSION).symlink_to(executable)
        (python / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
        return
    shutil.copy2(executable, python / "bin" / _VERSION)
    shutil.copytree(
        base / "lib" / _VERSION, python / "lib" / _VERSION, symlinks=True, ignore=shutil.ignore_patterns(*_UNUSED)
    )
    for library in (base / "lib").glob("*.so*"):
        shutil.copy2(library, python / "lib" / library.name, follow_symlinks=False)
    if _neutral_prefix() is None:
        _relocate(python, os.fsencode(base))


def _relocate(python: Path, base: bytes) -> None:
    """Write `/python///name` over the old prefix, in place: library paths in binaries work, and no home shows.

    The last part stays as it is, since a compiler may let another string share its bytes; a link makes it work.
    """
    start, name = PREFIX.encode() + b"/", base.rpartition(b"/")[2]
    target = start.ljust(len(base) - len(name), b"/") + name
    if len(target) > len(base):
        raise SandboxUnavailable(f"Python's folder {os.fsdecode(base)!r} has too short a name: install it elsewhere")
    (python / os.fsdecode(name)).symlink_to(".")
    for path in python.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        if base in data:
            about = path.stat()
            path.chmod(0o600)
            path.write_bytes(data.replace(base, target))
            path.chmod(about.st_mode)
            os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))  # compiled files compare it


def _copy_package(package: metadata.Distribution, site: Path) -> None:
    if package.files is None:
        raise SandboxUnavailable(f"the package {package.name!r} does not list its files: install it again with pip")
    for file in package.files:
        if ".." in file.parts or file.is_absolute() or file.suffix == ".pyc" or file.name == "direct_url.json":
            continue
        source, target = Path(str(package.locate_file(file))), site / file
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _scripts(folder: Path) -> None:
    for name in ("python", "python3"):
        (folder / name).symlink_to(_VERSION)
    script = folder / "pytest"
    script.write_text(f"#!{PREFIX}/bin/python\nimport runpy\n\nrunpy.run_module('pytest', run_name='__main__')\n")
    script.chmod(0o755)


def _etc(folder: Path) -> None:
    """Write an `/etc` that names nobody; what it takes from the host gets a place to be mounted on."""
    folder.mkdir()
    for name, text in _ETC.items():
        (folder / name).write_text(text)
    for name, is_folder in _ETC_MOUNTED.items():
        (folder / name).mkdir() if is_folder else (folder / name).touch()


def _compile(folder: Path, inside: str) -> None:
    """Compile once, since nothing can be written later. Files that do not compile are nobody's to fix here."""
    options = ["-q", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-d", inside]
    subprocess.run([sys.executable, "-I", "-m", "compileall", *options, str(folder)], env={}, stdin=subprocess.DEVNULL)
