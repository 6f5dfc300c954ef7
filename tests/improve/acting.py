"""A sandbox in which a well-behaved agent works; each test makes it misbehave in one way."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dgm.improve import run_attempt
from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    Finish,
    Focus,
    FocusKind,
    Job,
    JobResult,
    Lease,
    Limits,
    Manifest,
    ScreeningOrder,
    Tree,
    TrialDigest,
)
from tests.fakes import FakeClock, FakeModels, FakeSandbox, job_result

MANIFEST = '[agent]\nname = "toy"\n[commands]\nsolve = ["python", "-m", "toy"]\ntest = ["python", "-m", "pytest"]\n'
AGENT = Tree.of({"agent.toml": MANIFEST, "toy/__main__.py": 'print("hello")\n', "tests/test_toy.py": "x = 1\n"})
LEASE = Lease(tokens=100_000, cost_usd=1.0, seconds=3600.0)

DIAGNOSIS = json.dumps(
    {
        "improve": "It never looks at its own mistakes.",
        "how": "Try again with the reason in toy/__main__.py.",
        "problem": "Add a second try to the main function.",
    }
)

TRIAL = TrialDigest(
    task_id="fix-it",
    instruction="Fix the bug.",
    resolved=False,
    finish=Finish.TESTS_FAILED.value,
    feedback="1 of 3 tests passed",
    answer_diff="+ nothing useful",
    transcript=b'{"status": "ok", "request": {"messages": []}, "response": {}}\n',
)

Role = Callable[[Job], JobResult]


def tree_at(job: Job, path: str) -> Tree:
    return next((mount.tree for mount in job.mounts if mount.path == path), Tree())


def instruction(job: Job) -> str:
    task = tree_at(job, "/task")
    return task.text("instruction.md") if "instruction.md" in task else ""


def role(job: Job) -> str:
    """Tell what a job is for, by what the agent in it would see."""
    text = instruction(job)
    if job.gateway_socket is None:
        return "grade" if "-c" in job.command else "test"
    if "Improve yourself" in text:
        return "improve"
    return "trivial" if "rectangle" in text else "edit" if "Add this one line" in text else "start"


def improve(job: Job) -> JobResult:
    better = tree_at(job, "/workspace").with_files(Tree.of({"toy/second_try.py": "again = True\n"}).files)
    return job_result(job, changed={"/workspace": better})


def repair(job: Job) -> JobResult:
    text = tree_at(job, "/workspace").text("rectangle.py").replace("+", "*")
    return job_result(job, changed={"/workspace": Tree.of({"rectangle.py": text})})


def grade(job: Job) -> JobResult:
    numbers = [int(digits) for digits in re.findall(r"\d+", job.command[-1].partition("print")[2])]
    right = "*" in tree_at(job, "/workspace").text("rectangle.py")
    return job_result(job, stdout=str(numbers[0] * numbers[1] if right else sum(numbers)).encode() + b"\n")


def edit(job: Job, *, add: Callable[[str, str], str] = lambda text, line: f"{text}\n{line}\n") -> JobResult:
    found = re.search(r"file `(.+?)`.*\n\n    (.+)\n", instruction(job), re.DOTALL)
    assert found is not None
    path, line = found.groups()
    tree = tree_at(job, "/workspace")
    after = tree.with_files(Tree.of({path: add(tree.text(path), line)}).files)
    return job_result(job, changed={"/workspace": after})


@dataclass
class ActingAgent:
    """Plays every role as a good agent would, but for those that a test replaces."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    played: list[str] = field(default_factory=list)

    def __call__(self, job: Job) -> JobResult:
        good: dict[str, Role] = {"improve": improve, "trivial": repair, "grade": grade, "edit": edit}
        name = role(job)
        self.played.append(name)
        return {**good, **self.roles}.get(name, job_result)(job)


def attempt_order(parent: Tree = AGENT, **changed: object) -> AttemptOrder:
    order = AttemptOrder(
        attempt_id=1,
        parent_id=0,
        parent=parent,
        manifest=Manifest("toy", "", ("python", "-m", "toy"), test=("python", "-m", "pytest")),
        focus=Focus(FocusKind.TASK, "fix-it"),
        evidence=(TRIAL,),
        lineage=(),
        models={"solve": "m", "improve": "m", "diagnose": "d"},
        lease=LEASE,
        timeout_s=600.0,
    )
    return replace(order, **changed)  # type: ignore[arg-type]


def screening_order(agent: Tree = AGENT) -> ScreeningOrder:
    return ScreeningOrder(name="toy", agent=agent, model="m", lease=LEASE)


def attempted(
    order: AttemptOrder | None = None,
    *,
    models: FakeModels | None = None,
    clock: FakeClock | None = None,
    **roles: Role,
) -> tuple[AttemptOutcome, FakeSandbox]:
    sandbox = FakeSandbox(ActingAgent(roles))
    outcome = run_attempt(
        order or attempt_order(),
        sandbox,
        models or FakeModels(answer=lambda _: DIAGNOSIS),
        clock or FakeClock(),
        Limits(),
    )
    return outcome, sandbox


def played(sandbox: FakeSandbox) -> list[str]:
    behaviour = sandbox.behaviour
    assert isinstance(behaviour, ActingAgent)
    return behaviour.played
