"""Where untrusted code runs: docker and bubblewrap behind one port."""

from dgm.sandbox.opening import open_sandbox

__all__ = ["open_sandbox"]
