"""From a failure to a child: focus, diagnosis, self-modification, screening."""

from dgm.improve.attempt import run_attempt
from dgm.improve.clusters import Outcomes, choose_cluster
from dgm.improve.focus import choose_focus
from dgm.improve.manifest import parse_manifest
from dgm.improve.screening import run_screening

__all__ = ["Outcomes", "choose_cluster", "choose_focus", "parse_manifest", "run_attempt", "run_screening"]
