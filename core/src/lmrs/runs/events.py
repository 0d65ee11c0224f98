"""What happened in a run, a JSON object a line; only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lmrs.runs.atomic import explained, force
from lmrs.runs.errors import CorruptError


class Events:
    """The log `path`. A process that died in the middle of a line costs that line and no other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._whole = False

    def append(self, event: Mapping[str, object]) -> None:
        """Add one line, in one write.

        Raises
        ------
        InputError
            The disk is full or may not be written.
        """
        if not self._whole:
            self._mend()
        line = (json.dumps(dict(event), ensure_ascii=False) + "\n").encode()
        with explained(self.path):
            # A write that the disk cuts short leaves a torn line, which the next append mends.
            self._whole = False
            with self.path.open("ab", buffering=0) as file:
                written = file.write(line)
                while written < len(line):
                    written += file.write(line[written:])
            self._whole = True

    def read(self) -> list[dict[str, Any]]:
        """All events in order; a torn last line is left out.

        Raises
        ------
        CorruptError
            A line before the last is damaged; the message has its number.
        """
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")
        events = []
        for number, line in enumerate(lines, start=1):
            event = _parsed(line)
            if event is not None:
                events.append(event)
            elif number < len(lines):
                raise CorruptError(f"{self.path}, line {number}: no JSON object; remove the line to read the others")
        return events

    def length(self) -> int:
        """Bytes so far, safe on disk: what a checkpoint notes so that `rewind` can return to it."""
        if not self.path.exists():
            return 0
        self._mend()
        with explained(self.path):
            force(self.path)
        return self.path.stat().st_size

    def rewind(self, length: int) -> None:
        """Forget what came after `length` bytes: a resumed run will tell it again."""
        if self.path.exists() and self.path.stat().st_size > length:
            with explained(self.path):
                os.truncate(self.path, length)
        self._whole = False

    def _mend(self) -> None:
        """End the last line: cut it off if it is torn."""
        if self.path.exists():
            data = self.path.read_bytes()
            last = data.rpartition(b"\n")[2]
            with explained(self.path):
                if last and _parsed(last) is None:
                    os.truncate(self.path, len(data) - len(last))
                elif last:
                    with self.path.open("ab", buffering=0) as file:
                        file.write(b"\n")
        self._whole = True


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
