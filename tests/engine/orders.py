"""What is done to a process, and at which call of which function."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Order:
    """At the `nth` call of `target`, "module:name" or "module:Class.name", in whose arguments `text` occurs.

    `what` is done before the call, or after it: `kill`; `tear`, which cuts the file of the call to its half and kills;
    signals by their names, `TERM` or `INT INT`; `fill FOLDER`, until the disk is full; `freeze FOLDER`, which may then
    be read only; `shrink BYTES`, the largest file that may be written from then on.
    """

    target: str
    text: str = ""
    nth: int = 1
    when: str = "before"
    what: str = "kill"


def obey(order: Order) -> None:
    """From now on, in this process."""
    place, _, path = order.target.partition(":")
    home: Any = import_module(place)
    *outer, name = path.split(".")
    for part in outer:
        home = getattr(home, part)
    setattr(home, name, _watched(getattr(home, name), order))


def _watched(real: Callable[..., Any], order: Order) -> Callable[..., Any]:
    met = 0

    @wraps(real)
    def call(*args: Any, **more: Any) -> Any:
        nonlocal met
        met += order.text in " ".join(map(_told, args))
        hit = met == order.nth
        if hit:
            met += 1  # once only
        if hit and order.when == "before":
            _do(order.what, args)
        result = real(*args, **more)
        if hit and order.when == "after":
            _do(order.what, args)
        return result

    return call


def _told(argument: object) -> str:
    """A path or a text; also the path of an open file."""
    if isinstance(argument, int) and not isinstance(argument, bool):
        link = f"/proc/self/fd/{argument}"
        return os.readlink(link) if os.path.exists(link) else ""
    return str(argument) if isinstance(argument, str | Path) else ""


def _do(what: str, args: tuple[Any, ...]) -> None:
    word, _, rest = what.partition(" ")
    if word == "tear":
        path = next(told for told in map(_told, args) if os.path.isfile(told))
        os.truncate(path, os.path.getsize(path) // 2)
    if word in ("kill", "tear"):
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "fill":
        _fill(Path(rest, "filler"))
    elif word == "freeze":
        assert os.system(f"mount -o remount,ro {rest}") == 0
    elif word == "shrink":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(rest), resource.RLIM_INFINITY))
    else:
        for name in what.split():
            os.kill(os.getpid(), getattr(signal, f"SIG{name}"))


def _fill(path: Path) -> None:
    """Write until the system refuses a single byte more."""
    for size in (1 << 16, 1 << 8, 1):
        with path.open("ab", buffering=0) as file:
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
