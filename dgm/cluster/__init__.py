"""Executors: inline, and Ray. The only place that imports ray."""

from typing import TYPE_CHECKING

from dgm.cluster.inline import InlineExecutor

if TYPE_CHECKING:
    from dgm.cluster.ray_executor import RayExecutor

__all__ = ["InlineExecutor", "RayExecutor"]


def __getattr__(name: str) -> object:
    """Import ray, which takes half a second, only where it is used."""
    if name == "RayExecutor":
        from dgm.cluster.ray_executor import RayExecutor

        return RayExecutor
    raise AttributeError(name)
