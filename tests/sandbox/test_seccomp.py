"""The compiled filter decides as the profile says. A small machine runs it here as the kernel would."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.assets import sandbox_dir
from dgm.errors import SandboxError
from dgm.sandbox.seccomp import Instruction, compile_profile, load_profile, program
from dgm.sandbox.syscalls import NUMBERS

ALLOW, KILL = 0x7FFF0000, 0x80000000
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PROFILE = load_profile(sandbox_dir() / "seccomp.json")


def decide(steps: list[Instruction], machine: int, number: int, *arguments: int) -> int:
    """Run a program on one system call, as the kernel's interpreter does."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, machine, 0, *padded)
    at = accumulator = 0
    while True:
        step = steps[at]
        at += 1
        match step.code:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, step.constant)[0]
            case 0x54:
                accumulator &= step.constant
            case 0x06:
                return step.constant
            case _:
                tests = {0x15: accumulator == step.constant, 0x25: accumulator > step.constant}
                holds = tests.get(step.code, accumulator >= step.constant)
                at += step.if_true if holds else step.if_false


def errno(number: int) -> int:
    return 0x00050000 | number


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def decided(name: str, *arguments: int, machine: str = "x86_64") -> int:
    return decide(list(program(PROFILE, machine)), MACHINES[machine], NUMBERS[machine][name], *arguments)


ONLY_FOR_SOME = {"clone", "prlimit64", "setpriority", "socket", "socketpair"} | {
    f"sched_set{what}" for what in ("affinity", "attr", "param", "scheduler")
}
REFUSED = """
    _sysctl acct add_key adjtimex afs_syscall bpf chroot clock_adjtime clock_settime create_module delete_module
    epoll_ctl_old epoll_wait_old fanotify_init fanotify_mark finit_module fsconfig fsmount fsopen fspick
    get_kernel_syms getpmsg init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl ioprio_set kcmp
    kexec_file_load kexec_load keyctl lookup_dcookie mbind memfd_secret migrate_pages modify_ldt mount mount_setattr
    move_mount move_pages name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality
    pidfd_getfd pivot_root process_madvise process_mrelease process_vm_readv process_vm_writev ptrace putpmsg
    query_module quotactl quotactl_fd reboot request_key security set_mempolicy set_mempolicy_home_node setdomainname
    sethostname setns setrlimit settimeofday swapoff swapon sync syncfs sysfs syslog tuxcall umount2 unshare uselib
    userfaultfd ustat vhangup vserver
"""
ABSENT = "clone3 inotify_init inotify_init1 io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit"
UNSUPPORTED = "setxattr lsetxattr fsetxattr"


def test_every_known_call_is_allowed_or_refused_as_listed_here(machine: str) -> None:
    steps, expected = list(program(PROFILE, machine)), {}
    for calls, decision in ((REFUSED, errno(1)), (ABSENT, errno(38)), (UNSUPPORTED, errno(95))):
        expected |= dict.fromkeys(calls.split(), decision)

    wrong = {
        name
        for name, number in NUMBERS[machine].items()
        if name not in ONLY_FOR_SOME and decide(steps, MACHINES[machine], number) != expected.get(name, ALLOW)
    }

    assert wrong == set()


@given(st.integers(0, 0x3FFFFFFF))
def test_a_call_that_is_in_no_table_is_refused(number: int) -> None:
    if number not in NUMBERS["x86_64"].values():
        decision = decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], number)

        assert decision == errno(38 if number > 450 else 1)


def test_a_foreign_machine_is_killed(machine: str) -> None:
    assert decide(list(program(PROFILE, machine)), 0x40000003, 0) == KILL


@given(st.integers(0x40000000, 0xFFFFFFFF))
def test_the_x32_table_is_killed(number: int) -> None:
    assert decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], number) == KILL


WORDS = st.integers(0, 2**64 - 1)


@given(WORDS)
def test_clone_makes_no_new_namespace(flags: int) -> None:
    assert decided("clone", flags) == (errno(1) if flags & 0x7E020000 else ALLOW)


@given(WORDS | st.integers(0, 64), WORDS | st.integers(0, 32), st.sampled_from(["socket", "socketpair"]))
def test_sockets_are_of_unix_of_the_internet_or_ask_for_routes(family: int, protocol: int, name: str) -> None:
    allowed = family == 1 or (name == "socket" and (family in (2, 10) or (family == 16 and protocol == 0)))

    assert decided(name, family, 1, protocol) == (ALLOW if allowed else errno(97 if family > 16 else 1))


@given(WORDS | st.integers(0, 2), WORDS | st.integers(0, 20), WORDS | st.just(0))
def test_only_a_processs_own_limits_can_be_changed_and_not_that_of_its_cores(pid: int, limit: int, new: int) -> None:
    allowed = pid == 0 and (new == 0 or limit in {*range(16)} - {4})

    assert decided("prlimit64", pid, limit, new) == (ALLOW if allowed else errno(1))


@pytest.mark.parametrize("name", ["sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"])
@given(WORDS | st.integers(0, 2))
def test_only_a_process_itself_is_scheduled(name: str, pid: int) -> None:
    assert decided(name, pid) == (errno(1) if pid else ALLOW)


@given(WORDS | st.integers(0, 2), WORDS | st.integers(0, 2))
def test_only_a_processs_own_priority_is_set(which: int, who: int) -> None:
    assert decided("setpriority", which, who) == (errno(1) if which or who else ALLOW)


def test_jumps_fit_their_bytes_and_the_program_fits_the_kernel(machine: str) -> None:
    assert len(compile_profile(PROFILE, machine)) <= 8 * 4096


def test_an_unknown_machine_is_named() -> None:
    with pytest.raises(SandboxError, match="riscv64"):
        compile_profile(PROFILE, "riscv64")


def test_an_unknown_call_is_named() -> None:
    rule = {"names": ["no_such_call"], "action": "SCMP_ACT_ALLOW"}

    with pytest.raises(SandboxError, match="no_such_call"):
        compile_profile({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "syscalls": [rule]}, "x86_64")
