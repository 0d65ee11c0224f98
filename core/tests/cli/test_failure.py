"""What an error is to a person, and to a script."""

from __future__ import annotations

import errno
import json
import sys

import pytest

from lmrs.cli import failure, root
from lmrs.cli.main import main
from lmrs_plugins.errors import Cancelled, InputError, LmrsError, PluginError


class OutOfMemoryError(RuntimeError):
    """As torch's is called."""


@pytest.mark.fault("I: exit codes: {id}")
@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (InputError("the user's"), "input", 2),
        (PluginError("a plugin's"), "plugin", 3),
        (LmrsError("ours"), "internal", 1),
        (Cancelled("stopped", 15), "cancelled", 143),
        (Cancelled("stopped", 2), "cancelled", 130),
        (KeyboardInterrupt(), "cancelled", 130),
        (OSError(errno.ENOSPC, "No space left on device", "model"), "input", 2),
        (OutOfMemoryError("CUDA out of memory"), "input", 2),
        (MemoryError(), "input", 2),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), "input", 2),
        (ModuleNotFoundError("No module named 'scipy.special'", name="scipy.special"), "input", 2),
        (ModuleNotFoundError("No module named 'lmrs.nothing'", name="lmrs.nothing"), "internal", 1),
        (ZeroDivisionError("division by zero"), "internal", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_kinds_and_exit_codes(error, kind, code, capsys):
    assert failure.report(error, as_json=True) == code
    said = json.loads(capsys.readouterr().err)
    assert said["error"]["kind"] == kind
    assert said["error"]["message"]
    assert failure.report(error, as_json=False) == code
    assert capsys.readouterr().err == f"error: {said['error']['message']}\n"


def raising(error):
    def program():
        def run(**_):
            raise error

        return run

    return program


@pytest.mark.fault("I: fault of ours")
def test_a_fault_of_ours_says_where_and_how_to_see_more(monkeypatch, capsys):
    monkeypatch.setattr(root, "program", raising(ZeroDivisionError("division by zero")))
    assert main(["plugins"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero (test_failure.py:" in said
    assert "LMRS_TRACEBACK=1" in said
    assert len(said.splitlines()) == 1


@pytest.mark.fault("I: env override: LMRS_TRACEBACK")
def test_a_traceback_can_be_had(monkeypatch):
    monkeypatch.setattr(root, "program", raising(InputError("the user's")))
    monkeypatch.setenv("LMRS_TRACEBACK", "1")
    with pytest.raises(InputError, match="the user's"):
        main(["plugins"])


@pytest.mark.fault("I: message of several lines")
def test_a_message_of_several_lines_becomes_one(capsys):
    failure.report(InputError("first\n  second"), as_json=False)
    assert capsys.readouterr().err == "error: first second\n"


@pytest.mark.fault("I: warnings stand on standard error")
def test_warnings_stand_on_standard_error_and_not_beside_json(lmrs):
    assert lmrs("--no-plugin", "nosuch", "plugins").err.startswith("warning: no plugin 'nosuch' to disable")
    said = lmrs("--no-plugin", "nosuch", "plugins", "--json")
    assert said.err == ""
    assert "nosuch" in said.json["notes"][0]


@pytest.mark.fault("I: exit codes: closed pipe")
def test_a_reader_that_has_gone_is_no_fault():
    """`lmrs components | head -1`, with more output than a pipe holds."""
    import subprocess

    ask = "import sys; from lmrs.cli.main import main; sys.exit(main(['recipe', 'schema']))"
    with subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (failure.BROKEN_PIPE, b"")
