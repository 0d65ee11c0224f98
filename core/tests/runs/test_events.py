from __future__ import annotations

import errno
from pathlib import Path

import pytest

from lmrs.runs.errors import CorruptError
from lmrs.runs.events import Events
from lmrs_plugins.errors import InputError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    events = Events(tmp_path / "metrics.jsonl")
    for step in range(3):
        events.append({"step": step, "name": "ü\n"})
    return events.path


def steps(path: Path) -> list[int]:
    return [event["step"] for event in Events(path).read()]


def test_no_log_is_no_events(tmp_path: Path) -> None:
    assert Events(tmp_path / "none").read() == []
    assert Events(tmp_path / "none").length() == 0


def test_one_line_an_event(log: Path) -> None:
    assert steps(log) == [0, 1, 2]
    assert Events(log).read()[0]["name"] == "ü\n"
    assert log.read_bytes().count(b"\n") == 3


@pytest.mark.fault("C: log torn at any byte")
def test_a_line_torn_at_any_byte_costs_itself_only(log: Path) -> None:
    whole = log.read_bytes()
    start = whole.rstrip(b"\n").rindex(b"\n") + 1
    for cut in range(start, len(whole) + 1):
        log.write_bytes(whole[:cut])
        # Complete but for its newline, the last event is not lost.
        kept = [0, 1, 2] if cut >= len(whole) - 1 else [0, 1]
        assert steps(log) == kept
        Events(log).append({"step": 9})
        assert steps(log) == [*kept, 9]


@pytest.mark.fault("D: damaged line in the middle of the log")
def test_a_damaged_line_in_the_middle_is_named_by_number(log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0] + b"\0\0{\n" + lines[2])
    with pytest.raises(CorruptError, match="line 2"):
        Events(log).read()


@pytest.mark.fault("D: line of the log that is no event")
@pytest.mark.parametrize("line", [b"[]\n", b"3\n", b"\n", b"\xff\n", b"[" * 99_999 + b"\n"], ids=repr)
def test_a_line_that_is_no_object_is_damaged(log: Path, line: bytes) -> None:
    log.write_bytes(line + log.read_bytes())
    with pytest.raises(CorruptError, match="line 1"):
        Events(log).read()


def test_rewinding_forgets_what_a_resumed_run_tells_again(log: Path) -> None:
    events = Events(log)
    length = events.length()
    events.append({"step": 3})
    with log.open("ab") as file:
        file.write(b'{"step": 4')
    again = Events(log)
    again.rewind(length)
    assert steps(log) == [0, 1, 2]
    again.append({"step": 3})
    assert steps(log) == [0, 1, 2, 3]


@pytest.mark.fault("C: log that lost more than the checkpoint knows")
def test_rewinding_a_log_that_lost_more_keeps_what_there_is(log: Path) -> None:
    Events(log).rewind(10_000)
    assert steps(log) == [0, 1, 2]


@pytest.mark.fault("C: checkpoint beside a torn log")
def test_the_length_of_a_torn_log_is_that_of_its_whole_lines(log: Path) -> None:
    whole = log.stat().st_size
    with log.open("ab") as file:
        file.write(b'{"st')
    assert Events(log).length() == whole


@pytest.mark.fault("C: disk full in the log")
def test_a_full_disk_is_one_line(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    events = Events(log)
    events.append({"step": 3})
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        with pytest.raises(InputError, match="the disk is full"):
            events.append({"step": 4})
    assert steps(log) == [0, 1, 2, 3]


def test_what_is_no_json_leaves_no_trace(log: Path) -> None:
    with pytest.raises(TypeError):
        Events(log).append({"step": object()})
    assert steps(log) == [0, 1, 2]
