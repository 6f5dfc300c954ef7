from keystore.store import Store

__all__ = ["Store"]
