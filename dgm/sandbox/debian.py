"""A Debian system with Python, git and the sandbox's packages, made with debootstrap: no registry is asked.

The mirror and the release are the host's own. Python packages are fetched on the host as wheels and only unpacked;
nothing of them is run here.
"""

import csv
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from dgm.assets import sandbox_dir
from dgm.errors import SandboxUnavailable

_TIMEOUT_S = 1800.0


def load_recipe() -> Mapping[str, list[str]]:
    """Return what the image holds: `debian`, `python` and `remove`."""
    return tomllib.loads((sandbox_dir() / "image" / "recipe.toml").read_text(encoding="utf-8"))


@contextmanager
def debian_tar(pins: Sequence[str], progress: Callable[[str], None]) -> Iterator[Path]:
    """Give the root file system as a tar.

    Args:
        pins: Python packages with their versions, `name==version`.

    Raises:
        SandboxUnavailable: with what is missing.
    """
    _require()
    recipe = load_recipe()
    mirror, release = _mirror()
    with tempfile.TemporaryDirectory(prefix="dgm-image-") as work:
        root = Path(work) / "root"
        progress(f"Debian {release} from {mirror}")
        command = ["debootstrap", "--variant=minbase", f"--include={','.join(recipe['debian'])}"]
        _call([*command, release, str(root), mirror], "debootstrap")
        progress("Python packages: " + ", ".join(pins))
        _install(pins, root)
        for path in recipe["remove"]:
            shutil.rmtree(root / path, ignore_errors=True)
        tar = Path(work) / "root.tar"
        _call(["tar", "--one-file-system", "--numeric-owner", "-C", str(root), "-cf", str(tar), "."], "tar")
        yield tar


def _require() -> None:
    if os.geteuid() != 0:
        raise SandboxUnavailable("debootstrap must be run by root: use sudo, or `dgm image build --base IMAGE`")
    if shutil.which("debootstrap") is None:
        raise SandboxUnavailable(
            "debootstrap is missing: apt-get install debootstrap, or `dgm image build --base IMAGE`"
        )


def _mirror() -> tuple[str, str]:
    """Return the address and the release that the host's own apt uses for Debian."""
    wanted = "$(REPO_URI),$(RELEASE),$(ORIGIN),$(COMPONENT)"
    listed = _call(["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"], "apt-get")
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    for address, of, origin, component in csv.reader(listed.splitlines()):
        if (of, origin, component) == (release, "Debian", "main"):
            return address.rstrip("/"), release
    raise SandboxUnavailable(
        f"apt here has no Debian release {release!r} that debootstrap could use: run `apt-get update` on Debian, "
        "or `dgm image build --base IMAGE`"
    )


def _install(pins: Sequence[str], root: Path) -> None:
    version = _call(["chroot", str(root), "python3", "-c", _VERSION], "the image's Python").strip()
    target = root / "usr" / "local" / "lib" / f"python{version}" / "dist-packages"
    options = ["--target", str(target), "--python-version", version, "--only-binary", ":all:", "--no-compile"]
    _call([sys.executable, "-m", "pip", "install", "-q", "--no-deps", *options, *pins], "pip", environment=os.environ)
    shutil.rmtree(target / "bin", ignore_errors=True)
    script = root / "usr" / "local" / "bin" / "pytest"
    script.write_text('#!/bin/sh\nexec python3 -m pytest "$@"\n')
    script.chmod(0o755)
    _call(["chroot", str(root), "python3", "-m", "compileall", "-q", "/usr/local/lib"], "the image's Python")


_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def _call(command: Sequence[str], what: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a program of the host and return its output. Raises SandboxUnavailable with its last words."""
    clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"} if environment is None else environment
    try:
        done = subprocess.run(
            command, env=clean, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnavailable(f"{what} failed: {error}") from error
    except subprocess.CalledProcessError as error:
        words = (error.stderr or error.stdout).decode("utf-8", "replace").strip()[-500:]
        raise SandboxUnavailable(f"{what} failed with code {error.returncode}: {words}") from error
    return done.stdout.decode("utf-8", "replace")
