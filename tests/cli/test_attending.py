"""The alarm that lets a driver look into its inbox while its main thread is busy."""

import os
import signal
import threading

import pytest

from dgm.cli.attending import every_second


def test_it_rings_while_the_main_thread_waits_for_something_else() -> None:
    rang = threading.Event()
    reader, writer = os.pipe()

    def look() -> None:
        rang.set()
        os.write(writer, b"x")

    with every_second(look):
        assert os.read(reader, 1) == b"x"

    os.close(reader)
    os.close(writer)
    assert rang.is_set()


def test_what_it_raises_ends_what_the_main_thread_waits_for() -> None:
    def look() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), every_second(look):
        threading.Event().wait(30)


def test_nothing_rings_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with every_second(lambda: None):
        pass

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before
