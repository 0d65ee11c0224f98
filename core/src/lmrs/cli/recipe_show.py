"""`lmrs recipe show`."""

from __future__ import annotations

from typing import Annotated

import typer

from lmrs.cli import recipe_parameters
from lmrs.cli.options import Data, Json, NoPlugin, Plugins, Set
from lmrs.cli.shell import Shell
from lmrs_plugins.errors import InputError

EXAMPLES = (
    "lmrs recipe show popularity",
    "lmrs recipe show my-recipe.yaml --set stages.0.epochs=3 --data ml-100k --json",
    "lmrs recipe show popularity --plain > my-recipe.yaml",
    "lmrs recipe show my-recipe.yaml --parameters --data ml-100k",
)


def command(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(help="Name of an installed recipe, or a YAML file.", show_default=False)],
    change: Set = None,
    data: Data = None,
    plain: Annotated[bool, typer.Option("--plain", help="YAML alone, without origins.")] = False,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Build every stage, and show what trains in it.")
    ] = False,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Show a recipe resolved, with where each value came from.

    A comment names the file and line, or the --set, that a value comes from; a value without one is a default.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.answer.prepared import changes, prepare
    from lmrs.recipe.check import prepared
    from lmrs.recipe.show import as_json, as_text, as_yaml

    host = shell.host()
    if plain and parameters:
        raise InputError("--plain shows the recipe and --parameters what trains in it: leave one of them out")
    if parameters:
        from lmrs.answer.parameters import counted

        found = prepare(recipe, host, data, change or (), None)
        for note in found.notes:
            shell.note(note)
        stages = counted(found, host)
        shown = {**as_json(found.resolved), "parameters": [stage.to_dict() for stage in stages]}
        shell.answer(shown, lambda: recipe_parameters.lines(stages))
        return
    resolved = prepared(recipe, host.registry, changes(recipe, host, data, None, change or ()))
    text = as_yaml if plain else as_text
    shell.answer(as_json(resolved), lambda: text(resolved).splitlines())
