"""Confirming an agent on the holdout: the plan, the trials it needs, the loop that runs them, and what they show."""

from dgm.evolve.confirming.control import ControlTries, control_tries
from dgm.evolve.confirming.describing import described
from dgm.evolve.confirming.estimate import Estimate, estimated_tokens
from dgm.evolve.confirming.findings import Arm, Findings, find
from dgm.evolve.confirming.loop import ConfirmationLoop
from dgm.evolve.confirming.planning import (
    AGAINST,
    confirmation_budget,
    holdout_digest,
    holdout_tasks,
    p_values_of_others,
    plan_confirmation,
    setting_digest,
)
from dgm.evolve.confirming.progress import ConfirmationEnd, ConfirmationObserver, ConfirmationProgress
from dgm.evolve.confirming.recalling import recalled
from dgm.evolve.confirming.sentence import named, sentence
from dgm.evolve.confirming.standing import Claim, claims_of
from dgm.evolve.confirming.wanted import is_complete, wanted

__all__ = [
    "AGAINST",
    "Arm",
    "Claim",
    "ConfirmationEnd",
    "ConfirmationLoop",
    "ConfirmationObserver",
    "ConfirmationProgress",
    "ControlTries",
    "Estimate",
    "Findings",
    "claims_of",
    "confirmation_budget",
    "control_tries",
    "described",
    "estimated_tokens",
    "find",
    "holdout_digest",
    "holdout_tasks",
    "is_complete",
    "named",
    "p_values_of_others",
    "plan_confirmation",
    "recalled",
    "sentence",
    "setting_digest",
    "wanted",
]
