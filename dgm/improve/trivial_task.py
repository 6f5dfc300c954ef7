"""The screening's trivial task: a bug in one line. The repaired function runs in a sandbox, the host compares."""

from dgm.evaluations.solving import WORKSPACE
from dgm.improve.bench import AgentRun, Bench, host_words
from dgm.improve.checks import Candidate, screening_work, within
from dgm.improve.setback import Setback
from dgm.values import Ended, Failure, Job, Mount, Tree

TIMEOUT_S = 180.0
GRADING_TIMEOUT_S = 20.0

_PATH = "rectangle.py"
_BROKEN = '''\
def area(width, height):
    """Return the area of a rectangle."""
    return width + height
'''
_CALL = "import sys; sys.path.insert(0, '/workspace'); from rectangle import area; print(area({width}, {height}))"


def check_trivial_task(bench: Bench, candidate: Candidate, number: int) -> Setback | None:
    """Let it repair one line, and run what it made of it on numbers that it was not shown."""
    marker = candidate.marker("trivial task", number)
    shown, asked = _numbers(marker[:6]), _numbers(marker[6:])
    instruction = (
        f"The function `area` in `{_PATH}` is wrong: area({shown[0]}, {shown[1]}) returns {sum(shown)}, "
        f"it must return {shown[0] * shown[1]}. Repair it.\n"
    )
    lease = within(bench.account.left(), TIMEOUT_S)
    workspace, model = Tree.of({_PATH: _BROKEN}), candidate.solve_model
    run = bench.run_agent(screening_work(candidate, "screen-trivial-task", workspace, instruction, lease, model=model))
    return run if isinstance(run, Setback) else _graded(bench, run, asked, number)


def _graded(bench: Bench, run: AgentRun, asked: tuple[int, int], number: int) -> Setback | None:
    answer = run.result.collected[WORKSPACE].tree.files.get(_PATH)
    if answer is None or answer.data == _BROKEN.encode():
        return run.blame(Failure.TRIVIAL_TASK, f"try {number}: {_PATH} is unchanged or gone")
    graded = bench.run_job(_grading_job(bench, Tree({_PATH: answer}), asked), seconds=GRADING_TIMEOUT_S)
    if isinstance(graded, Setback):
        return graded
    if graded.ended is Ended.EXITED and graded.stdout.strip() == str(asked[0] * asked[1]).encode():
        return None
    return run.blame(Failure.TRIVIAL_TASK, f"try {number}: area{asked} is still wrong ({host_words(graded)})")


def _grading_job(bench: Bench, answer: Tree, asked: tuple[int, int]) -> Job:
    width, height = asked
    return Job(
        command=("python3", "-I", "-c", _CALL.format(width=width, height=height)),
        mounts=(Mount(WORKSPACE, answer),),
        environment={"HOME": "/tmp", "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"},
        limits=bench.limits,
        label="screening: grade the trivial task",
    )


def _numbers(digits: str) -> tuple[int, int]:
    """Return two numbers from 3 to 258: for them, sum and product always differ."""
    return 3 + int(digits[:2], 16), 3 + int(digits[2:4], 16)
