"""`lmrs run --dry-run`: everything that can be known before training."""

from __future__ import annotations

from collections.abc import Sequence

from lmrs.cli.shell import Shell
from lmrs.host.host import Host


def show(shell: Shell, host: Host, recipe: str, data: Sequence[str] | None, changes: Sequence[str], seed: int | None) -> None:
    """Check a recipe against its data and say what a run would do."""
    from lmrs.answer.prepared import prepare

    found = prepare(recipe, host, data, changes, seed)
    bundle, fitted, notes = found.bundle, found.resolved, list(found.notes)
    counts = {"users": bundle.count("user"), "items": bundle.count("item"), "events": bundle.count("event")}
    stages = [stage.name for stage in fitted.stages]

    def lines() -> list[str]:
        told = [f"recipe {fitted.name!r} fits data {bundle.name!r}: nothing was trained or written"]
        told.append("data: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        told.append(f"stages: {', '.join(stages) or 'none, nothing is trained'}")
        return [*told, *(f"note: {note}" for note in notes)]

    plain = {"recipe": fitted.name, "data": bundle.name, "counts": counts, "stages": stages, "notes": notes}
    shell.answer(plain, lines)
