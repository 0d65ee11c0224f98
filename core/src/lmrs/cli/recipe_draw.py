"""`lmrs recipe draw`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmrs.cli.options import Data, Json, NoPlugin, Plugins, Set
from lmrs.cli.shell import Shell
from lmrs_plugins.errors import InputError

if TYPE_CHECKING:
    from lmrs.answer.parameters import Counted
    from lmrs.recipe.resolved import Resolved
    from lmrs.report.model_boxes import Drawing, Trained

EXAMPLES = (
    "lmrs recipe draw mixed --out mixed.svg",
    "lmrs recipe draw my-recipe.yaml --stage pretrain --set model.item.width=32 > pretrain.svg",
    "lmrs recipe draw my-recipe.yaml --data ml-100k --parameters --out mine.svg",
)


def command(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(help="Name of an installed recipe, or a YAML file.", show_default=False)],
    change: Set = None,
    data: Data = None,
    stage: Annotated[
        str | None,
        typer.Option("--stage", metavar="NAME|NUMBER", help="A stage, numbered from 0; the last one if not given."),
    ] = None,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Build the stages, and show what trains and what is frozen.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="An .svg file; standard output if not given.")
    ] = None,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Draw the model graph of a recipe as SVG.

    Nodes with what flows between them, and for one stage its views and objectives; what answers, where it is asked.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.answer.prepared import changes, prepare
    from lmrs.recipe.check import prepared
    from lmrs.report.model_boxes import drawing
    from lmrs.report.model_drawing import svg_of

    if out is not None and out.suffix.lower() != ".svg":
        raise InputError(f"--out {out}: what is drawn is SVG; give a name that ends in .svg")
    host = shell.host()
    trained: Mapping[str, Trained] = {}
    if parameters:
        from lmrs.answer.parameters import counted

        found = prepare(recipe, host, data, change or (), None)
        resolved = found.resolved
        place = _place(resolved, stage)
        trained = {} if place < 0 else _trained(counted(found, host)[place])
    else:
        resolved = prepared(recipe, host.registry, changes(recipe, host, data, None, change or ()))
        place = _place(resolved, stage)
    drawn = drawing(resolved, place, trained)
    svg = f"{svg_of(drawn)}\n"
    if out is not None:
        from lmrs.runs.atomic import write_file

        write_file(out, svg.encode())
    told = [svg.rstrip()] if out is None else [f"{out}: {drawn.title}, {len(drawn.boxes)} boxes"]
    shell.answer(_plain(resolved, place, drawn, svg, out), lambda: told)


def _place(resolved: Resolved, said: str | None) -> int:
    """The index of a stage; -1 where there is none to draw."""
    from lmrs.recipe.suggest import meant

    names = [stage.name for stage in resolved.stages]
    if said is None:
        return len(names) - 1
    if said in names:
        return names.index(said)
    if said.isdecimal() and int(said) < len(names):
        return int(said)
    raise InputError(
        f"--stage {said}: recipe {resolved.name!r} has no such stage{meant(said, names) or ': it has none'}"
    )


def _trained(stage: Counted) -> Mapping[str, Trained]:
    """What trains, by box."""
    from lmrs.report.model_boxes import Trained

    sums: dict[str, list[int]] = {}
    for part in stage.parts:
        words = part.name.removesuffix(" (injected)").split(".")
        key = ".".join(words[:2]) if words[0] == "objective" else words[0]
        trainable, total = sums.setdefault(key, [0, 0])
        sums[key] = [trainable + part.trainable, total + part.total]
    return {
        key: Trained(f"trains {trainable:,} of {total:,}" if trainable else f"frozen, {total:,}", not trainable)
        for key, (trainable, total) in sums.items()
    }


def _plain(
    resolved: Resolved, place: int, drawn: Drawing, svg: str, out: Path | None
) -> dict[str, str | Sequence[Mapping[str, object]] | None]:
    """As JSON."""
    return {
        "recipe": resolved.name,
        "stage": None if place < 0 else resolved.stages[place].name,
        "boxes": [
            {"key": box.key, "kind": box.kind, "lines": list(box.lines), "gives": dict(box.gives)}
            for box in drawn.boxes
        ],
        "wires": [
            {"from": wire.source, "output": wire.output, "to": wire.target, "port": wire.port} for wire in drawn.wires
        ],
        "file": None if out is None else str(out),
        "svg": svg if out is None else None,
    }
