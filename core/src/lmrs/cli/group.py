"""A group of commands of which only the one that was typed is imported."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from lmrs_plugins.errors import InputError


@dataclass(frozen=True)
class Lazy:
    """A command: its summary for the list, and the module with its function `command` and its `EXAMPLES`."""

    summary: str
    module: str


@dataclass(frozen=True)
class Sub:
    """A group within a group."""

    summary: str
    table: Mapping[str, Lazy]


class LazyGroup(TyperGroup):
    """Lists its table without importing anything from it."""

    table: Mapping[str, Lazy | Sub] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, imported now."""
        entry = self.table.get(cmd_name)
        if isinstance(entry, Lazy):
            return _command(cmd_name, entry)
        return None if entry is None else group(cmd_name, entry.summary, entry.table)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does, with the nearest name where there is no such command."""
        if args[0] not in self.table and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.table, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.table)}"
            raise InputError(f"`{ctx.command_path}` has no command {args[0]!r}: {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.table.items()])


def group(name: str, summary: str, table: Mapping[str, Lazy | Sub], callback: Any = None) -> Any:
    """The group of a table."""
    kind = type("Group", (LazyGroup,), {"table": table})
    app = typer.Typer(name=name, cls=kind, help=summary, add_completion=False, rich_markup_mode=None)

    def alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            print(context.get_help())

    app.callback(invoke_without_command=True, help=summary)(callback or alone)
    return typer.main.get_command(app)


def _command(name: str, entry: Lazy) -> Any:
    module = import_module(entry.module)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    examples = "\n".join(f"  {line}" for line in module.EXAMPLES)
    app.command(name, help=f"{module.command.__doc__}\n\n\b\nExamples:\n{examples}")(module.command)
    return typer.main.get_command(app)
