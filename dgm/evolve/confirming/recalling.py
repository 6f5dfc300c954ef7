"""What a confirmation that has ended found, from the archive."""

from dgm.evolve.confirming.findings import find
from dgm.evolve.confirming.planning import p_values_of_others
from dgm.evolve.confirming.progress import ConfirmationEnd
from dgm.evolve.progress import Reason
from dgm.ports import Confirmations
from dgm.values import ConfirmationRecord


def recalled(confirmations: Confirmations, record: ConfirmationRecord) -> ConfirmationEnd:
    """Return the end of a confirmation, with its p-values corrected for all other confirmations so far.

    A trial that is not scored was given up.
    """
    plan = record.plan
    ended = {trial.key: trial for trial in confirmations.holdout_trials(plan.setting)}
    others = p_values_of_others(confirmations.confirmations(), record.confirmation_id, plan.holdout)
    return ConfirmationEnd(Reason.FINISHED, record.text, record, find(plan, ended, others))
