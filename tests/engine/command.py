"""Run by the tests: for each line on stdin, forks a child that is the `lmrs` program, and has done to it what is said.

A line is JSON: `words`, what is typed after `lmrs`, and perhaps `order`, an `engine.orders.Order`. The answer is how
the child ended, negative where a signal ended it, and what it said on standard error. Nothing is computed before the
fork, so no thread is lost in it, and the imports are paid once.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from importlib import import_module
from typing import Any

import torch
from engine.orders import Order, obey

from lmrs.cli.main import main

LATE = ("torch._dynamo", "accelerate", "lmrs.answer.run", "lmrs.cli.root", "lmrs.cli.progress", "lmrs.report.html")
"""What a run would import by itself, each time anew."""


def child(words: list[str], order: dict[str, Any] | None, said: int) -> None:
    """Never returns."""
    code = 1
    try:
        os.dup2(said, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        torch.set_num_threads(1)
        if order is not None:
            obey(Order(**order))
        code = main(words)
    finally:
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as said:
            number = os.fork()
            if not number:
                child(asked["words"], asked["order"], said.fileno())
            _, status = os.waitpid(number, 0)
            said.seek(0)
            answer = {"code": os.waitstatus_to_exitcode(status), "said": said.read().decode()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    for name in LATE:
        import_module(name)
    serve()
