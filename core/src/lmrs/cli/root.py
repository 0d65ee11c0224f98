"""The table of commands, and the options that stand before any of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmrs.cli import added
from lmrs.cli.group import Beyond, Lazy, Sub, group
from lmrs.cli.options import Json, NoPlugin, PluginLock, Plugins, Strict
from lmrs.cli.shell import Shell
from lmrs.version import __version__

SUMMARY = "Recommenders composed out of plugins: train a recipe, evaluate it, ask it."

COMMANDS: dict[str, Lazy | Sub] = {
    "demo": Lazy("Train, compare and recommend on generated data, in two minutes.", "lmrs.cli.demo"),
    "run": Lazy("Train a recipe and evaluate it.", "lmrs.cli.run"),
    "resume": Lazy("Go on with a run that was stopped.", "lmrs.cli.resume"),
    "evaluate": Lazy("Evaluate a finished run again.", "lmrs.cli.evaluate"),
    "recommend": Lazy("Recommend for a user, or for a history.", "lmrs.cli.recommend"),
    "compare": Lazy("Compare runs on the same cases, with paired tests.", "lmrs.cli.compare"),
    "plugins": Lazy("List the installed plugins, and what is wrong with them.", "lmrs.cli.plugins"),
    "components": Lazy("List the components that plugins offer.", "lmrs.cli.components"),
    "recipes": Lazy("List the recipes that plugins offer.", "lmrs.cli.recipes"),
    "recipe": Sub(
        "Look at a recipe.",
        {
            "show": Lazy("Show a recipe resolved, with where each value came from.", "lmrs.cli.recipe_show"),
            "draw": Lazy("Draw the model graph of a recipe as SVG.", "lmrs.cli.recipe_draw"),
            "schema": Lazy("Print the JSON Schema of recipes, for editors.", "lmrs.cli.recipe_schema"),
        },
    ),
    "data": Sub(
        "Look at data, or make some.",
        {
            "show": Lazy("Show counts, types of data and problems of a data set.", "lmrs.cli.data_show"),
            "make": Lazy("Write a data set as atomic files.", "lmrs.cli.data_make"),
        },
    ),
    "cache": Sub(
        "Look at the rows that are kept between runs.",
        {
            "show": Lazy("Show which computed rows are kept, where, and how large they are.", "lmrs.cli.cache_show"),
            "clear": Lazy("Remove the computed rows that are kept.", "lmrs.cli.cache_clear"),
        },
    ),
}


def program() -> Any:
    """The command line, to be called with its arguments."""
    return group("lmrs", SUMMARY, COMMANDS, _options, Beyond(added.rows, _added))


def _added(context: typer.Context, name: str) -> Any:
    """Commands of a plugin, under the options that stood before it: they are parsed, and their callback is to come."""
    said = context.params
    shell = Shell.of(context, said["no_plugin"], said["plugins"], said["json"])
    return added.find(name, replace(shell, strict=said["strict"], lock=said["lock"]))


def _version(wanted: bool) -> None:
    if wanted:
        print(f"lmrs {__version__}")
        raise typer.Exit


def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    strict: Strict = False,
    lock: PluginLock = None,
    json: Json = False,
) -> None:
    context.obj = replace(Shell.of(context, no_plugin, plugins, json), strict=strict, lock=lock)
    if context.invoked_subcommand is None:
        print(context.get_help())
