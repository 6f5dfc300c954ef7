"""What measures: suites, trials, path policy, grading, intervals."""

from dgm.evaluations.check import TaskCheck, check_suite, check_task
from dgm.evaluations.feedback import public_feedback
from dgm.evaluations.grading import Graded, grade
from dgm.evaluations.policy import PolicedAnswer, PolicedChild, police_answer, police_child
from dgm.evaluations.solving import agent_environment
from dgm.evaluations.statistics import wilson
from dgm.evaluations.suites import load_suite, suite_from_tree, suite_names, suite_tree
from dgm.evaluations.trial import run_trial

__all__ = [
    "Graded",
    "PolicedAnswer",
    "PolicedChild",
    "TaskCheck",
    "agent_environment",
    "check_suite",
    "check_task",
    "grade",
    "load_suite",
    "police_answer",
    "police_child",
    "public_feedback",
    "run_trial",
    "suite_from_tree",
    "suite_names",
    "suite_tree",
    "wilson",
]
