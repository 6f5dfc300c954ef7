"""Every error the engine raises on purpose.

A bad agent is not an error: what an agent does is recorded as an outcome. An error here means that the
engine, its configuration, or something it depends on is at fault.

    DgmError
    ├── ConfigError            what the user gave: run.toml, agent.toml, suite.toml, an option
    │   └── PriceUnknown       a budget in dollars, and a model without a price
    ├── ArchiveError           the run's folder
    │   ├── RunNotFound
    │   ├── RunLocked          another driver has it open
    │   ├── AgentNotFound
    │   └── StorageFull        the disk that holds the run
    ├── SandboxError           the sandbox itself failed: retried, never scored
    │   └── SandboxUnavailable the engine does not answer, or its image is missing
    ├── ModelError             the endpoint failed, after retries
    │   ├── ModelUnavailable   unreachable, hanging, or answering 5xx
    │   └── ModelRefused       the key or the model is refused: retrying cannot help
    └── SuiteError             a suite or task that cannot be used
"""


class DgmError(Exception):
    """Base of all. Its message says what failed, which one, and what to do next."""


class ConfigError(DgmError):
    pass


class PriceUnknown(ConfigError):
    pass


class ArchiveError(DgmError):
    pass


class RunNotFound(ArchiveError):
    pass


class RunLocked(ArchiveError):
    pass


class AgentNotFound(ArchiveError):
    pass


class StorageFull(ArchiveError):
    pass


class SandboxError(DgmError):
    pass


class SandboxUnavailable(SandboxError):
    pass


class ModelError(DgmError):
    pass


class ModelUnavailable(ModelError):
    pass


class ModelRefused(ModelError):
    pass


class SuiteError(DgmError):
    pass
