"""Parameters, recipe and versions: what few read and some need."""

from __future__ import annotations

import math
from collections.abc import Mapping

from lmrs.report.blocks import count, folded, section, table
from lmrs.report.markup import Markup, tag
from lmrs.report.reading import Run


def details(run: Run) -> Markup:
    """Parameters by node, and what can be opened: tensors, the recipe, versions."""
    versions = run.folder.facts.get("versions")
    plugins = run.folder.facts.get("plugins")
    rows = [*_pairs("plugin ", plugins), *_pairs("", versions)]
    return section(
        "Parameters, recipe, versions",
        _parameters(run),
        folded("Resolved recipe", tag("pre", tag("code", run.recipe_text), tabindex=0)) if run.recipe_text else None,
        folded("Versions", table("Plugins, Python and packages of the run.", ("Name", "Version"), rows)),
        key="details",
    )


def _pairs(before: str, found: object) -> list[tuple[str, object]]:
    return [(f"{before}{name}", value) for name, value in found.items()] if isinstance(found, Mapping) else []


def _parameters(run: Run) -> Markup:
    sizes: dict[str, list[int]] = {}
    for name, shape in run.shapes.items():
        sizes.setdefault(name.partition(".")[0], []).append(math.prod(shape))
    if not sizes:
        return tag("p", "No parameters are stored.", class_="soft")
    total = sum(map(sum, sizes.values()))
    nodes = run.recipe.get("model")
    rows: list[tuple[object, ...]] = []
    for node, numbers in sizes.items():
        spec = nodes.get(node) if isinstance(nodes, Mapping) else None
        use = spec.get("use", "") if isinstance(spec, Mapping) else ""
        share = f"{sum(numbers) / total:.1%}" if total else ""
        rows.append((node, use, len(numbers), count(sum(numbers)), share))
    rows.append(("all", "", len(run.shapes), count(total), ""))
    caption = "Numbers that the final model stores, by node: parameters, and what else its modules keep."
    tensors = [(name, " × ".join(map(str, shape)) or "1") for name, shape in run.shapes.items()]
    return tag(
        "div",
        table(caption, ("Node", "Component", "Tensors", "Numbers", "Share"), rows, numbers=3),
        folded("Every tensor", table("Shapes of the stored tensors.", ("Tensor", "Shape"), tensors)),
    )
