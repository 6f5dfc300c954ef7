"""Where the founders, the suites and the sandbox's files lie: under `dgm/_assets` in a wheel, else in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def assets_root() -> Path:
    """Return the folder that holds `archive/founders`, `evaluations/suites` and `sandbox`."""
    wheel = _PACKAGE / "_assets"
    return wheel if wheel.is_dir() else _PACKAGE.parent


def founders_dir() -> Path:
    """Return the folder of the shipped founders."""
    return assets_root() / "archive" / "founders"


def suites_dir() -> Path:
    """Return the folder of the shipped suites."""
    return assets_root() / "evaluations" / "suites"


def sandbox_dir() -> Path:
    """Return the folder of the runner, the seccomp profile and the image recipes."""
    return assets_root() / "sandbox"


def checkout_root() -> Path | None:
    """Return the checkout that this package runs from, or None in an installed wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and not (_PACKAGE / "_assets").is_dir() else None
