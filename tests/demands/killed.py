"""Run by the demands' tests: for each line on stdin, forks a child that trains and kills itself after some steps.

A line is JSON: the recipe, the run folder, and after how many optimiser steps of the run to die. The answer is how the
child ended. Nothing is computed before the fork, so no thread is lost in it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import torch
from demands.trials import PLUGINS, RECIPES

from lmrs.answer.listener import Listener
from lmrs.answer.run import run
from lmrs.host.host import Host


class Killer(Listener):
    """Dies without a word."""

    def __init__(self, after: int) -> None:
        self._left = after

    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


def train(recipe: str, out: str, after: int) -> None:
    torch.set_num_threads(1)
    host = Host(plugin_dir=PLUGINS, strict=True)
    run(RECIPES / f"{recipe}.yaml", out=Path(out), host=host, device="cpu", listener=Killer(after))


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                train(**json.loads(line))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


if __name__ == "__main__":
    main()
