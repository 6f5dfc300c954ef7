"""Two jobs at the same time know nothing of each other."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from dgm.ports import Sandbox
from dgm.values import JobResult
from tests.attacks.attack import Attack, Family, family, silent
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


def visited(sandbox: Sandbox, visit: Attack) -> JobResult:
    """Run both jobs at once; returns the visitor's result."""
    environment = {"MEETING": str(20_000 + secrets.randbelow(10_000))}
    with ThreadPoolExecutor(1) as pool:
        host = pool.submit(sandbox.run, HOST.job(environment))
        result = sandbox.run(visit.job(environment))
        assert silent(host.result())
    return result


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_a_job_does_not_meet_another(visit: Attack, sandbox: Sandbox) -> None:
    assert silent(visited(sandbox, visit))


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_plain_subprocesses_meet(visit: Attack) -> None:
    assert not silent(visited(PlainSubprocess(), visit))
