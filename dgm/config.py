"""What a run is told: `run.toml`, checked. The documentation's table is made from the strings under the fields."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dgm.errors import ConfigError

MAX_BYTES = 256 * 1024


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class SuiteSection(Section):
    """What measures."""

    name: str = "repair"
    """A suite's name, or the path of a folder that holds a `suite.toml`."""
    tasks: list[str] | None = None
    """Task ids to use, in this order; all tasks of the search split where left out."""
    stages: list[int] | None = None
    """Sizes of the stages, ascending; the suite's own where left out. Sizes above the number of tasks are cut."""
    promote: list[float] = [0.4]
    """Share of a stage an agent must resolve to earn the next; the last value stands for all further stages."""
    tripwires: list[str] = []
    """Tasks that only a cheat passes, mixed in: names of shipped ones, `tripwires` for all of these, or paths of
    folders that hold a `task.toml` or a `suite.toml`. Every child gets one of them, once, before it may be a parent;
    one that passes is flagged with its clade. It costs a trial more for each child and is in no score. Tripwires of
    the suite itself are always used."""


class PriceSection(Section):
    """Dollars for a million tokens of one model."""

    input_usd: float = Field(ge=0)
    """Dollars for a million input tokens."""
    output_usd: float = Field(ge=0)
    """Dollars for a million output tokens."""


class ModelsSection(Section):
    """Where the foundation model is, and which."""

    endpoint: Literal["auto", "openai", "local"] = "auto"
    """`openai`: any server that speaks the OpenAI API. `local`: llama.cpp on this machine with a small open model.
    `auto`: `openai` where `base_url`, OPENAI_BASE_URL or a key is given, else `local`."""
    base_url: str | None = None
    """The server's address, ending in `/v1`; OPENAI_BASE_URL where left out."""
    key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key. It is read where the work runs and goes nowhere else."""
    key_file: Path | None = None
    """A file (mode 0600) with the key, instead of `key_env`."""
    name: str | None = None
    """The model for everything that has no own name below; with `local`, the model that was pulled; else the only
    one that the server lists."""
    solve: str | None = None
    """The model that solves tasks."""
    improve: str | None = None
    """The model with which an agent rewrites itself."""
    diagnose: str | None = None
    """The model that turns a failure into a proposal."""
    prices: dict[str, PriceSection] = {}
    """Prices by model name, added to the built-in table."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Forced on every call; the agent's own choice where left out."""
    max_tokens: int = Field(default=4096, ge=1)
    """The most output tokens that one call may ask for."""
    timeout_s: float = Field(default=300, gt=0)
    """Seconds without an answer after which a call is given up and tried again."""
    local_path: Path | None = None
    """With `local`: a GGUF file of your own instead of the pulled one."""
    local_context: int = Field(default=16384, ge=512)
    """With `local`: context length in tokens."""


class BudgetSection(Section):
    """When a run ends: whichever limit is reached first. Left out: no such limit; one at least must be given."""

    tokens: int | None = Field(default=None, ge=1)
    """Input and output tokens of all calls together."""
    cost_usd: float | None = Field(default=None, gt=0)
    """Dollars of all calls together; needs a price for every model."""
    hours: float | None = Field(default=None, gt=0)
    """Wall hours, summed over all times the run was resumed."""
    attempts: int | None = Field(default=None, ge=0)
    """Tries to make a child."""
    trials: int | None = Field(default=None, ge=0)
    """Scored trials, the founders' included."""

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if all(value is None for value in (self.tokens, self.cost_usd, self.hours, self.attempts, self.trials)):
            raise ValueError("give one limit at least: tokens, cost_usd, hours, attempts or trials")
        return self


class LeaseSection(Section):
    """The most that one piece of work may spend; its share of the budget is held back until it is settled."""

    trial_tokens: int = Field(default=100_000, ge=1)
    """Tokens of one trial."""
    attempt_tokens: int = Field(default=400_000, ge=1)
    """Tokens of one attempt: diagnosis, self-modification and screening together."""
    trial_cost_usd: float = Field(default=1.0, gt=0)
    """Dollars of one trial; counts only when the budget is in dollars."""
    attempt_cost_usd: float = Field(default=5.0, gt=0)
    """Dollars of one attempt; counts only when the budget is in dollars."""
    attempt_timeout_s: float = Field(default=1800, gt=0)
    """Seconds for the self-modification."""


class SandboxSection(Section):
    """Where untrusted code runs."""

    engine: Literal["auto", "docker", "bubblewrap"] = "auto"
    """`auto` takes docker where an engine answers and the image is there, else bubblewrap, and says which."""
    image: str = "dgm-sandbox"
    """The Docker image; its sha256 id is what runs and what is recorded."""
    require: list[str] = []
    """What must be proved on every machine before it works: an engine at least so strong (`bubblewrap` < `docker` <
    `docker+runsc`), and properties by the names that `dgm doctor` shows."""
    cpus: float = Field(default=1.0, gt=0)
    """Cores of one job."""
    memory_mib: int = Field(default=1024, ge=64)
    """Memory of one job."""
    pids: int = Field(default=128, ge=8)
    """Processes of one job."""
    disk_mib: int = Field(default=256, ge=8)
    """Size of each writable mount."""


class EvolveSection(Section):
    """How the archive grows."""

    strategy: Literal[
        "dgm", "dgmh", "hgm", "sica", "greedy", "random", "no-archive", "no-self-improvement", "latent"
    ] = "dgm"
    """What is done next: which agent is expanded, and which is measured on what; docs/search.md describes each."""
    selection: Literal["score_child_prop", "score_prop", "uniform", "best"] = "score_child_prop"
    """Rule of `dgm` and `no-self-improvement`: score and few children, score alone, uniform, or the best ones."""
    racing: float = Field(default=0.0, ge=0, lt=1)
    """Chance of earning its next stage below which an agent's series of trials stops; 0: never. `hgm` and `sica` have
    no stages."""
    widening: float = Field(default=0.6, gt=0, le=1)
    """`hgm`: an agent is expanded when the trials so far, to this power, reach the number of children."""
    first_expansions: int = Field(default=5, ge=0)
    """`hgm`: how many attempts the founder has before anything else."""
    retention: Literal["improving_or_novel", "keep_better", "keep_all"] = Field(
        default_factory=lambda given: "keep_all" if given.get("strategy") == "latent" else "improving_or_novel"
    )
    """Which functioning children may be parents: those that are probably better than their parent or unlike what was
    there, those that are not much worse than their founder, or all. Every functioning child is kept, whatever the
    answer. Left out with `latent`, which judges parents itself: all."""
    leeway: float = Field(default=0.1, ge=0, le=1)
    """`keep_better`: how far a child's score may be below its founder's, on the tasks that both have."""
    improving_from: float = Field(default=0.6, gt=0.5, lt=1)
    """`improving_or_novel`: least probability that a child is better than its parent, on the tasks that both have."""
    novel_behaviour_from: float = Field(default=0.2, gt=0, le=1)
    """`improving_or_novel`: least share of the tasks that a child resolves and its nearest agents do not."""
    novel_source_from: float = Field(default=0.3, gt=0, le=1)
    """`improving_or_novel`: least share of the files a child changed that is in none of its nearest agents."""
    nearest: int = Field(default=3, ge=1)
    """`improving_or_novel`: how many of the nearest agents a child is compared with; the mean distance counts."""
    focus: Literal["dgm", "clusters"] = "dgm"
    """What an attempt is to improve. `dgm`: the paper's rules, mostly one unresolved task. `clusters`: the set of tasks
    that fail together whose repair is worth most."""
    repairs: int = Field(default=1, ge=0, le=5)
    """How often a child that is refused may be worked on once more with the reason, on the lease of its attempt."""

    def searching_by(self, strategy: str) -> Self:
        """Return the same with another strategy, and with its own default where a rule was left out."""
        return self.model_validate({**self.model_dump(exclude_unset=True), "strategy": strategy})


class ClusterSection(Section):
    """On what the work runs."""

    executor: Literal["ray", "inline"] = "ray"
    """`ray`: slots on this machine or a cluster; `inline`: one piece at a time in the driver."""
    slots: int | None = Field(default=None, ge=1)
    """Pieces of work at once; the number of cores where left out."""


class ConfirmSection(Section):
    """What `dgm confirm` does, and the most that one confirmation may spend; left out: no such limit."""

    repeats: int = Field(default=3, ge=1, le=1000)
    """Trials of each agent on each holdout task."""
    control_tries: int = Field(default=32, ge=1, le=1000)
    """The most tries that the founder gets for the tokens of one trial of the agent."""
    tokens: int | None = Field(default=None, ge=1)
    """Input and output tokens of all its calls together."""
    cost_usd: float | None = Field(default=None, gt=0)
    """Dollars of all its calls together; needs a price for the model."""
    hours: float | None = Field(default=None, gt=0)
    """Wall hours, summed over all times it went on."""


class RunConfig(Section):
    """One experiment."""

    name: str = Field(default="run", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """The run's name; its folder is this and the date."""
    seed: int = Field(default=0, ge=0)
    """Seed of every random choice of the search."""
    founders: list[str] = ["basic"]
    """Names of shipped founders, or paths of folders that hold an `agent.toml`."""
    oversight: Literal["none", "flagged", "approve"] = "none"
    """Who waits for a person. An agent under suspicion is no parent until `dgm approve`, whatever stands here. `none`:
    the run goes on without it, and ends when nobody is left. `flagged`: the run says that it waits, and waits rather
    than ends. `approve`: so does every child, before it may be a parent."""
    suite: SuiteSection = SuiteSection()
    models: ModelsSection = ModelsSection()
    budget: BudgetSection
    leases: LeaseSection = LeaseSection()
    sandbox: SandboxSection = SandboxSection()
    evolve: EvolveSection = EvolveSection()
    cluster: ClusterSection = ClusterSection()
    confirm: ConfirmSection = ConfirmSection()


def parse_config(text: str, overrides: Sequence[str] = (), *, source: str = "run.toml") -> RunConfig:
    """Check the text of a run.toml, changed by `key=value` overrides such as `budget.hours=2`.

    Raises:
        ConfigError: names each wrong key and what is allowed.
    """
    try:
        data = _parsed(text)
    except ValueError as error:
        raise ConfigError(f"{source!r} is not TOML: {error}. `dgm init` writes one that works.") from error
    for override in overrides:
        _override(data, override)
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'run'}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{source!r} is wrong: {wrong}. docs/configuration.md lists every key.") from error


def load_config(path: Path, overrides: Sequence[str] = ()) -> RunConfig:
    """Read and check a run.toml. Raises ConfigError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{str(path)!r} is larger than {MAX_BYTES} bytes: is it a run.toml?")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error}. Give the path of a run.toml.") from error
    return parse_config(text, overrides, source=str(path))


def dump_config(config: RunConfig) -> str:
    """Return a run.toml that says everything, the defaults too: what a run's folder keeps."""
    return tomli_w.dumps(config.model_dump(mode="json", exclude_none=True))


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, value = override.partition("=")
    try:
        change = _parsed(f"{key} = {_as_toml(value.strip())}")
    except ValueError:
        change = {}
    if not equals or not change:
        raise ConfigError(f"--set {override!r} is not key=value, such as --set budget.hours=2")
    _merge(data, change, override)


def _merge(data: dict[str, Any], change: dict[str, Any], override: str) -> None:
    for key, value in change.items():
        if not isinstance(value, dict):
            data[key] = value
        elif isinstance(here := data.setdefault(key, {}), dict):
            _merge(here, value, override)
        else:
            raise ConfigError(f"--set {override!r}: {key!r} is a value, not a section")


def _as_toml(value: str) -> str:
    """Return a value as TOML; what is not TOML is a string, so that names need no quotes."""
    try:
        _parsed(f"v = {value}")
    except ValueError:
        return json.dumps(value)
    return value


def _parsed(text: str) -> dict[str, Any]:
    """Read TOML. Raises ValueError for whatever cannot be read, numbers and nesting without end among it."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
