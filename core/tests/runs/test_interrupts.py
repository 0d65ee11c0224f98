from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from lmrs.runs.interrupts import Interrupts


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminate", "interrupt"])
def test_a_signal_is_a_request(number: int) -> None:
    with Interrupts() as stop:
        assert stop.requested is None
        os.kill(os.getpid(), number)
        assert stop.requested == number


@pytest.mark.fault("C: second Ctrl-C ends at once")
def test_a_second_interrupt_ends_at_once() -> None:
    with Interrupts() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.requested == signal.SIGINT


@pytest.mark.fault("C: Ctrl-C after SIGTERM ends at once")
def test_an_interrupt_after_a_termination_ends_at_once() -> None:
    with Interrupts() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.requested == signal.SIGTERM


@pytest.mark.fault("C: second SIGTERM only asks again")
def test_a_second_termination_only_asks_again() -> None:
    with Interrupts() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.requested == signal.SIGINT


def test_handlers_are_as_before_also_after_an_error() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with Interrupts():
        assert signal.getsignal(signal.SIGTERM) != before[0]
    with pytest.raises(ZeroDivisionError), Interrupts():
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_an_inner_one_gives_back_to_the_outer() -> None:
    with Interrupts() as outer:
        with Interrupts() as inner:
            os.kill(os.getpid(), signal.SIGTERM)
        assert inner.requested == signal.SIGTERM
        assert outer.requested is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert outer.requested == signal.SIGTERM


def test_entered_again_it_forgets() -> None:
    stop = Interrupts()
    with stop:
        os.kill(os.getpid(), signal.SIGTERM)
    with stop:
        assert stop.requested is None


def test_outside_the_main_thread_it_does_nothing() -> None:
    seen: list[int | None] = []

    def run() -> None:
        with Interrupts() as stop:
            seen.append(stop.requested)

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [None]
    assert signal.getsignal(signal.SIGTERM) == before


LOOP = """
from lmrs.runs.interrupts import Interrupts
from lmrs_plugins.errors import Cancelled
try:
    with Interrupts() as stop:
        print("ready", flush=True)
        while stop.requested is None:
            pass
        print("saved", flush=True)
        raise Cancelled("stopped", stop.requested)
except Cancelled as error:
    raise SystemExit(error.exit_code)
"""


@pytest.mark.fault("C: signal from another process: {id}")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["term", "int"])
def test_a_loop_saves_and_says_which_signal_ended_it(number: int, code: int) -> None:
    with subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "saved\n"
        assert process.wait() == code
