"""The command line: builds the adapters and hands them to the loop."""

from dgm.cli.app import main

__all__ = ["main"]
