"""Statistics for people: intervals, paired tests, and the ruling of a confirmation. Pure; no sampling noise."""

from dgm.evaluations.statistics.beta import p_better
from dgm.evaluations.statistics.multiplicity import holm
from dgm.evaluations.statistics.pairs import Pairs, gain, mcnemar, p_one_sided, p_two_sided
from dgm.evaluations.statistics.power import Need, least_tasks, need
from dgm.evaluations.statistics.proportions import beta_interval, clustered_error, clustered_wilson, wilson
from dgm.evaluations.statistics.ruling import LEVEL, Comparison, Ruling, Word, rule

__all__ = [
    "LEVEL",
    "Comparison",
    "Need",
    "Pairs",
    "Ruling",
    "Word",
    "beta_interval",
    "clustered_error",
    "clustered_wilson",
    "gain",
    "holm",
    "least_tasks",
    "mcnemar",
    "need",
    "p_better",
    "p_one_sided",
    "p_two_sided",
    "rule",
    "wilson",
]
