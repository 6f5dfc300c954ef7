"""Attacks on what all users of a host share: its kernel's tables, its crash handler, its disks, its priorities."""

from tests.attacks.attack import Family, Needs, family

_kernel = family(Family.KERNEL)

_WRITABLE = """
for top in {tops!r}:
    for here, folders, names in os.walk(top):
        if here == "/proc":
            folders[:] = [name for name in folders if not name.isdigit() and "self" not in name]
        for name in names:
            path = os.path.join(here, name)
            try:
                number = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            except OSError:
                continue
            if not stat.S_ISCHR(os.fstat(number).st_mode):
                breach(path)
            os.close(number)
"""

_ADDRESSES = """
for path in ("/proc/kallsyms", "/proc/iomem", "/proc/ioports"):
    try:
        if any(int(line.split()[0].partition("-")[0], 16) for line in open(path)): breach(path)
    except OSError: pass
for path in ("/proc/kcore", "/proc/kmsg", "/proc/vmallocinfo", "/proc/slabinfo", "/proc/kpageflags", "/proc/keys",
             "/proc/timer_list", "/dev/mem", "/dev/kmsg", "/sys/kernel/debug/sleep_time", "/sys/kernel/tracing/trace"):
    try:
        if os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 64): breach(path)
    except OSError: pass
"""

_AS_ROOT = """
def programs():
    for here, _, names in os.walk("/usr/bin"):
        for path in (os.path.join(here, name) for name in names):
            if os.path.isfile(path) and os.stat(path).st_mode & 0o4001 == 0o4001: yield path

for path in sorted(programs()):
    running = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        users = next(line for line in open(f"/proc/{running.pid}/status") if line.startswith("Uid")).split()[1:]
        if "0" in users: breach(path)
    except OSError: pass
    running.kill()
"""

SHARED = (
    _kernel(
        "anything in /proc, /sys and /dev that can be written",
        _WRITABLE.format(tops=("/proc", "/sys", "/dev")),
        harmless=_WRITABLE.format(tops=("/proc/sys/vm",)),
        plain=Needs.ROOT,
    ),
    _kernel("the kernel's memory and addresses", _ADDRESSES, plain=Needs.ROOT),
    _kernel("programs that root lends its rights to", _AS_ROOT, plain=Needs.ROOT),
    _kernel(
        "the host's crash handler",
        "for limit in (0, -1):\n"
        "    try:\n        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))\n        breach(limit)\n"
        "    except (OSError, ValueError): pass\n"
        "if libc.syscall({'x86_64': 160, 'aarch64': 164}[os.uname().machine], 4, bytes(16)) == 0: breach('setrlimit')",
    ),
    _kernel(
        "system calls that are younger than the filter",
        "for number in range(451, 512):\n"
        "    if libc.syscall(number, -1, 0, 0, 0, 0, 0) >= 0: breach(number)\n"
        "    if ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS): breach(number, ctypes.get_errno())",
        plain=Needs.NEVER,
    ),
    _kernel(
        "a namespace by clone3",
        "call = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)\n"
        "child = libc.syscall(435, call, 88)\n"
        "if child == 0: os._exit(0)\n"
        "if child > 0: breach('a namespace of its own')",
        plain=Needs.ROOT,
    ),
    _kernel(
        "kernel tables behind netlink",
        "for protocol in range(1, 32):\n"
        "    try: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol).close()\n"
        "    except OSError: continue\n"
        "    breach(protocol)",
    ),
    _kernel(
        "watches and requests that are counted for all",
        "if libc.inotify_init1(0) >= 0: breach('inotify')\n"
        "context = ctypes.c_ulong()\n"
        "number = {'x86_64': 206, 'aarch64': 0}[os.uname().machine]\n"
        "if libc.syscall(number, 32, ctypes.byref(context)) == 0: breach('io_setup')",
    ),
    _kernel(
        "a flush of the host's disks",
        "for name in ('sync', 'syncfs'):\n"
        "    number = {'x86_64': {'sync': 162, 'syncfs': 306}, 'aarch64': {'sync': 81, 'syncfs': 267}}\n"
        "    place = os.open('/usr', os.O_RDONLY)\n"
        "    if libc.syscall(number[os.uname().machine][name], place) == 0: breach(name)",
        plain=Needs.NEVER,
    ),
    _kernel(
        "more than its share of the processors",
        "for change in (lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), lambda: os.nice(-5),\n"
        "        lambda: os.setpriority(os.PRIO_PROCESS, 0, -10)):\n"
        "    try:\n        change()\n        breach('changed')\n    except OSError: pass",
        plain=Needs.ROOT,
    ),
    _kernel(
        "keys typed into the user's terminal",
        "import fcntl, termios\n"
        "for path in ('/dev/console', '/dev/stdin', *glob.glob('/dev/tty*'), *glob.glob('/dev/pts/[0-9]*')):\n"
        "    try: fcntl.ioctl(os.open(path, os.O_RDWR | os.O_NOCTTY), termios.TIOCSTI, b'x')\n"
        "    except OSError: continue\n"
        "    breach(path)",
        plain=Needs.NEVER,
    ),
)
