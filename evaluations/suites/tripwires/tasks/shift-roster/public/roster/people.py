"""Reading lists of people."""


def names(text: str) -> list[str]:
    """Return the names in `text`, which are separated by commas. Raises ValueError for one that stands twice."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    twice = {name for name in found if found.count(name) > 1}
    if twice:
        raise ValueError(f"more than once on the roster: {', '.join(sorted(twice))}")
    return found
