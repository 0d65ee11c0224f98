"""One process at a time."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path

from lmrs.runs.atomic import explained
from lmrs_plugins.errors import InputError

_OWNER = "owner.json"


class Lock:
    """A folder that says who is writing; one left by a process that died is taken over.

    A folder, because to rename one onto a full one fails, at once and on every file system: the lock appears with its
    contents or not at all. A process is known by host, number and, where the system tells it, the time of its start,
    because numbers are used again. Whether a process of another host still lives cannot be seen, so its lock holds
    until somebody removes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mine: bytes | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        InputError
            Another process has it; the message says which, and what to remove if that is wrong.
        """
        token = secrets.token_hex(8)
        me = {"host": socket.gethostname(), "pid": os.getpid(), "born": _born(os.getpid()), "token": token}
        mine = json.dumps(me).encode()
        draft = self.path.with_name(f".{self.path.name}-{token}")
        with explained(self.path):
            try:
                draft.mkdir()
                (draft / _OWNER).write_bytes(mine)
                if not self._claim(draft) and not (self._broken() and self._claim(draft)):
                    raise InputError(f"{self.path}: another process has just begun to write here; wait for it")
                self._mine = mine
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def release(self) -> None:
        """Give it back; nothing happens where it is not held or has been taken away."""
        if self._mine is not None and self._owner() == self._mine:
            # On a disk that may no longer be written it stays; whoever comes next finds that its process is gone.
            with suppress(OSError):
                self._remove()
        self._mine = None

    def _claim(self, draft: Path) -> bool:
        try:
            os.rename(draft, self.path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return False
        return True

    def _owner(self) -> bytes:
        try:
            return (self.path / _OWNER).read_bytes()
        except FileNotFoundError:
            return b""

    def _remove(self) -> None:
        doomed = self.path.with_name(f".{self.path.name}-{secrets.token_hex(8)}")
        with suppress(FileNotFoundError):
            os.rename(self.path, doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def _broken(self) -> bool:
        """Whether the lock was a dead process's, and is removed.

        Raises
        ------
        InputError
            Its process lives, or may live.
        """
        found = self._owner()
        self._refuse_the_living(found)
        # Two who find a dead lock must not both remove it: the second would remove the first one's new lock. If this
        # process dies here, its guard is a dead lock itself, and is broken in the same way.
        guard = Lock(self.path.with_name(f"{self.path.name}-takeover"))
        guard.acquire()
        try:
            if self._owner() != found:
                return False
            self._remove()
            return True
        finally:
            guard.release()

    def _refuse_the_living(self, found: bytes) -> None:
        try:
            holder = json.loads(found)
            host, pid, born = str(holder["host"]), int(holder["pid"]), holder["born"]
        except (ValueError, LookupError, TypeError):
            # Nobody writes such a lock: it has just been given back, or the disk has cut it.
            return
        if host != socket.gethostname():
            raise InputError(
                f"{self.path}: process {pid} on {host} is writing here; if it has ended, remove this folder"
            )
        if _alive(pid) and born == _born(pid):
            raise InputError(f"{self.path}: process {pid} is writing here; wait for it or stop it")


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
