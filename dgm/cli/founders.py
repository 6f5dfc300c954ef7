"""Reading an agent's folder that a user names: regular files only, nothing of it is run."""

from pathlib import Path

from dgm.assets import founders_dir, read_folder
from dgm.errors import ConfigError
from dgm.evaluations.policy import is_cache
from dgm.values import Tree, plain, tree_fault

MAX_BYTES = 32 << 20


def founder_names() -> list[str]:
    """Return the names of the founders that ship, sorted."""
    return sorted(path.parent.name for path in founders_dir().glob("*/agent.toml"))


def founder_tree(name_or_path: str) -> Tree:
    """Return the source of a shipped founder, or of a folder.

    Caches, `.git` and files such as `.gitignore` are left out.

    Raises:
        ConfigError: there is no such agent, or it holds what an archive cannot keep.
    """
    shipped = founders_dir() / name_or_path
    folder = shipped if name_or_path in founder_names() else Path(name_or_path)
    if not (folder / "agent.toml").is_file():
        raise ConfigError(
            f"no founder {name_or_path!r}: the shipped ones are {', '.join(founder_names())}; "
            f"a path must be a folder that holds an agent.toml"
        )
    tree = read_folder(folder, max_bytes=MAX_BYTES, is_left_out=_is_left_out)
    if (fault := tree_fault(tree)) is not None:
        raise ConfigError(f"the founder {name_or_path!r} cannot be kept: {plain(fault.path)}: {fault.reason}")
    return tree


def _is_left_out(path: str) -> bool:
    return is_cache(path) or any(part.startswith(".git") for part in path.split("/"))
