"""Reads `agent.toml`: text that an agent wrote. Nothing of it is ever run on the host; commands run in sandboxes."""

import tomllib
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dgm.errors import ConfigError
from dgm.values import Manifest, Tree, plain

MANIFEST_PATH = "agent.toml"
MAX_BYTES = 16 * 1024


def _harmless(text: str) -> str:
    if plain(text) != text:
        raise ValueError("holds a control or format character")
    return text


Argument = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_harmless)]
Command = Annotated[list[Argument], Field(min_length=1, max_length=32)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Agent(_Section):
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    description: Annotated[str, Field(max_length=200), AfterValidator(_harmless)] = ""


class _Commands(_Section):
    solve: Command
    improve: Command | None = None
    test: Command | None = None


class _AgentToml(_Section):
    agent: _Agent
    commands: _Commands


def parse_manifest(data: bytes) -> Manifest:
    """Check the bytes of an agent.toml.

    Raises:
        ConfigError: names each wrong key; the agent's own words in it are stripped and short.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{MANIFEST_PATH} has {len(data)} bytes; at most {MAX_BYTES} are read. Shorten it.")
    try:
        checked = _AgentToml.model_validate(_read_toml(data))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{MANIFEST_PATH} is wrong: {plain(wrong, limit=500)}") from None
    commands = checked.commands
    return Manifest(
        name=checked.agent.name,
        description=checked.agent.description,
        solve=tuple(commands.solve),
        improve=None if commands.improve is None else tuple(commands.improve),
        test=None if commands.test is None else tuple(commands.test),
    )


def manifest_of(tree: Tree) -> Manifest:
    """Check the manifest of an agent's tree.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    if MANIFEST_PATH not in tree:
        raise ConfigError(f"the tree has no {MANIFEST_PATH} at its root. Add one with [agent] and [commands].")
    return parse_manifest(tree[MANIFEST_PATH].data)


def _read_toml(data: bytes) -> dict[str, object]:
    """Read TOML. `tomllib` also fails with RecursionError on deep nesting and ValueError on giant numbers."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        reason = plain(str(error), limit=200)
        raise ConfigError(f"{MANIFEST_PATH} is not TOML in UTF-8: {reason}. Correct it.") from None
