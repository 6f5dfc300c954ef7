"""Attacks on the wall around the model: any address but the gateway's. UDP is connected only, which sends nothing."""

from tests.attacks.attack import Family, Needs, family

_network = family(Family.NETWORK)

_ROUTE = """
for kind, address in {addresses!r}:
    with socket.socket(kind, socket.SOCK_DGRAM) as door:
        try:
            door.connect((address, 53))
            breach("a route to", address)
        except OSError:
            pass
"""

_REACH = """
for address in {addresses}:
    try:
        socket.create_connection((address, int(os.environ["OUTSIDE_PORT"])), timeout=0.3).close()
        breach("reached", address)
    except OSError:
        pass
"""

NETWORK = (
    _network("the internet", _ROUTE.format(addresses=((2, "192.0.2.1"), (2, "8.8.8.8"), (10, "2001:db8::1")))),
    _network("a cloud's metadata", _ROUTE.format(addresses=((2, "169.254.169.254"), (2, "169.254.170.2")))),
    _network("the host's loopback", _REACH.format(addresses=("127.0.0.1", "localhost"))),
    _network("the host's other addresses", _REACH.format(addresses='os.environ["OUTSIDE_ADDRESSES"].split()')),
    _network(
        "names",
        "for name in ('example.org', 'host.docker.internal', 'metadata.google.internal'):\n"
        "    try:\n        socket.getaddrinfo(name, 80)\n        breach(name)\n    except OSError: pass",
        plain=Needs.NEVER,
    ),
    _network(
        "a socket without a path",
        "try:\n"
        "    socket.socket(socket.AF_UNIX).connect('\\0' + os.environ['OUTSIDE_ABSTRACT'])\n"
        "    breach('reached')\n"
        "except OSError: pass",
    ),
    _network(
        "raw packets",
        "for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET):\n"
        "    try:\n        socket.socket(kind, socket.SOCK_RAW, 1).close()\n        breach(kind)\n"
        "    except OSError: pass",
        plain=Needs.ROOT,
    ),
    _network(
        "the hypervisor",
        "for kind in range(17, 46):\n"
        "    try:\n        socket.socket(kind, socket.SOCK_STREAM).close()\n        breach('family', kind)\n"
        "    except OSError: pass",
        plain=Needs.NEVER,
    ),
)
