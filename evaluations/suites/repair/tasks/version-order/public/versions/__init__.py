from versions.order import newest, sort

__all__ = ["newest", "sort"]
