"""What the sandbox costs beside the bare engine: the same command and the same 200 files, by turns in one run.

    python benchmarks/sandbox_overhead.py [--rounds 20] [--image dgm-sandbox]

bubblewrap: a job against `bwrap` with the same isolation around the same command, without files, runner or filter.
docker: a job against a bare container with the same profile: create, start, 200 files in as a tar, run, read them out,
remove.
A whole trial: an agent that does nothing but hand in the reference solution of a `repair` task, with a real gateway,
then grading, once for each grader.
"""

import argparse
import io
import os
import platform
import statistics
import subprocess
import tarfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from dgm.config import ModelsSection
from dgm.errors import SandboxUnavailable
from dgm.evaluations import load_suite, run_trial
from dgm.models import ScriptedServer, open_models
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox
from dgm.sandbox.attachment import AttachWire
from dgm.sandbox.bubblewrap_arguments import HIDDEN, SYSTEM, Layout, arguments
from dgm.sandbox.bubblewrap_program import find_program
from dgm.sandbox.cache import UNPRIVILEGED, default_cache
from dgm.sandbox.container_profile import container_options, host_options
from dgm.sandbox.engines import connect
from dgm.sandbox.environment import prepare_environment
from dgm.sandbox.forbidden import Forbidden, survey
from dgm.sandbox.images import find_image
from dgm.sandbox.wires import WireClosed
from dgm.values import Ended, Grader, Job, Lease, Limits, Mount, Split, Task, Tree, TrialOrder

FILES = Tree.of({f"package{n % 10}/module{n}.py": f"VALUE = {n}\n" * 60 for n in range(200)})
COMMAND = ("python", "-I", "-c", "pass")
TARGETS = {"bubblewrap": "at most 40 ms more", "docker": "at most 1.15 times"}
TRIAL_TARGETS = {"bubblewrap": 400, "docker": 1500}


def job() -> Job:
    return Job(
        command=COMMAND,
        mounts=(Mount("/workspace", FILES, writable=True),),
        collect=("/workspace",),
        limits=Limits(timeout_s=30),
        label="benchmark",
    )


def run_job(sandbox: Sandbox) -> None:
    result = sandbox.run(job())
    assert (result.ended, result.exit_code) == (Ended.EXITED, 0), result
    assert len(result.collected["/workspace"].tree) == len(FILES)


def bare_bwrap(program: Path, words: list[str]) -> None:
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    extra = None if user is None else ()
    command = [str(program), *words, "--", "/python/bin/python", *COMMAND[1:]]
    subprocess.run(command, env={}, user=user, group=user, extra_groups=extra, cwd="/", check=True)


def bare_container(client: object, image: str, tar: bytes) -> None:
    api = client.api  # type: ignore[attr-defined]
    script = "tar -xf - -C /workspace && python -I -c pass && tar -cf - -C /workspace ."
    options = {**container_options(job(), image, None), "entrypoint": ["sh", "-c", script]}
    container = api.create_container(host_config=api.create_host_config(**host_options(job(), {})), **options)["Id"]
    try:
        attached = api.attach_socket(container, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        with closing(AttachWire(attached)) as wire:
            api.start(container)
            until = time.monotonic() + 30
            wire.send(tar, until)
            received = 0
            try:
                while True:
                    received += len(wire.receive(until))
            except WireClosed:
                assert received > len(tar) // 2
        assert api.wait(container)["StatusCode"] == 0
    finally:
        api.remove_container(container, force=True, v=True)


def as_tar() -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for path in FILES:
            info = tarfile.TarInfo(path)
            info.size = len(FILES[path].data)
            tar.addfile(info, io.BytesIO(FILES[path].data))
    return raw.getvalue()


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def trial_order(task: Task) -> TrialOrder:
    """An agent whose whole work is a copy of the answer, among as many files as a founder has."""
    answer = {f"answer/{path}": entry for path, entry in task.reference.files.items()}
    others = {path: FILES[path] for path in list(FILES)[:20]}
    return TrialOrder(
        trial_id=1,
        agent_id=0,
        repeat=0,
        agent=Tree({**answer, **others}),
        solve=("cp", "-r", "/agent/answer/.", "/workspace"),
        task=task,
        suite_digest="",
        model="scripted",
        lease=Lease(1000, 1.0, 60.0),
    )


def measure_trials(name: str, sandbox: Sandbox, rounds: int) -> None:
    suite = load_suite("repair")
    with ScriptedServer(lambda _: "unasked") as server:
        section = ModelsSection(base_url=server.base_url)
        with closing(open_models(section, clock=RealClock(), need_price=False, environ={})) as models:
            for grader in Grader:
                order = trial_order(next(t for t in suite.split(Split.SEARCH) if t.grader is grader))

                def trial(order: TrialOrder = order) -> None:
                    outcome = run_trial(order, sandbox, models, RealClock(), Limits())
                    assert outcome.verdict is not None, outcome.infrastructure
                    assert outcome.verdict.resolved, outcome.verdict

                trial()
                taken = [timed(trial) for _ in range(rounds)]
                print(f"{name:11} whole trial, {grader:9} {statistics.median(taken):7.1f} ms", end="   ")
                print(f"(median of n={rounds}; lowest {min(taken):.1f}; aim {TRIAL_TARGETS[name]})")


def timed(call: Callable[[], None]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def compare(name: str, bare: Callable[[], None], ours: Callable[[], None], rounds: int) -> None:
    bare(), ours()
    pairs = [(timed(bare), timed(ours)) for _ in range(rounds)]
    bare_ms, ours_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    more, ratio = ours_ms - bare_ms, ours_ms / bare_ms
    print(f"{name:11} bare {bare_ms:7.1f} ms   job {ours_ms:7.1f} ms   +{more:.1f} ms   {ratio:.2f} times", end="   ")
    print(f"(medians of n={rounds}; lowest {min(p[0] for p in pairs):.1f} and {min(p[1] for p in pairs):.1f}; ", end="")
    print(f"target {TARGETS[name]})")


def compare_bubblewrap(rounds: int, _: str) -> None:
    with closing(open_sandbox("bubblewrap")) as sandbox:
        layout = Layout.of_host(prepare_environment(default_cache()), survey(SYSTEM, HIDDEN, Forbidden.of_host()))
        program, words = find_program(default_cache()), arguments(layout, job(), {})
        compare("bubblewrap", lambda: bare_bwrap(program, words), lambda: run_job(sandbox), rounds)
        measure_trials("bubblewrap", sandbox, rounds)


def compare_docker(rounds: int, image: str) -> None:
    with closing(open_sandbox("docker", image=image)) as sandbox, closing(connect()) as client:
        image_id, tar = find_image(client, image), as_tar()
        compare("docker", lambda: bare_container(client, image_id, tar), lambda: run_job(sandbox), rounds)
        measure_trials("docker", sandbox, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the sandbox costs beside the bare engine.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--image", default="dgm-sandbox")
    given = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    )
    for measure in (compare_bubblewrap, compare_docker):
        try:
            measure(given.rounds, given.image)
        except SandboxUnavailable as error:
            print(f"left out: {error}")


if __name__ == "__main__":
    main()
