"""The order in which steps can run."""

from collections.abc import Collection


def order(steps: dict[str, list[str]], target: str, skip: Collection[str] = ()) -> list[str]:
    """Return `target` and all it needs but for `skip`, each step after those it needs.

    Raises:
        ValueError: a step is unknown, or needs itself.
    """
    done: list[str] = []

    def visit(name: str, way: list[str]) -> None:
        if name in done or name in skip:
            return
        if name in way:
            raise ValueError("steps need one another: " + " -> ".join([*way[way.index(name) :], name]))
        if name not in steps:
            raise ValueError(f"there is no step {name!r}")
        for need in steps[name]:
            visit(need, [*way, name])
        done.append(name)

    visit(target, [])
    return done
