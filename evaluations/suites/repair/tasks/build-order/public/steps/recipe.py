"""Reading recipes."""


def parse(text: str) -> dict[str, list[str]]:
    """Return each step with the steps it needs. Raises ValueError for a line without a colon."""
    steps = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        name, colon, needs = line.partition(":")
        if not colon:
            raise ValueError(f"line {number} has no colon: {line!r}")
        steps[name.strip()] = needs.split()
    return steps
