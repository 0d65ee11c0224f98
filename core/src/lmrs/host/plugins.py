"""What became of each plugin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

State = Literal["loaded", "disabled", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStatus:
    """One row of `lmrs plugins`.

    Parameters
    ----------
    name, distribution, version, module
        The entry point's name, and where it comes from.
    state
        `loaded`; `disabled`, by the user; `refused`, because it breaks the contract; `failed`, because its code raised.
    cause, cure
        One line each where it is not loaded: what is wrong, and what to do.
    notes
        What its author might like to know: a hook that is never called, no stated version of the contract.
    counts
        Number of components, by family.
    """

    name: str
    distribution: str
    version: str
    module: str
    state: State = "loaded"
    cause: str = ""
    cure: str = ""
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Whether somebody has something to mend."""
        return self.state in ("refused", "failed")

    @property
    def origin(self) -> str:
        """Distribution and version."""
        return f"{self.distribution} {self.version}".rstrip()

    def line(self) -> str:
        """The row as a sentence."""
        said = f"plugin {self.name!r} ({self.origin}) is {self.state}"
        if self.state == "failed":
            said = f"plugin {self.name!r} ({self.origin}) failed"
        return "; ".join(filter(None, (f"{said}: {self.cause}" if self.cause else said, self.cure)))

    def rejected(self, rejection: Rejection) -> PluginStatus:
        """This plugin, not loaded after all."""
        mend = f"upgrade or uninstall {self.distribution}" if self.version else "mend it"
        cure = rejection.cure or f"{mend}, or leave it out: --no-plugin {self.name}"
        return replace(self, state=rejection.state, cause=rejection.cause, cure=cure)


class Rejection(Exception):  # noqa: N818 - a verdict on a plugin, not an error of ours
    """Why a plugin is not loaded. Never leaves this room: it ends as a `PluginStatus`."""

    def __init__(self, state: State, cause: str, cure: str = "") -> None:
        super().__init__(cause)
        self.state: State = state
        self.cause = one_line(cause)
        self.cure = one_line(cure)

    @classmethod
    def of(cls, error: BaseException, doing: str, cure: str = "") -> Rejection:
        """The plugin's own code raised `error` while `doing`."""
        return cls("failed", f"{doing}: {described(error)}", cure)


def one_line(text: str) -> str:
    """`text` with every run of white space, line breaks too, as one blank."""
    return " ".join(text.split())


def described(error: BaseException) -> str:
    """Type, message and place of an error, in one line: `ValueError: no such thing (plugin.py:12)`."""
    if isinstance(error, SystemExit):
        said = f"called sys.exit({error.code!r})"
    else:
        said = f"{type(error).__name__}: {one_line(str(error))}".rstrip(": ")
    if isinstance(error, SyntaxError):
        return said  # it names its own file and line
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code.co_filename.startswith("<frozen"):
        return said
    return f"{said} ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"
