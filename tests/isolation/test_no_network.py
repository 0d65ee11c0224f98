"""No network at all: everything but fetching works, and fetching says what to do instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs

CUT = """
import sys

def cut(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = arguments[-1] if event == "socket.connect" else arguments
        print("REACHED OUT:", event, address, file=sys.stderr)
        raise OSError(101, "Network is unreachable")

sys.addaudithook(cut)
from lmrs.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""A command line in a process of which every attempt to connect fails, and is told."""


@pytest.fixture(scope="module")
def both(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")


@pytest.mark.fault("L: no network at all: train, evaluate, recommend")
def test_nothing_but_fetching_reaches_out(both: Environment) -> None:
    small = ("--set", "data.options={users: 60, items: 40}", "--set", "stages.0.epochs=1")
    for words in (
        ("run", "sasrec", "--data", "synthetic", *small, "--out", "cut"),
        ("evaluate", "cut", "--part", "valid"),
        ("recommend", "cut", "--history", "i01,i02"),
    ):
        done = both.run("python", "-c", CUT, *words)
        assert done.returncode == 0, done.stderr
        assert "REACHED OUT" not in done.stderr


@pytest.mark.fault("L: no network at all: a data set that has to be fetched")
def test_fetching_says_what_to_do_instead(both: Environment) -> None:
    done = both.run("python", "-c", CUT, "run", "sasrec", "--data", "ml-100k", "--out", "fetched")
    told, error = done.stderr.splitlines()[:-1], done.stderr.splitlines()[-1]
    assert done.returncode == 2
    assert all(line.startswith("REACHED OUT") for line in told)
    assert error.startswith("error: https://")
    assert "check the network, or give the path of a copy with --data" in error
    assert not (both.folder / "fetched").exists()
