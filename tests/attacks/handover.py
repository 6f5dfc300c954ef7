"""Attacks on whoever takes the files: what is left in the workspace is not what it seems."""

from collections.abc import Callable
from dataclasses import replace

from dgm.values import JobResult, RefusalReason
from tests.attacks.attack import LIMITS, Family, Needs, family

_hand_over = family(Family.HAND_OVER)
_R = RefusalReason


def _refused(*reasons: RefusalReason) -> Callable[[JobResult], bool]:
    """Judge: nothing but `fine` was taken, and exactly these reasons were given."""

    def contained(result: JobResult) -> bool:
        collected = result.collected["/workspace"]
        return set(collected.tree) <= {"fine"} and {refusal.reason for refusal in collected.refused} == set(reasons)

    return contained


def _within_caps(result: JobResult) -> bool:
    collected = result.collected["/workspace"]
    files = collected.tree
    return bool(collected.refused) and len(files) <= 20_000 and files.size <= LIMITS.disk_mib << 20


GIT_FOLDER = """
def repository(folder):
    os.makedirs(folder + "/hooks")
    open(folder + "/HEAD", "w").write("ref: refs/heads/main")
    open(folder + "/config", "w").write("[core]\\nfsmonitor = touch /tmp/owned\\nhooksPath = hooks")
    open(folder + "/hooks/post-checkout", "w").write("#!/bin/sh\\ntouch /tmp/owned")
    os.makedirs(folder + "/info")
    open(folder + "/info/attributes", "w").write("* filter=owned")
"""

HAND_OVER = (
    _hand_over(
        "links to files outside",
        "os.symlink('/etc/passwd', 'a')\nos.symlink(AGENT + '/file', 'b')\nos.symlink('/proc/self/environ', 'c')",
        contained=_refused(_R.SYMLINK),
    ),
    _hand_over("a link to a folder outside", "os.symlink(AGENT, 'folder')", contained=_refused(_R.SYMLINK)),
    _hand_over(
        "a file reached through a link",
        "os.mkdir('real')\nopen('real/x', 'w').write('x')\nos.symlink('real', 'seeming')\nos.remove('real/x')",
        contained=_refused(_R.SYMLINK),
        harmless="os.mkdir('real')\nopen('real/x', 'w').write('x')\nos.symlink('real', 'seeming')",
    ),
    _hand_over("hard links", "open('a', 'w').write('x')\nos.link('a', 'b')", contained=_refused(_R.HARD_LINK)),
    _hand_over("fifos", "os.mkfifo('a')", contained=_refused(_R.SPECIAL)),
    _hand_over("sockets", "socket.socket(socket.AF_UNIX).bind('a')", contained=_refused(_R.SPECIAL), plain=Needs.NEVER),
    _hand_over(
        "devices",
        "try: os.mknod('null', stat.S_IFCHR | 0o666, os.makedev(1, 3))\nexcept OSError: pass",
        contained=_refused(),
        plain=Needs.ROOT,
    ),
    _hand_over(
        "names with newlines and escapes",
        r"for name in ('a\nb', 'a\x1b[2J', 'a\rb', 'a\x7f', 'a\u2028b'): open(name, 'w')",
        contained=_refused(_R.BAD_NAME),
    ),
    _hand_over("names that are not text", r"open(b'a\xff', 'w')", contained=_refused(_R.BAD_NAME)),
    _hand_over(
        "a repository with hooks, attributes and config",
        GIT_FOLDER + "repository('.git')\nrepository('deep/.GIT')",
        contained=_refused(_R.GIT),
    ),
    _hand_over(
        "a repository by another name of the same folder",
        GIT_FOLDER
        + r"for name in ('git~1', '.git ', '.git.', '.g\u200cit', '.git::$INDEX_ALLOCATION'): repository(name)",
        contained=_refused(_R.GIT),
    ),
    _hand_over("a gitlink", "open('.git', 'w').write('gitdir: /')", contained=_refused(_R.GIT)),
    _hand_over(
        "too many files",
        "for number in range(21_000): os.close(os.open(f'f{number}', os.O_CREAT | os.O_WRONLY))",
        contained=_within_caps,
        limits=replace(LIMITS, disk_mib=64),
    ),
    _hand_over(
        "too many folders",
        "for number in range(21_000): os.mkdir(f'd{number}')",
        harmless="os.mkdir('d')",
        contained=_within_caps,
        limits=replace(LIMITS, disk_mib=64),
    ),
    _hand_over(
        "more to refuse than anybody reads",
        "for number in range(15_000): os.symlink('/etc/passwd', f'link{number}')",
        harmless="for number in range(1_500): os.symlink('/etc/passwd', f'link{number}')",
        contained=lambda result: _refused(_R.SYMLINK)(result) and len(result.collected["/workspace"].refused) <= 1_000,
        limits=replace(LIMITS, disk_mib=64),
    ),
    _hand_over(
        "a workspace that is locked",
        "open('fine', 'w').write('x')\nos.chmod('fine', 0)\nos.chmod('.', 0)",
        contained=lambda result: result.collected["/workspace"].tree.text("fine") == "x",
        plain=Needs.NEVER,
    ),
    _hand_over(
        "files whose lengths add up",
        "for number in range(4): os.truncate(os.open(f'f{number}', os.O_CREAT | os.O_RDWR), 7 << 20)",
        contained=_within_caps,
    ),
    _hand_over(
        "folders too deep",
        "for _ in range(500):\n    os.mkdir('d')\n    os.chdir('d')\nopen('deep', 'w')",
        contained=_refused(_R.TOO_LONG),
    ),
    _hand_over(
        "a mount that became another folder",
        "os.chdir('/')\n"
        "for change in (lambda: os.rename('/workspace', '/tmp/w'), lambda: os.rmdir('/workspace'),\n"
        "        lambda: os.symlink('/etc', '/workspace')):\n"
        "    try:\n        change()\n        breach('changed')\n"
        "    except OSError: pass",
        plain=Needs.NEVER,
    ),
    _hand_over(
        "a file that changes under the reader's eyes",
        "open('fine', 'w').write('first')\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    time.sleep(0.3)\n"
        "    open('fine', 'w').write('second')\n"
        "    os._exit(0)",
        contained=lambda result: result.collected["/workspace"].tree.text("fine") == "first",
        plain=Needs.NEVER,
    ),
)
