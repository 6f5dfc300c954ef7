"""Reading recipes."""


def parse(text: str) -> dict[str, list[str]]:
    """Return each step with the steps it needs; an optional one that the recipe lacks is left out.

    Raises:
        ValueError: a line without a colon.
    """
    steps = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        name, colon, needs = line.partition(":")
        if not colon:
            raise ValueError(f"line {number} has no colon: {line!r}")
        steps[name.strip()] = needs.split()
    return {name: [_bare(need) for need in needs if _is_wanted(need, steps)] for name, needs in steps.items()}


def _bare(need: str) -> str:
    return need.removesuffix("?")


def _is_wanted(need: str, steps: dict[str, list[str]]) -> bool:
    return not need.endswith("?") or _bare(need) in steps
