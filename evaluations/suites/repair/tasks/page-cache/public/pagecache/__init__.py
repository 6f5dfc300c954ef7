from pagecache.recent import RecentlyUsed
from pagecache.site import Site

__all__ = ["RecentlyUsed", "Site"]
