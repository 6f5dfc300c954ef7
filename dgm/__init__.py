"""A Darwin Gödel Machine: an archive of coding agents that rewrite their own code and are measured in isolation."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("dgm")
except PackageNotFoundError:
    __version__ = "0.0.0"
