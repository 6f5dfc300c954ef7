"""Two jobs at the same time know nothing of each other."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from dgm.ports import Sandbox
from dgm.values import JobResult
from tests.attacks.attack import Attack, Family, Needs, family, silent
from tests.attacks.plainly import PlainSubprocess

_neighbour = family(Family.NETWORK)

HOST = _neighbour(
    "a job with an open door",
    "door = socket.create_server(('127.0.0.1', int(os.environ['MEETING'])))\n"
    "open(f'{TMP}/left-' + os.environ['MEETING'], 'w')\n"
    "time.sleep(1.5)",
)

_KEEP_TRYING = """
until = time.monotonic() + 1.2
while time.monotonic() < until and not attempt():
    time.sleep(0.02)
"""

VISITS = (
    _neighbour(
        "connect",
        "def attempt():\n"
        "    try:\n"
        "        socket.create_connection(('127.0.0.1', int(os.environ['MEETING'])), timeout=0.2)\n"
        "        breach('reached')\n"
        "        return True\n"
        "    except OSError: return False\n" + _KEEP_TRYING,
    ),
    _neighbour(
        "look for its files",
        "def attempt():\n"
        "    places = ('/tmp', '/tmp/*/*', '/var/tmp/*/jobs/*/*', '/proc/*/root/tmp')\n"
        "    found = [path for place in places for path in glob.glob(place + '/left-' + os.environ['MEETING'])]\n"
        "    if found: breach(found)\n"
        "    return found\n" + _KEEP_TRYING,
    ),
    _neighbour(
        "look for its process",
        "def attempt():\n"
        "    found = [path for path in glob.glob('/proc/[0-9]*/cmdline') if shows(path)]\n"
        "    if found: breach(found)\n"
        "    return found\n"
        "def shows(path):\n"
        "    try: return ('create_' + 'server').encode() in open(path, 'rb').read()\n"
        "    except OSError: return False\n" + _KEEP_TRYING,
    ),
)


USING_UP = _neighbour(
    "a job that queues signals until no more are taken",
    "signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 65))\n"
    "while libc.sigqueue(os.getpid(), 40, 0) == 0: pass\n"
    "time.sleep(1.2)",
)

FINDING_NONE = _neighbour(
    "find no signal left to queue",
    "signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 65))\n"
    "def attempt():\n"
    "    none_left = libc.sigqueue(os.getpid(), 40, 0) != 0\n"
    "    if none_left: breach(ctypes.get_errno())\n"
    "    return none_left\n" + _KEEP_TRYING,
    admitted="pending signals",
    plain=Needs.NEVER,
)

MEETINGS = (*((HOST, visit) for visit in VISITS), (USING_UP, FINDING_NONE))


def visited(sandbox: Sandbox, host: Attack, visit: Attack) -> JobResult:
    """Run both jobs at once; returns the visitor's result."""
    environment = {"MEETING": str(20_000 + secrets.randbelow(10_000))}
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(sandbox.run, host.job(environment))
        result = sandbox.run(visit.job(environment))
        assert silent(running.result())
    return result


@pytest.mark.parametrize(("host", "visit"), MEETINGS, ids=lambda job: job.name)
def test_a_job_does_not_meet_another(host: Attack, visit: Attack, sandbox: Sandbox) -> None:
    assert silent(visited(sandbox, host, visit)) or visit.is_admitted(sandbox.level)


@pytest.mark.parametrize(("host", "visit"), [m for m in MEETINGS if m[1].can_succeed_plainly], ids=lambda job: job.name)
def test_plain_subprocesses_meet(host: Attack, visit: Attack) -> None:
    assert not silent(visited(PlainSubprocess(), host, visit))
