"""The order in which steps can run."""


def order(steps: dict[str, list[str]], target: str) -> list[str]:
    """Return `target` and all it needs, each step after those it needs."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        for need in steps[name]:
            visit(need)
        done.append(name)

    visit(target)
    return done
