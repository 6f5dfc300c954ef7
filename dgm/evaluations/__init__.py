"""What measures: suites, trials, path policy, grading, intervals."""

from dgm.evaluations.check import TaskCheck, check_suite, check_task
from dgm.evaluations.feedback import public_feedback, public_finish
from dgm.evaluations.grading import Graded, grade
from dgm.evaluations.policy import PolicedAnswer, PolicedChild, police_answer, police_child
from dgm.evaluations.solving import agent_environment
from dgm.evaluations.statistics import (
    LEVEL,
    Comparison,
    Need,
    Pairs,
    Ruling,
    Word,
    beta_interval,
    clustered_wilson,
    holm,
    least_tasks,
    p_better,
    rule,
    wilson,
)
from dgm.evaluations.suites import load_suite, suite_from_tree, suite_names, suite_tree
from dgm.evaluations.trial import run_trial
from dgm.evaluations.tripwires import suite_of_run, tripwires_tree

__all__ = [
    "LEVEL",
    "Comparison",
    "Graded",
    "Need",
    "Pairs",
    "PolicedAnswer",
    "PolicedChild",
    "Ruling",
    "TaskCheck",
    "Word",
    "agent_environment",
    "beta_interval",
    "check_suite",
    "check_task",
    "clustered_wilson",
    "grade",
    "holm",
    "least_tasks",
    "load_suite",
    "p_better",
    "police_answer",
    "police_child",
    "public_feedback",
    "public_finish",
    "rule",
    "run_trial",
    "suite_from_tree",
    "suite_names",
    "suite_of_run",
    "suite_tree",
    "tripwires_tree",
    "wilson",
]
