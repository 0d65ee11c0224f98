"""Commands that plugins add: `lmrs PLUGIN NAME`."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lmrs.cli.group import Made, built, group
from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell
from lmrs.host.host import Host
from lmrs.host.plugins import described
from lmrs.host.shelf import Entry
from lmrs_plugins.card import Card
from lmrs_plugins.errors import InputError, LmrsError, PluginError
from lmrs_plugins.index import offering

if TYPE_CHECKING:
    from lmrs_plugins.bundle import Bundle
    from lmrs_plugins.options import Options

FAMILY = "command"
_HOSTS = {"no_plugin": NoPlugin, "plugins": Plugins, "json": Json}


def rows() -> list[tuple[str, str]]:
    """Those of our own plugins for the list of commands, whether they are installed or not."""
    return [(plugin, f"{', '.join(names)}: of {distribution}.") for plugin, (distribution, names) in _known().items()]


def find(name: str, shell: Shell) -> Any:
    """The group of a plugin's commands; None where no plugin that is known of has commands under this name.

    Raises
    ------
    PluginError
        The plugin is one of ours and not installed, or not loaded: the message says what to do.
    """
    host = shell.host()
    entries = [entry for entry in host.registry.entries(FAMILY) if entry.plugin == name]
    if entries:
        table = {entry.card.name: Made(entry.card.summary, _maker(entry, host)) for entry in entries}
        return group(name, f"Commands of {entries[0].distribution}.", table)
    if name in _known():
        host.registry.lookup(FAMILY, f"{name}/{_known()[name][1][0]}")  # which says why it is not there
    return None


def _known() -> dict[str, tuple[str, list[str]]]:
    return offering(FAMILY)


def _maker(entry: Entry[Card], host: Host) -> Any:
    return lambda: _command(entry, host)


def _command(entry: Entry[Card], host: Host) -> Any:
    kind, model = host.registry.load(entry), host.registry.options(entry)

    def call(context: typer.Context, no_plugin: Any, plugins: Any, json: bool, **given: Any) -> None:
        shell = Shell.of(context, no_plugin, plugins, json)
        told = _run(entry, kind, () if model is None else (_options(model, given),), shell)
        shell.answer(told.plain, lambda: told.lines)

    call.__signature__ = _signature(model)  # type: ignore[attr-defined]
    call.__annotations__ = {}
    return built(entry.card.name, call, inspect.getdoc(kind) or entry.card.summary, getattr(kind, "examples", ()))


def _signature(model: type[Options] | None) -> inspect.Signature:
    """What typer reads: arguments and options of the model, then those of every command."""
    required, others = [], []
    for name, field in ({} if model is None else model.model_fields).items():
        if field.is_required():
            said = typer.Argument(..., metavar=name.upper(), help=field.description, show_default=False)
            required.append(_parameter(name, field.annotation, said))
        else:
            usual = field.get_default(call_default_factory=True)
            said = typer.Option(usual, _flag(name), help=field.description, show_default=usual not in (None, "", []))
            others.append(_parameter(name, field.annotation, said))
    hosts = [_parameter(name, said, False if said is Json else None) for name, said in _HOSTS.items()]
    return inspect.Signature([_parameter("context", typer.Context), *required, *others, *hosts])


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _options(model: type[Options], given: dict[str, Any]) -> Options:
    from pydantic import ValidationError

    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        said = str(first["msg"]).removeprefix("Value error, ")
        if name:
            said = f"{name.upper() if model.model_fields[name].is_required() else _flag(name)}: {said}"
        raise InputError(said) from None


def _run(entry: Entry[Card], kind: Any, options: tuple[Options, ...], shell: Shell) -> Any:
    try:
        return kind(*options).run(_Console(shell))
    except (LmrsError, OSError):
        raise
    except Exception as error:
        said = f"`lmrs {entry.plugin} {entry.card.name}` of {entry.distribution} failed: {described(error)}"
        raise PluginError(f"{said}; upgrade or mend {entry.distribution}") from error


@dataclass(frozen=True)
class _Console:
    """What the host does for a command."""

    shell: Shell

    def data(self, source: str, changes: Sequence[str] = ()) -> Bundle:
        from lmrs.answer.data import load_data, section

        loaded = load_data(section(source, changes), self.shell.host())
        for note in loaded.notes:
            self.shell.note(note)
        return loaded.bundle

    def write(self, path: Path, content: bytes) -> None:
        from lmrs.runs.atomic import write_file

        write_file(path, content)
