"""`lmrs recipe show`."""

from __future__ import annotations

from typing import Annotated

import typer

from lmrs.cli.options import Data, Json, NoPlugin, Plugins, Set
from lmrs.cli.shell import Shell

EXAMPLES = (
    "lmrs recipe show popularity",
    "lmrs recipe show my-recipe.yaml --set stages.0.epochs=3 --data ml-100k --json",
    "lmrs recipe show popularity --plain > my-recipe.yaml",
)


def command(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(help="Name of an installed recipe, or a YAML file.", show_default=False)],
    change: Set = None,
    data: Data = None,
    plain: Annotated[bool, typer.Option("--plain", help="YAML alone, without origins.")] = False,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Show a recipe resolved, with where each value came from.

    A comment names the file and line, or the --set, that a value comes from; a value without one is a default.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.answer.prepared import changes
    from lmrs.recipe.check import prepared
    from lmrs.recipe.show import as_json, as_text, as_yaml

    host = shell.host()
    resolved = prepared(recipe, host.registry, changes(recipe, host, data, None, change or ()))
    text = as_yaml if plain else as_text
    shell.answer(as_json(resolved), lambda: text(resolved).splitlines())
