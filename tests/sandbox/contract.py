"""What every sandbox does, whatever it is made of. Each test is one claim of the port."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dgm.errors import SandboxError
from dgm.ports import Sandbox
from dgm.values import Ended, FileEntry, Job, Mount, RefusalReason, Tree
from tests.sandbox.jobs import LIMITS, handed_over, job, output, python, refusals, shell
from tests.sandbox.outside import OutsideContract


class SandboxContract(OutsideContract):
    """Subclasses give a fixture `sandbox`."""

    # files and commands

    def test_files_go_in_and_changed_files_come_out(self, sandbox: Sandbox) -> None:
        result = shell(
            sandbox,
            "cat /agent/a/b.txt > copy; echo new > d/c.txt; rm gone",
            files={"a/b.txt": "hello"},
            workspace={"d/c.txt": "old", "gone": "x", "kept": b"\0\xff"},
        )

        files = {path: entry.data for path, entry in handed_over(result).items()}
        assert files == {"copy": b"hello", "d/c.txt": b"new\n", "kept": b"\0\xff"}

    def test_files_can_be_read_inside_whatever_the_hosts_umask(self, sandbox: Sandbox) -> None:
        before = os.umask(0o077)
        try:
            result = shell(sandbox, "cat /agent/a/b", files={"a/b": "read"})
        finally:
            os.umask(before)

        assert output(result) == "read"

    def test_the_executable_bit_goes_both_ways(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "printf '#!/bin/sh\necho ran' > tool; chmod +x tool; ./tool; touch plain")

        assert result.stdout == b"ran\n"
        assert {path: entry.executable for path, entry in handed_over(result).items()} == {"tool": True, "plain": False}

    def test_the_exit_code_is_the_commands(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "exit 7")

        assert (result.ended, result.exit_code) == (Ended.EXITED, 7)

    def test_a_signals_death_is_128_and_its_number(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "kill -SEGV $$")

        assert (result.ended, result.exit_code) == (Ended.EXITED, 139)

    def test_a_command_that_does_not_exist_exits_127(self, sandbox: Sandbox) -> None:
        result = sandbox.run(job("no-such-command"))

        assert (result.ended, result.exit_code) == (Ended.EXITED, 127)

    def test_output_and_errors_are_kept_apart(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "echo out; echo err >&2")

        assert (result.stdout, result.stderr) == (b"out\n", b"err\n")

    def test_the_environment_is_the_jobs_and_nothing_else(self, sandbox: Sandbox) -> None:
        result = python(sandbox, "import os; print(sorted(os.environ))", environment={"GIVEN": "1"})

        assert set(eval(output(result))) - {"LC_CTYPE"} == {"GIVEN", "LANG", "PATH"}

    def test_the_interpreter_has_pytest_openai_and_git(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "python -I -c 'import openai, pytest' && python -m pytest --version && git --version")

        assert "git version" in output(result)

    def test_the_digest_of_what_is_mounted_is_the_trees(self, sandbox: Sandbox) -> None:
        tree = Tree.of(
            {"a/b/c.py": "x", "a.py": b"\0\xff" * 300_000, "empty": "", "\u00e9\U0001f600 b": "y", "a0": "z"}
        )
        tree = tree.with_files({"run": FileEntry(b"#!/bin/sh", executable=True)})
        mounts = (Mount("/agent", tree), Mount("/workspace", tree, writable=True), Mount("/out", writable=True))

        result = sandbox.run(
            Job(("true",), mounts, limits=LIMITS, measured=("/agent", "/workspace", "/out"), label="test")
        )

        assert result.digests == {"/agent": tree.digest, "/workspace": tree.digest, "/out": Tree().digest}

    def test_the_digest_is_made_before_the_command_can_change_anything(self, sandbox: Sandbox) -> None:
        mounts = (Mount("/workspace", Tree.of({"f": "before"}), writable=True),)
        change = ("sh", "-c", "echo after > /workspace/f")

        result = sandbox.run(Job(change, mounts, limits=LIMITS, measured=("/workspace",), label="test"))

        assert result.digests == {"/workspace": Tree.of({"f": "before"}).digest}

    def test_nothing_survives_a_job(self, sandbox: Sandbox) -> None:
        shell(sandbox, "echo x > /tmp/left; echo x > left; echo x > /dev/shm/left")

        assert output(shell(sandbox, "ls -A /tmp . /dev/shm")).split() == [".:", "/dev/shm:", "/tmp:"]

    def test_jobs_run_at_the_same_time(self, sandbox: Sandbox) -> None:
        def number(n: int) -> str:
            return output(shell(sandbox, "cat /agent/n; ls /proc | grep -c '^[0-9]'", files={"n": f"{n}\n"}))

        with ThreadPoolExecutor(4) as pool:
            outputs = list(pool.map(number, range(4)))

        assert [text.split()[0] for text in outputs] == ["0", "1", "2", "3"]

    def test_input_is_empty(self, sandbox: Sandbox) -> None:
        assert output(shell(sandbox, "cat; echo end")) == "end\n"

    def test_files_that_do_not_fit_are_the_callers_error(self, sandbox: Sandbox) -> None:
        limits = replace(LIMITS, disk_mib=8)

        with pytest.raises(SandboxError, match="disk_mib"):
            shell(sandbox, "true", workspace={"large": bytes(9 << 20)}, limits=limits)

    # time and processes

    def test_a_job_ends_at_its_deadline_even_when_it_ignores_signals(self, sandbox: Sandbox) -> None:
        begun = time.monotonic()

        result = shell(
            sandbox,
            "trap '' TERM INT HUP; echo x > made; sleep 60 & sleep 60; sleep 60",
            limits=replace(LIMITS, timeout_s=0.5),
        )

        assert (result.ended, result.exit_code) == (Ended.TIMED_OUT, None)
        assert list(handed_over(result)) == ["made"]
        assert time.monotonic() - begun < 10

    def test_a_process_that_left_its_session_ends_with_the_job(self, sandbox: Sandbox) -> None:
        begun = time.monotonic()

        result = shell(sandbox, "setsid sh -c 'trap \"\" TERM; sleep 30; echo late > late' & exit 0")

        assert (result.ended, result.exit_code) == (Ended.EXITED, 0)
        assert "late" not in handed_over(result)
        assert time.monotonic() - begun < 10

    def test_a_survivor_cannot_change_files_while_they_are_handed_over(self, sandbox: Sandbox) -> None:
        source = "import os\nif os.fork() == 0:\n os.setsid()\n while True: open('n','w').write('x')"

        result = python(sandbox, f"{source}\nopen('done', 'w')")

        assert result.ended is Ended.EXITED
        assert "done" in handed_over(result)

    def test_processes_are_bounded(self, sandbox: Sandbox) -> None:
        source = """
import os, sys
made = 0
try:
    for _ in range(500):
        if os.fork() == 0:
            import time; time.sleep(30); os._exit(0)
        made += 1
except OSError:
    pass
print(made)
"""
        assert int(output(python(sandbox, source))) <= LIMITS.pids

    def test_a_fork_bomb_ends_with_its_job(self, sandbox: Sandbox) -> None:
        begun = time.monotonic()

        result = python(
            sandbox,
            "import os\nwhile True:\n try: os.fork()\n except OSError: pass",
            limits=replace(LIMITS, timeout_s=1.0),
        )

        assert result.ended is Ended.TIMED_OUT
        assert time.monotonic() - begun < 12

    def test_the_runner_cannot_be_killed_or_stopped(self, sandbox: Sandbox) -> None:
        source = """
import os, signal
for number in range(1, 65):
    try: os.kill(1, number)
    except (OSError, ValueError): pass
print('alive')
"""
        assert output(python(sandbox, source)) == "alive\n"

    def test_the_runners_limits_cannot_be_changed(self, sandbox: Sandbox) -> None:
        source = (
            "import resource\ntry: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))\nexcept OSError: print('no')"
        )

        assert output(python(sandbox, source)) == "no\n"

    @pytest.mark.parametrize(
        "call",
        [
            "os.sched_setaffinity(1, {0})",
            "os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))",
            "os.setpriority(os.PRIO_PROCESS, 1, 19)",
            "os.setpriority(os.PRIO_USER, 0, 19)",
        ],
    )
    def test_the_runner_cannot_be_slowed_down(self, sandbox: Sandbox, call: str) -> None:
        assert output(python(sandbox, f"import os\ntry: {call}\nexcept OSError: print('no')")) == "no\n"

    def test_the_command_has_no_descriptor_of_the_runner(self, sandbox: Sandbox) -> None:
        assert output(python(sandbox, "import os; print(sorted(os.listdir('/proc/self/fd'))[:-1])")) == (
            "['0', '1', '2']\n"
        )

    # output, memory, disk

    def test_a_flood_of_output_is_kept_at_both_ends(self, sandbox: Sandbox) -> None:
        source = "import sys\nsys.stdout.write('start' + 'x' * 50_000_000 + 'end')"

        result = python(sandbox, source)

        assert len(result.stdout) <= LIMITS.output_bytes
        assert (result.stdout[:5], result.stdout[-3:]) == (b"start", b"end")
        assert result.ended is Ended.EXITED

    def test_output_at_its_limit_is_kept_whole(self, sandbox: Sandbox) -> None:
        result = python(sandbox, f"print('x' * {LIMITS.output_bytes - 1})")

        assert result.stdout == b"x" * (LIMITS.output_bytes - 1) + b"\n"

    def test_output_that_is_not_text_comes_as_it_is(self, sandbox: Sandbox) -> None:
        assert shell(sandbox, r"printf '\377\033[2J'").stdout == b"\xff\x1b[2J"

    def test_memory_is_bounded(self, sandbox: Sandbox) -> None:
        result = python(sandbox, "print(len(bytearray(2 << 30)))")

        assert result.ended in {Ended.OUT_OF_MEMORY, Ended.EXITED}
        assert result.exit_code != 0

    @pytest.mark.parametrize("folder", ["/workspace", "/tmp", "/dev/shm"])
    def test_a_writable_mounts_size_is_enforced(self, sandbox: Sandbox, folder: str) -> None:
        result = shell(sandbox, f"for n in 1 2 3 4 5; do head -c 8000000 /dev/zero > {folder}/f$n || exit 9; done")

        assert (result.ended, result.exit_code) == (Ended.EXITED, 9)

    @pytest.mark.parametrize("path", ["/agent/x", "/x", "/usr/x", "/etc/x", "/dev/x", "/run/x", "/var/x", "/runner/x"])
    def test_nothing_else_can_be_written(self, sandbox: Sandbox, path: str) -> None:
        assert shell(sandbox, f"echo x > {path}").exit_code != 0

    def test_a_read_only_mount_cannot_be_changed(self, sandbox: Sandbox) -> None:
        script = "chmod 777 /agent /agent/f; echo y >> /agent/f; rm -f /agent/f; mv /agent /b; cat /agent/f"

        result = shell(sandbox, script, files={"f": "untouched"})

        assert result.stdout == b"untouched"

    def test_a_mount_cannot_be_taken_away(self, sandbox: Sandbox) -> None:
        result = shell(
            sandbox, "cd /; rm -rf /workspace; mv /workspace /tmp/w; umount /workspace; echo x > /workspace/f"
        )

        assert list(handed_over(result)) == ["f"]

    # what is taken back

    def test_links_and_special_files_are_refused(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "ln -s /etc/passwd soft; ln -s / folder; mkfifo pipe; echo x > a; ln a b; echo y > ok")

        assert refusals(result) == {
            "soft": RefusalReason.SYMLINK,
            "folder": RefusalReason.SYMLINK,
            "pipe": RefusalReason.SPECIAL,
            "a": RefusalReason.HARD_LINK,
            "b": RefusalReason.HARD_LINK,
        }
        assert list(handed_over(result)) == ["ok"]

    def test_names_that_could_mislead_are_refused(self, sandbox: Sandbox) -> None:
        source = r"""
for name in (b'\xff', b'new\nline', b'esc\x1b', b'fine'):
    open(b'/workspace/' + name, 'w')
"""
        result = python(sandbox, source)

        assert list(handed_over(result)) == ["fine"]
        assert set(refusals(result).values()) == {RefusalReason.BAD_NAME}
        assert len(refusals(result)) == 3

    def test_a_repositorys_own_folder_is_refused_as_one_and_so_are_gits_own_files(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "git init -q sub; mkdir .GIT; echo x > .GIT/config; echo x > .gitignore")

        assert refusals(result) == dict.fromkeys(("sub/.git", ".GIT", ".gitignore"), RefusalReason.GIT)
        assert list(handed_over(result)) == []

    def test_a_sparse_file_is_refused_by_its_length(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "truncate -s 15M a; truncate -s 15M b; echo x > c")

        assert refusals(result) == {"b": RefusalReason.TOO_LARGE}
        assert {path: len(entry.data) for path, entry in handed_over(result).items()} == {"a": 15 << 20, "c": 2}

    def test_a_hundred_thousand_files_are_cut_off_in_bounded_time(self, sandbox: Sandbox) -> None:
        begun = time.monotonic()

        result = python(
            sandbox,
            "import os\ntry:\n for n in range(100_000): os.close(os.open(f'f{n}', 65))\nexcept OSError: pass",
            limits=replace(LIMITS, disk_mib=256),
        )

        assert RefusalReason.TOO_MANY in refusals(result).values()
        assert len(handed_over(result)) <= 20_000
        assert time.monotonic() - begun < 20

    def test_deep_folders_are_refused(self, sandbox: Sandbox) -> None:
        source = "import os\nfor _ in range(3000):\n os.mkdir('d'); os.chdir('d')\nopen('deep', 'w')"

        result = python(sandbox, source)

        assert set(refusals(result).values()) == {RefusalReason.TOO_LONG}

    def test_locked_files_are_handed_over(self, sandbox: Sandbox) -> None:
        result = shell(sandbox, "mkdir d; echo x > d/f; chmod 000 d/f d")

        assert handed_over(result)["d/f"].data == b"x\n"
