"""Run by test_kill: for each line on stdin, forks a child that saves and kills itself at one call of the system.

A line is JSON: the folder, what to write ("checkpoint" or "folder"), the name of a function of `os`, a piece of the
path that it gets, which of the calls that fit, and whether to die before it, after it, or instead with the file cut to
its half; or `at`: the number of the call among all that are watched. The answer is how the child ended, and how many
watched calls there were.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import torch

from lmrs.runs.atomic import write_folder
from lmrs.runs.checkpoint import Checkpoint, Checkpoints

WATCHED = ("mkdir", "chmod", "fsync", "replace", "link", "unlink", "rmdir")


def state(step: int) -> Checkpoint:
    weights = {"w": torch.full((8, 4), float(step))}
    return Checkpoint(model=weights, optimizer=dict(weights), position={"step": step}, best={"w": torch.zeros(3)})


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def watch(order: dict[str, object], count: list[int]) -> None:
    """Replace the functions of `os` by ones that count, and kill at the call that was ordered."""
    fits = [0]

    def wrap(name: str) -> None:
        real = getattr(os, name)

        def call(*args: object, **more: object) -> object:
            text = target(args[0]) + " " + (target(args[1]) if name == "replace" else "")
            count[0] += 1
            hit = count[0] == order.get("at")
            if name == order.get("call") and str(order["text"]) in text:
                fits[0] += 1
                hit = fits[0] == order["nth"]
            if hit and order["when"] == "torn":
                os.truncate(target(args[0]), os.path.getsize(target(args[0])) // 2)
                die()
            if hit and order["when"] == "before":
                die()
            result = real(*args, **more)
            if hit:
                die()
            return result

        setattr(os, name, call)

    for name in WATCHED:
        wrap(name)


def target(argument: object) -> str:
    """The path that an argument means, also where it is an open file."""
    return os.readlink(f"/proc/self/fd/{argument}") if isinstance(argument, int) else str(argument)


def run(order: dict[str, object]) -> dict[str, object]:
    folder = Path(str(order["folder"]))
    store = Checkpoints(folder)
    if order["write"] == "checkpoint":
        for step in (10, 20, 30):
            store.save(step, state(step))
    else:
        write_folder(folder / "t", lambda made: (made / "a").write_text("old") and None)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        count = [0]
        watch(order, count)
        if order["write"] == "checkpoint":
            store.save(40, state(40))
        else:
            write_folder(folder / "t", lambda made: (made / "a").write_text("new") and None)
        os.write(writer, str(count[0]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        calls = pipe.read()
    _, status = os.waitpid(child, 0)
    return {"killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "calls": calls}


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
