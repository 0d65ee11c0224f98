"""A group of commands of which only the one that was typed is imported."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
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
class Made:
    """A command that is made when it is typed."""

    summary: str
    make: Callable[[], Any]


@dataclass(frozen=True)
class Beyond:
    """What a group finds beyond its table: names and summaries for the list, and a group by its name, or None."""

    rows: Callable[[], Sequence[tuple[str, str]]]
    find: Callable[[Any, str], Any]


@dataclass(frozen=True)
class Sub:
    """A group within a group."""

    summary: str
    table: Mapping[str, Lazy]


class LazyGroup(TyperGroup):
    """Lists its table without importing anything from it."""

    table: Mapping[str, Lazy | Sub | Made] = {}
    beyond: Beyond | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        """Names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, imported now."""
        entry = self.table.get(cmd_name)
        if isinstance(entry, Lazy):
            return _command(cmd_name, entry)
        if isinstance(entry, Made):
            return entry.make()
        return None if entry is None else group(cmd_name, entry.summary, entry.table)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does, with the nearest name where there is no such command."""
        if args[0] not in self.table and not args[0].startswith("-"):
            found = None if self.beyond is None else self.beyond.find(ctx, args[0])
            if found is not None:
                return args[0], found, args[1:]
            known = [*self.table, *(name for name, _ in self._beyond())]
            near = difflib.get_close_matches(args[0], known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise InputError(f"`{ctx.command_path}` has no command {args[0]!r}: {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.table.items()])
        if rows := self._beyond():
            with formatter.section("Commands of plugins"):
                formatter.write_dl(rows)

    def _beyond(self) -> Sequence[tuple[str, str]]:
        return () if self.beyond is None else self.beyond.rows()


def group(
    name: str,
    summary: str,
    table: Mapping[str, Lazy | Sub | Made],
    callback: Any = None,
    beyond: Beyond | None = None,
) -> Any:
    """The group of a table."""
    kind = type("Group", (LazyGroup,), {"table": table, "beyond": beyond})
    app = typer.Typer(name=name, cls=kind, help=summary, add_completion=False, rich_markup_mode=None)

    def alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            print(context.get_help())

    app.callback(invoke_without_command=True, help=summary)(callback or alone)
    return typer.main.get_command(app)


def built(name: str, function: Callable[..., Any], about: str, examples: Sequence[str]) -> Any:
    """The command that a function is, with its help."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    lines = "\n".join(f"  {line}" for line in examples)
    app.command(name, help=f"{about}\n\n\b\nExamples:\n{lines}")(function)
    return typer.main.get_command(app)


def _command(name: str, entry: Lazy) -> Any:
    module = import_module(entry.module)
    return built(name, module.command, str(module.command.__doc__), module.EXAMPLES)
