"""Help: of every command, with examples that one could type."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from importlib import import_module

import pytest

from lmrs.cli.group import Lazy, Sub
from lmrs.cli.root import COMMANDS, program


def commands(table: Mapping[str, Lazy | Sub], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Lazy]]:
    for name, entry in table.items():
        if isinstance(entry, Sub):
            yield from commands(entry.table, (*above, name))
        else:
            yield (*above, name), entry


ALL = list(commands(COMMANDS))
every = pytest.mark.parametrize(("path", "entry"), ALL, ids=[" ".join(path) for path, _ in ALL])


def test_the_commands_are_those_of_the_documentation():
    assert [" ".join(path) for path, _ in ALL] == [
        *("demo", "run", "resume", "evaluate", "recommend", "compare", "plugins", "components", "recipes"),
        *("recipe show", "recipe draw", "recipe schema", "data show", "data make", "cache show", "cache clear"),
    ]


@every
def test_help_has_an_example_and_the_summary_of_the_list(lmrs, path, entry):
    said = lmrs(*path, "--help")
    assert said.code == 0
    assert f"Usage: lmrs {' '.join(path)}" in said.out
    assert entry.summary in said.out
    examples = [line.strip() for line in said.out.partition("Examples:")[2].splitlines()[1:] if line.strip()]
    assert examples[0].startswith("lmrs ")
    assert "--json" in said.out
    assert "--no-plugin" in said.out


@every
def test_examples_can_be_typed(path, entry):
    """Their words are a command line that parses as this command."""
    root = program()
    for example in import_module(entry.module).EXAMPLES:
        words = shlex.split(example.partition(" > ")[0].replace("runs/*", "runs/first runs/second"))
        assert words[0] == "lmrs"
        context = root.make_context("lmrs", words[1:])
        typed = list(path)
        command, rest = root, [*context._protected_args, *context.args]
        while typed:
            assert rest[0] == typed.pop(0)
            name, command, rest = command.resolve_command(context, rest)
            context = command.make_context(name, rest, parent=context)
            rest = [*getattr(context, "_protected_args", ()), *context.args]
        assert rest == []


def test_the_bare_program_lists_every_command(lmrs):
    for said in (lmrs(), lmrs("--help")):
        assert said.code == 0
        for name, entry in COMMANDS.items():
            assert f"  {name} " in said.out
            assert entry.summary in said.out


@pytest.mark.parametrize("name", ["recipe", "data"])
def test_a_bare_group_lists_its_commands(lmrs, name):
    said = lmrs(name)
    assert said.code == 0
    assert all(f"  {below} " in said.out for below in COMMANDS[name].table)


def test_the_version_is_printed(lmrs):
    from lmrs.version import __version__

    assert lmrs("--version").out == f"lmrs {__version__}\n"


def test_summaries_are_the_first_lines_of_the_commands():
    for _, entry in ALL:
        assert import_module(entry.module).command.__doc__.splitlines()[0] == entry.summary
