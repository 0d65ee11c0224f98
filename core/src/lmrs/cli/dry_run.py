"""`lmrs run --dry-run`: everything that can be known before training."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lmrs.cli.shell import Shell
from lmrs.host.host import Host


def show(shell: Shell, host: Host, recipe: str, data: str | None, changes: Sequence[str], seed: int | None) -> None:
    """Check a recipe against its data and say what a run would do."""
    from lmrs.answer.data import load_data
    from lmrs.recipe.check import prepared
    from lmrs.recipe.check_data import check_data
    from lmrs.recipe.overrides import load

    source = load(recipe, host.registry, [*changes, *options(data, seed)])
    resolved = prepared(source, host.registry)
    loaded = load_data(source, host)
    bundle = loaded.bundle
    fitted = check_data(resolved, bundle.has, bundle.contents(), bundle.name)
    counts = {"users": bundle.count("user"), "items": bundle.count("item"), "events": bundle.count("event")}
    notes = [*loaded.notes, *fitted.notes]
    stages = [stage.name for stage in fitted.stages]

    def lines() -> list[str]:
        told = [f"recipe {fitted.name!r} fits data {bundle.name!r}: nothing was trained or written"]
        told.append("data: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        told.append(f"stages: {', '.join(stages) or 'none, nothing is trained'}")
        return [*told, *(f"note: {note}" for note in notes)]

    plain = {"recipe": fitted.name, "data": bundle.name, "counts": counts, "stages": stages, "notes": notes}
    shell.answer(plain, lines)


def options(data: str | None, seed: int | None) -> list[str]:
    """`--data` and `--seed` as changes of the recipe."""
    return [
        *([] if data is None else [f"data.source={json.dumps(data, ensure_ascii=False)}"]),
        *([] if seed is None else [f"seed={seed}"]),
    ]
