"""Attacks with processes: more than allowed, longer than allowed, and on the runner, which is the command's parent."""

from dataclasses import replace

from tests.attacks.attack import BREACH, LIMITS, Family, Needs, family, timed_out

_process = family(Family.PROCESS)
SHORT = replace(LIMITS, timeout_s=0.7)

_COUNT_FORKS = """
made = 0
try:
    for _ in range(60):
        if os.fork() == 0:
            time.sleep(1)
            os._exit(0)
        made += 1
except OSError:
    pass
if made > 40:
    breach(made, "processes")
"""

_DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.execvp("sleep", ["sleep", os.environ["SURVIVOR"]])
    os._exit(0)
os.wait()
while not any(os.environ["SURVIVOR"].encode() in open(f, "rb").read() for f in children() if "self" not in f):
    time.sleep(0.01)
"""

_CHILDREN = """
def children():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if pid != str(os.getpid()) and os.path.exists(f"/proc/{pid}/cmdline"):
            yield f"/proc/{pid}/cmdline"
"""

_ORPHANS = """
def tried(call):
    try: return call()
    except OSError: return -1
for _ in range(16):
    if tried(os.fork) == 0:
        while True:
            if tried(os.fork) == 0:
                tried(os.fork)
                os._exit(0)
            tried(lambda: os.waitpid(-1, os.WNOHANG))
time.sleep(60)
"""

_SUBREAPER = """
if os.fork() == 0:
    os.setsid()
    libc.prctl(36, 1, 0, 0, 0)
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", os.environ["SURVIVOR"]])
    time.sleep(2)
    os._exit(0)
time.sleep(0.3)
"""

PROCESSES = (
    _process("more processes than allowed", _COUNT_FORKS),
    _process(
        "fork bomb",
        "while True:\n    try: os.fork()\n    except OSError: pass",
        harmless=_COUNT_FORKS,
        contained=timed_out,
        limits=SHORT,
    ),
    _process("daemon that left its session", _CHILDREN + _DAEMON),
    _process(
        "signals ignored",
        "for n in set(range(1, 65)) - {9, 19, 32, 33}: signal.signal(n, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "os.execvp('sleep', ['sleep', os.environ['SURVIVOR']])",
        contained=timed_out,
        limits=SHORT,
    ),
    _process("a daemon with a parent of its own", _SUBREAPER),
    _process(
        "an endless stream of orphans for the runner",
        _ORPHANS,
        contained=timed_out,
        limits=SHORT,
        plain=Needs.NEVER,
    ),
    _process(
        "signals that keep the runner awake",
        "for _ in range(3): os.fork()\nwhile True: os.kill(os.getppid() if os.getppid() == 1 else 1, signal.SIGCHLD)",
        contained=timed_out,
        limits=SHORT,
        plain=Needs.NEVER,
    ),
    _process(
        "the runner as what the kernel kills for memory",
        "for _ in range(28):\n"
        "    if os.fork() == 0:\n"
        "        open('/proc/self/oom_score_adj', 'w').write('0')\n"
        "        taken = b'x' * (6 << 20)\n"
        "        time.sleep(1)\n"
        "        os._exit(0)\n"
        "time.sleep(1.2)",
        contained=lambda result: BREACH.encode() not in result.stdout,
        plain=Needs.NEVER,
    ),
    _process(
        "kill everything",
        "try: os.kill(-1, signal.SIGKILL)\nexcept ProcessLookupError: pass\ntime.sleep(0.2)",
        plain=Needs.NEVER,
    ),
    _process("kill the runner", "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(0.2)"),
    _process(
        "stop the runner",
        "os.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(0.2)",
        limits=replace(LIMITS, timeout_s=1.5),
    ),
    _process(
        "starve the runner of descriptors",
        "try:\n    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))\n    breach('limited')\n"
        "except OSError: pass",
    ),
    _process(
        "slow the runner down",
        "try:\n    os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)\n    breach('slowed')\nexcept OSError: pass",
    ),
    _process(
        "read the runner",
        "for name in ('environ', 'mem', 'maps', 'fd', 'cwd/.'):\n"
        "    path = f'/proc/{os.getppid()}/{name}'\n"
        "    try:\n        os.listdir(path) if name == 'fd' else os.open(path, os.O_RDONLY)\n"
        "        breach(path)\n"
        "    except OSError: pass",
    ),
    _process(
        "write into the runner's output",
        "for number in range(3):\n"
        "    try:\n        os.open(f'/proc/{os.getppid()}/fd/{number}', os.O_WRONLY)\n        breach(number)\n"
        "    except OSError: pass",
    ),
)
