"""`lmrs`, as often as one likes for one import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from engine.orders import Order
from engine.two_stages import PLACES, Ended, Lmrs, run

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def lmrs() -> Iterator[Lmrs]:
    """`lmrs("run", "sasrec", order=None)`: what was typed, and what is done to the process."""
    command = [sys.executable, "-m", "engine.command"]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LMRS_")}
    environ |= {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "LMRS_CACHE": "off"}
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=HERE.parent, env=environ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def send(*words: object, order: Order | None = None) -> Ended:
            asked = {"words": [str(word) for word in words], "order": order and asdict(order)}
            server.stdin.write(json.dumps(asked) + "\n")
            server.stdin.flush()
            answer = json.loads(server.stdout.readline())
            return Ended(answer["code"], answer["said"].splitlines())

        yield send
        server.stdin.close()
        server.wait()


@pytest.fixture(scope="session")
def undisturbed(lmrs: Lmrs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that nobody disturbed."""
    out = tmp_path_factory.mktemp("engine") / "undisturbed"
    assert run(lmrs, out)[0] == 0
    return out


@pytest.fixture(scope="session")
def stopped(lmrs: Lmrs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed in its second stage."""
    out = tmp_path_factory.mktemp("engine") / "stopped"
    assert run(lmrs, out, PLACES["after the rename, in mid-epoch"])[0] == -9
    return out
