"""`lmrs`, as often as one likes for one import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from engine.orders import Order

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Ended:
    """The exit code, negative where a signal ended it, and the lines of standard error."""

    code: int
    said: list[str]


Lmrs = Callable[..., Ended]


@pytest.fixture(scope="session")
def lmrs() -> Iterator[Lmrs]:
    """`lmrs("run", "sasrec", order=None)`: what was typed, and what is done to the process."""
    command = [sys.executable, "-m", "engine.command"]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LMRS_")}
    environ |= {"OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
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
