"""The errors that carry a message for a person: one line that says where, what, and what to do."""

from __future__ import annotations


class LmrsError(Exception):
    """A fault of ours, or one that nobody could have foreseen (exit code 1)."""

    exit_code = 1


class InputError(LmrsError):
    """The user's data, recipe, option or environment is at fault (exit code 2)."""

    exit_code = 2


class PluginError(LmrsError):
    """A plugin is missing, broken or breaks the contract (exit code 3)."""

    exit_code = 3


class Cancelled(LmrsError):  # noqa: N818 - it is nobody's error
    """The run was asked to stop (SIGINT, SIGTERM) and has saved its state.

    `signal` is the number of the signal; the exit code is 128 plus it, as shells have it.
    """

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal
