"""When a crash inside is given to a program of the host."""

import pytest

from dgm.sandbox.crashes import calls_crash_handler


@pytest.mark.parametrize(
    ("limit", "pattern", "called"),
    [
        (0, "|/usr/share/apport/apport %p", True),
        (-1, "|/usr/lib/systemd/systemd-coredump %P", True),
        (1, "|/usr/lib/systemd/systemd-coredump %P", False),
        (1, "@/run/coredump.socket", True),
        (0, "core\n", False),
        (0, "", False),
    ],
)
def test_a_handler_is_called_unless_the_limit_is_one(limit: int, pattern: str, called: bool) -> None:
    assert calls_crash_handler(limit, pattern) == called
