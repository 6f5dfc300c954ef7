"""Attacks with processes: more than allowed, longer than allowed, and on the runner, which is the command's parent."""

from dataclasses import replace

from tests.attacks.attack import LIMITS, Family, family, timed_out

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
