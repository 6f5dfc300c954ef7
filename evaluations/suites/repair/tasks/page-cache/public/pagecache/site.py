"""A site whose pages are rendered on demand."""

from collections.abc import Callable

from pagecache.recent import RecentlyUsed


class Site:
    """Renders pages and keeps the last `capacity` of them. `rendered` lists the work done."""

    def __init__(self, render: Callable[[str], str], capacity: int = 100) -> None:
        self._render = render
        self._cache = RecentlyUsed(capacity)
        self.rendered: list[str] = []

    def page(self, path: str) -> str:
        """Return the page at `path`, from memory where it can."""
        found = self._cache.get(path)
        if found is None:
            found = self._render(path)
            self.rendered.append(path)
            self._cache.put(path, found)
        return found
