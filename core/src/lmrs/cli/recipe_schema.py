"""`lmrs recipe schema`."""

from __future__ import annotations

import json as codec

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell

EXAMPLES = ("lmrs recipe schema > lmrs.schema.json",)


def command(context: typer.Context, no_plugin: NoPlugin = None, plugins: Plugins = None, json: Json = False) -> None:
    """Print the JSON Schema of recipes, for editors.

    It knows the components that are installed, and their options. It is JSON with and without --json.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.recipe.json_schema import json_schema

    registry = shell.host().registry
    schema = json_schema(registry, registry.entries())
    shell.answer(schema, lambda: [codec.dumps(schema, indent=2, ensure_ascii=False)])
