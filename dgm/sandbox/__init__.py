"""Where untrusted code runs: docker and bubblewrap behind one port."""

from dgm.sandbox.images import build_image
from dgm.sandbox.opening import EngineReport, examine_engines, open_sandbox
from dgm.sandbox.reaping import reap

__all__ = ["EngineReport", "build_image", "examine_engines", "open_sandbox", "reap"]
