"""Groups are made where this user may make them, and limit every process of a job. Files stand in for the kernel's."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dgm.errors import SandboxError
from dgm.sandbox.cgroup_parents import Parents, find_parents
from dgm.sandbox.cgroups import Group, job_group, sweep_groups
from dgm.values import Limits

LIMITS = Limits(cpus=0.5, memory_mib=64, pids=32)


def proc(folder: Path, groups: str, *mounts: str) -> Path:
    """Write what the kernel says of a process."""
    here = folder / "proc"
    here.mkdir()
    (here / "cgroup").write_text(groups)
    lines = [f"{number} 1 0:{number} {mount}\n" for number, mount in enumerate(mounts)]
    (here / "mountinfo").write_text("".join(["1 1 8:1 / / rw - ext4 /dev/sda rw\n", *lines]))
    return here


def group_of(folder: Path, handed_down: str = "") -> Path:
    """Make a folder as version 2 has one for each group."""
    folder.mkdir(parents=True)
    (folder / "cgroup.subtree_control").write_text(handed_down)
    (folder / "cgroup.procs").touch()
    return folder


def settings(folder: Path) -> Mapping[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.read_text()}


def test_in_version_1_groups_are_made_below_this_processs_own(tmp_path: Path) -> None:
    for name in ("memory/box/1", "pids", "cpu"):
        (tmp_path / name).mkdir(parents=True)
    mounts = [f"/ {tmp_path}/{name} rw shared:9 - cgroup cgroup rw,{name}" for name in ("memory", "pids", "cpu")]

    found = find_parents(proc(tmp_path, "4:memory:/box/1\n3:pids:/\n2:cpu:/\n1:cpuset:/\n0::/\n", *mounts))

    assert found.folders == {"memory": tmp_path / "memory/box/1", "pids": tmp_path / "pids", "cpu": tmp_path / "cpu"}


def test_a_mount_that_shows_a_part_of_the_hierarchy_is_understood(tmp_path: Path) -> None:
    for name in ("memory/in", "pids/in"):
        (tmp_path / name).mkdir(parents=True)
    mounts = [f"/box {tmp_path}/{name} rw - cgroup cgroup rw,{name}" for name in ("memory", "pids")]

    found = find_parents(proc(tmp_path, "4:memory:/box/in\n3:pids:/box/in\n", *mounts))

    assert found.folders == {"memory": tmp_path / "memory/in", "pids": tmp_path / "pids/in"}


def test_in_version_2_the_nearest_group_that_hands_memory_down_is_taken(tmp_path: Path) -> None:
    group_of(tmp_path / "fs", "cpu memory pids")
    near = group_of(tmp_path / "fs/user/app", "memory pids")
    group_of(tmp_path / "fs/user/app/shell")

    found = find_parents(proc(tmp_path, "0::/user/app/shell\n", f"/ {tmp_path}/fs rw - cgroup2 cgroup2 rw"))

    assert found == Parents(2, {"memory": near, "pids": near}, (tmp_path / "fs",))


def test_where_no_group_hands_memory_down_there_are_no_groups(tmp_path: Path) -> None:
    group_of(tmp_path / "fs", "hugetlb")

    assert not find_parents(proc(tmp_path, "0::/\n", f"/ {tmp_path}/fs rw - cgroup2 cgroup2 rw")).folders


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_group_that_this_user_cannot_write_is_not_taken(tmp_path: Path) -> None:
    (group_of(tmp_path / "fs", "memory pids") / "cgroup.procs").chmod(0o444)

    assert not find_parents(proc(tmp_path, "0::/\n", f"/ {tmp_path}/fs rw - cgroup2 cgroup2 rw")).folders


def test_without_control_groups_nothing_is_done(tmp_path: Path) -> None:
    with job_group(find_parents(tmp_path), LIMITS) as group:
        group.take(1)

        assert not group.out_of_memory


def test_a_group_that_cannot_be_made_is_the_sandboxs_error(tmp_path: Path) -> None:
    gone = Parents(2, {"memory": tmp_path / "gone"})

    with pytest.raises(SandboxError, match="cannot make the control group"), job_group(gone, LIMITS):
        pass


@pytest.mark.parametrize(
    ("version", "files", "written"),
    [
        (
            1,
            {"memory": ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"], "cpu": ["cpu.cfs_quota_us"]},
            {
                "memory.limit_in_bytes": "67108864",
                "memory.memsw.limit_in_bytes": "67108864",
                "cpu.cfs_quota_us": "50000",
            },
        ),
        (
            2,
            {"memory": ["memory.max", "memory.swap.max"], "pids": ["pids.max"], "cpu": ["cpu.max"]},
            {"memory.max": "67108864", "memory.swap.max": "0", "pids.max": "32", "cpu.max": "50000 100000"},
        ),
        (2, {"memory": ["memory.max"]}, {"memory.max": "67108864"}),
    ],
)
def test_the_limits_are_written_as_each_version_wants_them(
    tmp_path: Path, version: int, files: Mapping[str, list[str]], written: Mapping[str, str]
) -> None:
    for name in (name for names in files.values() for name in names):
        (tmp_path / name).touch()

    Group(version, dict.fromkeys(files, tmp_path)).limit(LIMITS)

    assert settings(tmp_path) == written


@pytest.mark.parametrize(
    ("version", "name", "text", "killed"),
    [
        (1, "memory.oom_control", "under_oom 0\noom_kill 0\n", False),
        (1, "memory.oom_control", "under_oom 0\noom_kill 3\n", True),
        (2, "memory.events", "oom 2\noom_kill 10\noom_group_kill 0\n", True),
        (2, "memory.events", "oom 2\noom_kill 0\noom_group_kill 0\n", False),
    ],
)
def test_a_kill_for_memory_is_seen(tmp_path: Path, version: int, name: str, text: str, killed: bool) -> None:
    (tmp_path / name).write_text(text)

    assert Group(version, {"memory": tmp_path}).out_of_memory is killed


def test_an_old_group_of_a_process_that_ended_is_swept(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "dgm-999999999-1-abc").mkdir(parents=True)
    parents = Parents(2, {"memory": tmp_path / "here"}, (tmp_path,))

    assert (sweep_groups(parents, 0.0), sweep_groups(parents, 1e12)) == (0, 1)
