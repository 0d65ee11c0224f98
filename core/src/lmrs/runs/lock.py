"""One process at a time."""

from __future__ import annotations

import json
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

from lmrs_plugins.errors import InputError

from lmrs.runs.atomic import explained


class Lock:
    """A file that says who is writing; one left by a process that died is taken over.

    A process is known by host, number and, where the system tells it, the time of its start, because numbers are used
    again. Whether a process of another host still lives cannot be seen, so its lock holds until somebody removes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mine: bytes | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        InputError
            Another process has it; the message says which, and which file to remove if that is wrong.
        """
        token = secrets.token_hex(8)
        me = {"host": socket.gethostname(), "pid": os.getpid(), "born": _born(os.getpid()), "token": token}
        mine = json.dumps(me).encode()
        with explained(self.path):
            draft = self.path.with_name(f".{self.path.name}-{token}")
            try:
                draft.write_bytes(mine)
                for _ in range(2):
                    if _claim(draft, self.path):
                        self._mine = mine
                        return
                    self._break()
            finally:
                draft.unlink(missing_ok=True)
        raise InputError(f"{self.path}: another process has just begun to write here; wait for it to end")

    def release(self) -> None:
        """Give it back; nothing happens where it is not held or has been taken away."""
        if self._mine is not None and _read(self.path) == self._mine:
            self.path.unlink(missing_ok=True)
        self._mine = None

    def _break(self) -> None:
        """Remove a dead process's lock.

        Raises
        ------
        InputError
            Its process lives, or may live.
        """
        found = _read(self.path)
        try:
            holder = json.loads(found)
            host, pid, born = str(holder["host"]), int(holder["pid"]), holder["born"]
        except (ValueError, LookupError, TypeError):
            # Nobody writes such a lock: a disk that was full or lost power has cut it.
            host, pid, born = socket.gethostname(), 0, None
        if host != socket.gethostname():
            raise InputError(
                f"{self.path}: process {pid} on {host} is writing here; if it has ended, remove this file and try again"
            )
        if pid and _alive(pid) and born == _born(pid):
            raise InputError(f"{self.path}: process {pid} is writing here; wait for it or stop it")
        # Renamed first, so that of two who find a dead lock only one goes on with it.
        taken = self.path.with_name(f".{self.path.name}-{secrets.token_hex(8)}")
        with suppress(FileNotFoundError):
            os.replace(self.path, taken)
            if _read(taken) != found:
                # Not the dead one any more: another process was quicker and holds it by right.
                with suppress(FileExistsError):
                    os.link(taken, self.path)
            taken.unlink(missing_ok=True)


def _claim(draft: Path, path: Path) -> bool:
    """Make `path` a copy of `draft` unless there is one already."""
    try:
        try:
            # Linked and not written in place: the file has its contents from its first moment on.
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links.
            with path.open("xb") as file:
                file.write(draft.read_bytes())
    except FileExistsError:
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _alive(pid: int) -> bool:
    if os.name == "nt":
        # There `kill` would end it; better to refuse than to ask.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _born(pid: int) -> str | None:
    """When the process started, in ticks since boot, with the boot's id; None where the system has no /proc."""
    try:
        # The name of the program, in parentheses, may hold spaces.
        start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        return f"{start} {Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"
    except (OSError, IndexError):
        return None
