"""What every command is asked alike: which plugins, and whether to answer in JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from lmrs.cli.failure import ReaderGone
from lmrs.host.host import Host


@dataclass(frozen=True)
class Shell:
    """Options of the command and those that stood before it, together."""

    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] | None = None
    as_json: bool = False
    strict: bool = False
    lock: Path | None = None

    @classmethod
    def of(cls, context: typer.Context, no_plugin: Sequence[str] | None, plugins: str | None, as_json: bool) -> Shell:
        """From a command's own options; those that stood before the command are in the context already."""
        before = context.obj if isinstance(context.obj, Shell) else cls()
        return cls(
            disable=(*before.disable, *(no_plugin or ())),
            enable=before.enable if plugins is None else tuple(plugins.split(",")),
            as_json=before.as_json or as_json,
            strict=before.strict,
            lock=before.lock,
        )

    def host(self) -> Host:
        """The host with the plugins that the user wants."""
        return Host(enable=self.enable, disable=self.disable, strict=self.strict, lock=self.lock)

    def answer(self, data: Any, lines: Callable[[], Iterable[str]]) -> None:
        """Print the result on standard output: `data` as JSON, or `lines` for people."""
        text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) if self.as_json else "\n".join(lines())
        try:
            print(text, flush=True)
        except BrokenPipeError:
            raise ReaderGone from None  # typer would turn it into a plain exit code of 1

    def note(self, line: str) -> None:
        """Tell people something on the side."""
        if not self.as_json:
            print(f"note: {line}", file=sys.stderr)
