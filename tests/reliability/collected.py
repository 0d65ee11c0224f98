"""Which tests there are for which fault: those that carry the mark `fault("GROUP: case")`.

In a text of the mark `{id}` stands for the id of the test's parameters, so that one mark serves a whole list of cases.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MARK = "fault"
_CASE = re.compile(r"([A-L]): (\S.*)")


@dataclass(frozen=True, order=True)
class Fault:
    """One test: the group and the case that it stands for, and the file that it is in, from the root of the clone."""

    group: str
    case: str
    file: str
    test: str


def faults() -> list[Fault]:
    """Every marked test of the workspace, in order. Collected by a process of its own, as pytest does it for anybody.

    Raises
    ------
    ValueError
        A test cannot be collected, or a mark is none; the message says which.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "faults.json")
        command = [sys.executable, __file__, str(told)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode or not told.exists():
            raise ValueError((done.stdout + done.stderr)[-3000:])
        answer = json.loads(told.read_text())
        if answer["problems"]:
            raise ValueError("\n".join(answer["problems"]))
        return sorted(Fault(**one) for one in answer["faults"])


def fault_of(item: pytest.Item) -> Fault | None:
    """What a test is marked with."""
    marks = list(item.iter_markers(MARK))
    if not marks:
        return None
    if len(marks) > 1 or len(marks[0].args) != 1 or marks[0].kwargs:
        raise ValueError(f"{item.nodeid}: one mark with one text, @pytest.mark.fault('GROUP: case')")
    callspec, written = getattr(item, "callspec", None), str(marks[0].args[0])
    text = written.replace("{id}", callspec.id) if callspec else written
    match = _CASE.fullmatch(text)
    if match is None or "{" in (written.replace("{id}", "") if callspec else written) or "|" in text:
        raise ValueError(f"{item.nodeid}: {text!r} is not 'GROUP: case', with a letter from A to L, and no |")
    return Fault(match[1], match[2], item.path.relative_to(ROOT).as_posix(), item.nodeid)


class _Collector:
    """A plugin of pytest."""

    def __init__(self, told: Path) -> None:
        self._told = told

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        found, problems = [], []
        for item in session.items:
            try:
                fault = fault_of(item)
            except ValueError as error:
                problems.append(str(error))
            else:
                found += [] if fault is None else [asdict(fault)]
        self._told.write_text(json.dumps({"faults": found, "problems": problems}))


def main(arguments: Sequence[str]) -> int:
    collector = _Collector(Path(arguments[0]))
    return int(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[collector]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
