"""Both founders, as programs, against a server that answers from a script."""

import json
import shutil
import time

import pytest

from dgm.models import ScriptedReply, ScriptedServer
from tests.founders.running import NAMES, lay_out, solve

TICKS = "`" * 3
CALC = "def add(a, b):\n    return a - b\n"
FIXED = CALC.replace("a - b", "a + b")

FIX = {
    "oneshot": [f"### calc.py::add\n{TICKS}python\n{FIXED}{TICKS}"],
    "basic": [f"### replace calc.py\n{TICKS}\na - b\n{TICKS}\n{TICKS}\na + b\n{TICKS}", "### done"],
}
CANARY = {
    "oneshot": [f'### oneshot/files.py\n{TICKS}python\ndef canary():\n    return "x"\n{TICKS}'],
    "basic": [f"### bash\n{TICKS}\nprintf 'def canary():\\n    return \"x\"\\n' >> basic/clip.py\n{TICKS}", "### done"],
}
EDITED = {"oneshot": "oneshot/files.py", "basic": "basic/clip.py"}
LEASE_USED_UP = ScriptedReply("lease used up", status=429, error_code="insufficient_quota")
LEAST_SECONDS = {"oneshot": 8.0, "basic": 13.0}  # its margin, and a little to start
NO_TOOLS = ScriptedReply("this model does not support tools", status=400)


@pytest.mark.parametrize("name", NAMES)
def test_a_founder_fixes_a_bug(tmp_path, name):
    place = lay_out(tmp_path, name, "add in calc.py subtracts. Fix it.")
    (place.workspace / "calc.py").write_text(CALC)

    with ScriptedServer(FIX[name]) as server:
        code = solve(place, name, server)

    assert code == 0
    assert (place.workspace / "calc.py").read_text() == FIXED


@pytest.mark.parametrize("name", NAMES)
def test_a_founder_changes_its_own_source(tmp_path, name):
    place = lay_out(tmp_path, name, "Add a function canary that returns 'x'.")
    shutil.copytree(place.agent, place.workspace, dirs_exist_ok=True)

    with ScriptedServer(CANARY[name]) as server:
        solve(place, name, server)

    before, after = ((folder / EDITED[name]).read_text() for folder in (place.agent, place.workspace))
    assert after.rstrip().endswith('def canary():\n    return "x"')
    assert len(after) > len(before)


@pytest.mark.parametrize("name", NAMES)
def test_a_used_up_lease_is_no_failure_of_the_program(tmp_path, name):
    place = lay_out(tmp_path, name, "Fix it.")

    with ScriptedServer([LEASE_USED_UP]) as server:
        code = solve(place, name, server)

    assert code == 0
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", NAMES)
def test_work_done_before_the_lease_is_used_up_stays(tmp_path, name):
    place = lay_out(tmp_path, name, "add in calc.py subtracts. Fix it.")
    (place.workspace / "calc.py").write_text(CALC)

    with ScriptedServer([FIX[name][0], LEASE_USED_UP]) as server:
        solve(place, name, server)

    assert (place.workspace / "calc.py").read_text() == FIXED


@pytest.mark.parametrize("name", NAMES)
def test_a_founder_stops_before_its_deadline(tmp_path, name):
    place = lay_out(tmp_path, name, "Fix it.")
    begin = time.monotonic()

    with ScriptedServer([ScriptedReply(delay_s=60)]) as server:
        code = solve(place, name, server, seconds=LEAST_SECONDS[name])

    assert code == 0
    assert time.monotonic() - begin < LEAST_SECONDS[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_message_of_the_model_is_kept(tmp_path, name):
    place = lay_out(tmp_path, name, "Fix it.")

    with ScriptedServer(["a word to keep"]) as server:
        solve(place, name, server)

    (trajectory,) = place.out.iterdir()
    assert json.dumps("a word to keep") in trajectory.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_workspace_reaches_the_model(tmp_path, name):
    place = lay_out(tmp_path, name, "Say hello.")

    with ScriptedServer(["hello"]) as server:
        code = solve(place, name, server)

    assert code == 0
    assert server.seen


def test_basic_goes_over_to_text_where_tools_are_refused(tmp_path):
    place = lay_out(tmp_path, "basic", "add in calc.py subtracts. Fix it.")
    (place.workspace / "calc.py").write_text(CALC)

    with ScriptedServer([NO_TOOLS, *FIX["basic"]]) as server:
        solve(place, "basic", server)

    assert (place.workspace / "calc.py").read_text() == FIXED


def test_oneshot_asks_again_with_the_reason(tmp_path):
    place = lay_out(tmp_path, "oneshot", "add in calc.py subtracts. Fix it.")
    (place.workspace / "calc.py").write_text(CALC)

    with ScriptedServer(["It should add.", FIX["oneshot"][0]]) as server:
        solve(place, "oneshot", server)

    assert "no block" in server.seen[1].body["messages"][-1]["content"]
    assert (place.workspace / "calc.py").read_text() == FIXED
