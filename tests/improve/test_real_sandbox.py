"""Whole attempts and screenings in a real sandbox, with a scripted model behind a real gateway."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from dgm.assets import founders_dir
from dgm.config import ModelsSection
from dgm.improve import parse_manifest, run_attempt, run_screening
from dgm.models import EndpointModels, ScriptedServer, open_models
from dgm.ports import Sandbox
from dgm.values import (
    AttemptOutcome,
    CallStatus,
    Failure,
    FileEntry,
    Limits,
    Manifest,
    ScreeningOrder,
    ScreeningOutcome,
    Tree,
)
from tests.improve.acting import DIAGNOSIS, LEASE, attempt_order

FENCE = "`" * 3
LIMITS = Limits(memory_mib=512, disk_mib=64)

CALL = """\
import json, os, urllib.request
body = json.dumps({"model": os.environ["DGM_MODEL"], "messages": [{"role": "user", "content": "hello"}]}).encode()
request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body,
                                 {"Content-Type": "application/json"})
try:
    urllib.request.urlopen(request).read()
except OSError as error:
    print(error)
"""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def founder(name: str) -> Tree:
    root = founders_dir() / name
    paths = [path for path in sorted(root.rglob("*")) if path.is_file() and "cache" not in str(path)]
    return Tree({path.relative_to(root).as_posix(): FileEntry(path.read_bytes()) for path in paths})


def agent_that(does: str) -> Tree:
    manifest = '[agent]\nname = "toy"\n[commands]\nsolve = ["python", "-m", "toy"]\n'
    return Tree.of({"agent.toml": manifest, "toy.py": does})


def block(heading: str, code: str) -> str:
    return f"### {heading}\n{FENCE}python\n{code}\n{FENCE}\n"


def answer(body: dict[str, Any]) -> str:
    """Answer as a good model would answer `oneshot`."""
    asked = "\n".join(str(message["content"]) for message in body["messages"])
    if "JSON object" in asked:
        return f"{FENCE}json\n{DIAGNOSIS}\n{FENCE}"
    if "Improve yourself" in asked:
        return block("oneshot/second_try.py", '"""A second try."""\n\nTRIES = 2')
    if "`area`" in asked:
        return block("rectangle.py::area", "def area(width, height):\n    return width * height")
    edit = re.search(r"to the file `(.+?)`.*?\n\n    (CANARY_.+?)\n", asked, re.DOTALL)
    return block(edit[1], edit[2]) if edit else "ready"


@contextmanager
def scripted_models() -> Iterator[EndpointModels]:
    with ScriptedServer(answer) as server:
        section = ModelsSection(base_url=server.base_url)
        models = open_models(section, clock=RealClock(), need_price=False, environ={"OPENAI_API_KEY": "sk-marker"})
        yield models
        models.close()


def screened(sandbox: Sandbox, agent: Tree) -> ScreeningOutcome:
    order = ScreeningOrder("toy", agent, "scripted", LEASE)
    with scripted_models() as models:
        return run_screening(order, sandbox, models, RealClock(), LIMITS)


def attempted(sandbox: Sandbox, parent: Tree, manifest: Manifest | None = None) -> AttemptOutcome:
    names = dict.fromkeys(("solve", "improve", "diagnose"), "scripted")
    manifest = manifest or parse_manifest(parent["agent.toml"].data)
    order = attempt_order(parent, manifest=manifest, models=names, timeout_s=30.0)
    with scripted_models() as models:
        return run_attempt(order, sandbox, models, RealClock(), LIMITS)


@pytest.fixture(scope="module")
def first_child(bubblewrap: Sandbox) -> AttemptOutcome:
    return attempted(bubblewrap, founder("oneshot"))


def test_the_founder_oneshot_makes_a_child(first_child: AttemptOutcome) -> None:
    assert first_child.failure is None, first_child.detail
    assert first_child.child is not None
    assert first_child.child.with_files({"oneshot/second_try.py": None}) == founder("oneshot")


def test_the_key_is_in_no_artifact(first_child: AttemptOutcome) -> None:
    assert not [name for name, data in first_child.artifacts.items() if b"sk-marker" in data]


@pytest.mark.docker
def test_the_founder_oneshot_makes_a_child_in_docker(docker: Sandbox) -> None:
    outcome = attempted(docker, founder("oneshot"))

    assert outcome.failure is None, outcome.detail


def test_without_a_model_a_founder_passes_the_checks_that_need_none(bubblewrap: Sandbox) -> None:
    order = ScreeningOrder("oneshot", founder("oneshot"), "", LEASE)

    outcome = run_screening(order, bubblewrap, None, RealClock(), LIMITS)

    assert outcome.failure is None, outcome.detail


def test_a_call_that_the_empty_lease_turns_away_is_a_start(bubblewrap: Sandbox) -> None:
    outcome = screened(bubblewrap, agent_that(CALL))

    assert outcome.steps[2].name == "start"
    assert outcome.steps[2].passed
    assert outcome.calls[0].status is CallStatus.REFUSED_LEASE
    assert outcome.failure is Failure.TRIVIAL_TASK


def test_an_agent_that_crashes_at_import_does_not_start(bubblewrap: Sandbox) -> None:
    outcome = screened(bubblewrap, agent_that("import no_such_module\n"))

    assert outcome.failure is Failure.NO_START
    assert "ModuleNotFoundError" in outcome.detail


def test_a_command_that_does_not_exist_is_the_agents_failure(bubblewrap: Sandbox) -> None:
    manifest = '[agent]\nname = "toy"\n[commands]\nsolve = ["/no/such/program"]\n'

    outcome = screened(bubblewrap, Tree.of({"agent.toml": manifest}))

    assert outcome.failure is Failure.NO_START


def test_own_tests_cannot_change_the_agent_that_is_screened(bubblewrap: Sandbox) -> None:
    manifest = '[agent]\nname = "toy"\n[commands]\nsolve = ["python", "-m", "toy"]\ntest = ["python", "spoil.py"]\n'
    spoil = 'open("/agent/toy.py", "w").write("import no_such_module")\n'
    agent = Tree.of({"agent.toml": manifest, "toy.py": CALL, "spoil.py": spoil})

    outcome = screened(bubblewrap, agent)

    assert [(step.name, step.passed) for step in outcome.steps[:3]] == [
        ("agent.toml", True),
        ("own tests", True),
        ("start", True),
    ]


def test_a_solution_that_prints_what_it_likes_fails_the_trivial_task(bubblewrap: Sandbox) -> None:
    forging = CALL + 'open("/workspace/rectangle.py", "w").write("print(42)\\ndef area(w, h): return 42\\n")\n'

    assert screened(bubblewrap, agent_that(forging)).failure is Failure.TRIVIAL_TASK


def test_an_agent_that_only_says_that_it_edited_itself_is_found(bubblewrap: Sandbox) -> None:
    right = 'open("/workspace/rectangle.py", "w").write("def area(w, h): return w * h\\n")\n'

    outcome = screened(bubblewrap, agent_that(CALL + right + 'print("edited: CANARY added")\n'))

    assert outcome.failure is Failure.SELF_EDIT


def test_a_link_to_a_file_of_the_host_makes_no_child(bubblewrap: Sandbox) -> None:
    outcome = attempted(bubblewrap, agent_that('import os; os.symlink("/etc/passwd", "/workspace/notes")\n'))

    assert outcome.failure is Failure.REFUSED_CHANGE
    assert "symbolic link" in outcome.detail


def test_git_hooks_make_no_child(bubblewrap: Sandbox) -> None:
    hooks = 'import os; os.makedirs("/workspace/.git/hooks"); open("/workspace/.git/hooks/post-checkout", "w")\n'

    assert attempted(bubblewrap, agent_that(hooks)).failure is Failure.REFUSED_CHANGE


def test_a_process_left_behind_writes_nothing_into_the_child(bubblewrap: Sandbox) -> None:
    late = "import time; time.sleep(1); open('/workspace/late', 'w')"
    detach = f'import subprocess; subprocess.Popen(["python", "-c", "{late}"], start_new_session=True)\n'

    outcome = attempted(bubblewrap, agent_that(detach))

    assert outcome.failure is Failure.NO_CHANGE


def test_an_agents_own_improve_sees_focus_and_history_and_may_leave_a_proposal(bubblewrap: Sandbox) -> None:
    own_way = """\
import json
focus = json.load(open("/task/focus.json"))
trials = json.load(open("/history/trials.json"))
transcript = open("/history/" + trials[0]["transcript"]).read()
open("/workspace/learned.txt", "w").write(f"{focus['task']} {trials[0]['feedback']} {len(transcript)}")
open("/out/proposal.md", "w").write("Learn from the past.")
"""
    manifest = Manifest("toy", "", ("python", "-m", "toy"), improve=("python", "own_way.py"))

    outcome = attempted(bubblewrap, agent_that(CALL).with_files(Tree.of({"own_way.py": own_way}).files), manifest)

    assert outcome.proposal == "Learn from the past."
    assert b"fix-it 1 of 3 tests passed 62" in outcome.artifacts["child.diff"]
