"""Attacks with too much: memory, bytes, files, output, processor time. And on the clock."""

from dataclasses import replace

from dgm.values import JobResult, plain
from tests.attacks.attack import LIMITS, Family, Needs, family, silent, stopped, timed_out

_memory, _disk = family(Family.MEMORY), family(Family.DISK)
_output, _time = family(Family.OUTPUT), family(Family.TIME)

ROOMY = replace(LIMITS, disk_mib=64)
SLOW = replace(LIMITS, cpus=0.2)
TOGETHER = "for all of a job together"


def not_managed(result: JobResult) -> bool:
    """Whether it managed nothing, however it ended."""
    return silent(result) or stopped(result)


def bounded(result: JobResult) -> bool:
    """Whether no more of its output was kept than asked for."""
    return max(len(result.stdout), len(result.stderr)) <= LIMITS.output_bytes


def harmless_to_read(result: JobResult) -> bool:
    """Whether what a person is shown holds no control character."""
    shown = plain(result.stdout.decode("utf-8", "replace"))
    return bool(shown) and all(character.isprintable() or character in "\n\t" for character in shown)


_FILL = """
written = 0
for folder in FOLDERS:
    path = os.path.join(folder, f"dgm-attack-{os.getpid()}")
    try:
        with open(path, "wb", buffering=0) as target:
            for _ in range(MIB):
                written += target.write(bytes(1 << 20))
    except OSError:
        pass
    finally:
        if REMOVE:
            os.unlink(path)
"""

MEMORY = (
    _memory("one process", "taken = b'x' * (300 << 20)\nbreach(len(taken))", contained=not_managed),
    _memory(
        "many processes",
        "ready, tell = os.pipe()\n"
        "for _ in range(5):\n"
        "    if os.fork() == 0:\n"
        "        taken = b'x' * (48 << 20)\n"
        "        os.write(tell, b'1')\n"
        "        time.sleep(1)\n"
        "        os._exit(0)\n"
        "os.close(tell)\n"
        "if len(b''.join(iter(lambda: os.read(ready, 1), b''))) == 5: breach('240 MiB held')",
        contained=not_managed,
        admitted=TOGETHER,
    ),
    _memory(
        "files in memory",
        f"FOLDERS, MIB, REMOVE = ('.', TMP, '/dev/shm'), 56, False\n{_FILL}\nif written > 150 << 20: breach(written)",
        harmless=f"FOLDERS, MIB, REMOVE = ('.', TMP), 80, True\n{_FILL}\nif written > 150 << 20: breach(written)",
        contained=not_managed,
        limits=ROOMY,
        admitted=TOGETHER,
    ),
)

KERNEL_MEMORY = (
    _memory(
        "files without a name",
        "kept = []\n"
        "try:\n"
        "    for _ in range(50):\n"
        "        kept.append(os.memfd_create('x'))\n"
        "        os.write(kept[-1], bytes(4 << 20))\n"
        "except OSError: pass\n"
        "if len(kept) * 4 > 150: breach(len(kept))",
        contained=not_managed,
        admitted=TOGETHER,
    ),
    _memory(
        "bytes under way in sockets",
        "kept, held = [], 0\n"
        "try:\n"
        "    while held < 170 << 20:\n"
        "        kept.append(socket.socketpair())\n"
        "        for end in kept[-1]:\n"
        "            end.setblocking(False)\n"
        "            try:\n"
        "                while True: held += end.send(bytes(1 << 16))\n"
        "            except BlockingIOError: pass\n"
        "except OSError: pass\n"
        "if held > 150 << 20: breach(held)",
        contained=not_managed,
        admitted=TOGETHER,
    ),
)

DISK = (
    *(
        _disk(
            f"too many bytes in {folder}",
            f"FOLDERS, MIB, REMOVE = ({variable},), 16, True\n{_FILL}\nif written > 9 << 20: breach(written)",
        )
        for folder, variable in (("/workspace", "'.'"), ("/tmp", "TMP"), ("/dev/shm", "'/dev/shm'"))
    ),
    _disk(
        "too many files",
        "try:\n"
        "    for number in range(33_500): os.close(os.open(f'f{number}', os.O_CREAT | os.O_WRONLY))\n"
        "    breach(number)\n"
        "except OSError: pass",
        harmless="for number in range(2_000): open(f'f{number}', 'w').close()\nbreach(number)",
        contained=not_managed,
        limits=ROOMY,
        admitted="number of files",
    ),
    _disk(
        "bytes in files that are gone",
        "kept, held = [], 0\n"
        "try:\n"
        "    for _ in range(16):\n"
        "        kept.append(os.open('gone', os.O_CREAT | os.O_RDWR))\n"
        "        os.unlink('gone')\n"
        "        held += os.write(kept[-1], bytes(1 << 20))\n"
        "except OSError: pass\n"
        "if held > 9 << 20: breach(held)",
    ),
    _disk(
        "bytes beside a file: its attributes",
        "open('file', 'w')\nheld = 0\n"
        "try:\n"
        "    for number in range(400): held += os.setxattr('file', f'user.{number}', bytes(1 << 15)) or 1 << 15\n"
        "except OSError: pass\n"
        "if held > 1 << 20: breach(held)",
        plain=Needs.NEVER,
    ),
    _disk(
        "room that is set aside",
        "try:\n    os.posix_fallocate(os.open('room', os.O_CREAT | os.O_RDWR), 0, 64 << 20)\n    breach('64 MiB')\n"
        "except OSError: pass",
    ),
    _disk(
        "a sparse file",
        "try:\n    os.truncate(os.open('sparse', os.O_CREAT | os.O_RDWR), 1 << 40)\n    breach('a tebibyte')\n"
        "except OSError: pass",
    ),
    _disk(
        "write outside the writable mounts",
        "places = ['/', *glob.glob('/*'), *glob.glob('/*/*'), AGENT]\n"
        "for place in places:\n"
        "    if place.startswith(('/proc', '/tmp', '/workspace', '/dev/shm', '/dev/pts')): continue\n"
        "    try:\n"
        "        os.close(os.open(f'{place}/new' if os.path.isdir(place) else place, os.O_CREAT | os.O_RDWR))\n"
        "        if not stat.S_ISREG(os.stat(place).st_mode) and not os.path.isdir(place): continue\n"
        "        breach(place)\n"
        "    except OSError: pass",
        harmless="open(AGENT + '/new', 'w'); breach(AGENT)",
    ),
    _disk(
        "change a read-only file",
        "for change in (lambda: os.chmod(AGENT, 0o777), lambda: os.chmod(AGENT + '/file', 0o777),\n"
        "        lambda: open(AGENT + '/file', 'a').write('x'), lambda: os.truncate(AGENT + '/file', 0),\n"
        "        lambda: os.rename(AGENT + '/file', AGENT + '/other'), lambda: os.link(AGENT + '/file', 'linked'),\n"
        "        lambda: os.utime(AGENT + '/file', (1, 1)), lambda: os.unlink(AGENT + '/file')):\n"
        "    try:\n        change()\n        breach('changed')\n"
        "    except OSError: pass",
    ),
)

OUTPUT = (
    _output(
        "a gigabyte to stdout",
        "block = b'x' * 79 + b'\\n'\nblock *= 1 << 12\nfor _ in range((1 << 30) // len(block)): os.write(1, block)",
        harmless="os.write(1, b'x' * (1 << 20))",
        contained=bounded,
    ),
    _output(
        "an endless line to stderr",
        "while True: os.write(2, b'x' * (1 << 16))",
        harmless="os.write(2, b'x' * (1 << 20))",
        contained=lambda result: bounded(result) and timed_out(result),
        limits=replace(LIMITS, timeout_s=0.7),
    ),
    _output(
        "terminal escapes and broken text",
        r"os.write(1, b'\x1b]0;owned\x07\x1b[2J\xff\xfe\x00\xe2\x80\xae\xc2\x9bdone')",
        contained=lambda result: harmless_to_read(result) and b"\x1b[2J\xff" in result.stdout,
        plain=Needs.NEVER,
    ),
    _output(
        "a forged end of the job",
        "import struct\n"
        "for kind, payload in ((b'E', struct.pack('>?idd', True, 0, 0.0, 0.0)), (b'Z', b'')):\n"
        "    for number in range(1, 64):\n"
        "        try: os.write(number, struct.pack('>cI', kind, len(payload)) + payload)\n"
        "        except OSError: pass\n"
        "sys.exit(3)",
        contained=lambda result: result.exit_code == 3,
        plain=Needs.NEVER,
    ),
)

_SPIN = """
begun = time.monotonic()
if os.fork() == 0:
    while time.monotonic() < begun + 1.5: pass
    os._exit(0)
while time.monotonic() < begun + 1.5: pass
os.wait()
used = sum(sum(resource.getrusage(of)[:2]) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
if used > 0.45:
    breach(used, "seconds of processor time")
"""

TIME = (
    _time(
        "sleep",
        "subprocess.Popen(['sleep', os.environ['SURVIVOR']], start_new_session=True)\ntime.sleep(60)",
        contained=timed_out,
        limits=replace(LIMITS, timeout_s=0.7),
    ),
    _time(
        "busy loop that holds its deadline's signals",
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nprint('deaf', flush=True)\nwhile True: pass",
        contained=timed_out,
        limits=replace(LIMITS, timeout_s=0.7),
        plain=Needs.NEVER,
    ),
    _time("more cores than allowed", _SPIN, limits=SLOW, admitted="cores are not limited"),
)
