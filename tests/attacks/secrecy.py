"""Attacks on what must not be known: the host's environment, its files, its sockets. The marker is told backwards."""

from tests.attacks.attack import Family, family

_secrets = family(Family.SECRETS)

_SEARCH = """
marker = os.environ["BACKWARDS"][::-1].encode()
def look(path):
    try:
        with open(path, "rb") as source:
            if marker in source.read(1 << 20): breach(path)
    except OSError:
        pass
"""

SECRETS = (
    _secrets(
        "the host's environment",
        _SEARCH + "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/task/*/environ'): look(path)",
    ),
    _secrets("the host's arguments", _SEARCH + "for path in glob.glob('/proc/*/cmdline'): look(path)"),
    _secrets(
        "files of the host by their path: a key, Ray's token, a run's database",
        _SEARCH + "for path in os.environ['OUTSIDE_FILES'].split(): look(path)",
    ),
    _secrets(
        "files of the host through another process",
        _SEARCH + "for root in glob.glob('/proc/*/root') + glob.glob('/proc/*/cwd'):\n"
        "    for path in os.environ['OUTSIDE_FILES'].split(): look(root + path)",
    ),
    _secrets(
        "sockets of the host, the engine's among them",
        "for path in (os.environ['OUTSIDE_SOCKET'], '/run/docker.sock', '/var/run/docker.sock', '/run/containerd/"
        "containerd.sock', '/run/dbus/system_bus_socket', *glob.glob('/tmp/gw-*/s')):\n"
        "    try:\n        socket.socket(socket.AF_UNIX).connect(path)\n        breach(path)\n"
        "    except OSError: pass",
    ),
    _secrets(
        "home folders and the checkout",
        "for path in (os.environ['OUTSIDE_HOME'], os.environ['OUTSIDE_CHECKOUT']):\n"
        "    try:\n        if os.listdir(path): breach(path)\n"
        "    except OSError: pass",
    ),
    _secrets(
        "the shared memory and queues of the host",
        "shared = libc.shmget(int(os.environ['OUTSIDE_SHARED']), 0, 0)\nif shared != -1: breach(shared)",
    ),
)
