"""Attacks on the kernel's surface.

A call with arguments that mean nothing shows whether it gets there, and harms nobody.
"""

import platform

from dgm.sandbox.syscalls import NUMBERS
from tests.attacks.attack import Attack, Family, Needs, family

_kernel = family(Family.KERNEL)
_NUMBERS = NUMBERS.get(platform.machine(), {})

_CALL = """
result = libc.syscall({number}, {arguments})
if result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
    breach({name!r}, result, errno.errorcode.get(ctypes.get_errno()))
"""


def _call(name: str, arguments: str = "0, 0, 0, 0, 0", plain: Needs = Needs.NOTHING) -> Attack:
    return _kernel(name, _CALL.format(name=name, number=_NUMBERS[name], arguments=arguments), plain=plain)


CALLS = (
    _call("ptrace"),
    _call("keyctl", "0, -3, 0, 0, 0"),
    _call("add_key"),
    _call("userfaultfd", "1"),
    _call("io_uring_setup"),
    _call("unshare", str(0x10000000), Needs.ROOT),
    _call("mount", plain=Needs.ROOT),
    _call("setns", "-1, 0"),
    _call("bpf", "0, 0, 0", Needs.ROOT),
    _call("perf_event_open"),
    _call("process_vm_readv", "0, 0, 0, 0, 0, 0"),
    _call("pidfd_getfd", "-1, 0, 0"),
    _call("open_by_handle_at", "-1, 0, 0", Needs.ROOT),
    _call("clock_settime", "99, 0"),
    _call("adjtimex", "0"),
    _call("personality", str(0xFFFFFFFF)),
)

_OPEN = """
for path in {paths!r}:
    try:
        os.open(path, {flags})
        breach(path)
    except OSError:
        pass
"""

_SETTINGS = (
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/cgroup.procs",
)

_FOREIGN = """
import mmap
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(bytes.fromhex("53" "b814000000" "cd80" "5b" "c3"))
if os.fork() == 0:
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    os._exit(call() == os.getpid())
if os.waitstatus_to_exitcode(os.wait()[1]) == 1:
    breach("a system call of another architecture")
"""

SURFACE = (
    _kernel(
        "a user namespace by clone",
        "number, flags = (56, 0x10000011) if os.uname().machine == 'x86_64' else (220, 0x10000011)\n"
        "child = libc.syscall(number, flags, 0, 0, 0, 0)\n"
        "if child == 0: os._exit(0)\n"
        "if child > 0: breach('a namespace of its own')",
        plain=Needs.ROOT,
    ),
    _kernel("kernel settings", _OPEN.format(paths=_SETTINGS, flags="os.O_WRONLY"), plain=Needs.ROOT),
    _kernel(
        "devices",
        _OPEN.format(
            paths=("/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/vda", "/dev/sda"), flags="os.O_RDWR"
        ),
        plain=Needs.ROOT,
    ),
    _kernel(
        "a device of its own",
        "try:\n    os.mknod('null', stat.S_IFCHR | 0o666, os.makedev(1, 3))\n    breach('made')\nexcept OSError: pass",
        plain=Needs.ROOT,
    ),
    _kernel("new privileges", "if libc.prctl(39, 0, 0, 0, 0) != 1: breach('setuid programs work')"),
    _kernel(
        "capabilities",
        "names = ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')\n"
        "for line in open('/proc/self/status'):\n"
        "    if line.startswith(names) and int(line.split()[1], 16): breach(line)",
    ),
    _kernel(
        "another user",
        "for user in (0, 1, 1000):\n    try:\n        os.setuid(user)\n        breach(user)\n    except OSError: pass",
        plain=Needs.ROOT,
    ),
    _kernel(
        "mounts taken away",
        "for place in ('/proc', AGENT, '/usr', '/'):\n"
        "    if libc.umount2(place.encode(), 8) == 0 or ctypes.get_errno() != errno.EPERM: breach(place)",
        harmless="if libc.umount2(AGENT.encode(), 8) == 0 or ctypes.get_errno() != errno.EPERM: breach(AGENT)",
        plain=Needs.ROOT,
    ),
    *(
        [_kernel("system calls of another architecture", _FOREIGN, plain=Needs.NEVER)]
        if platform.machine() == "x86_64"
        else []
    ),
)

KERNEL = (*CALLS, *SURFACE)
