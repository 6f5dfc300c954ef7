"""Executors: inline, and Ray. The only place that imports ray."""

from dgm.cluster.inline import InlineExecutor

__all__ = ["InlineExecutor"]
