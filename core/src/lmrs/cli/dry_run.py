"""`lmrs run --dry-run`: everything that can be known before training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lmrs.cli.shell import Shell
from lmrs.host.host import Host

if TYPE_CHECKING:
    from lmrs_plugins import Bundle


def show(
    shell: Shell,
    host: Host,
    recipe: str,
    data: Sequence[str] | None,
    changes: Sequence[str],
    seed: int | None,
    init: Path | None,
) -> None:
    """Check a recipe against its data and say what a run would do."""
    from lmrs.answer.prepared import prepare

    found = prepare(recipe, host, data, changes, seed, init)
    bundle, fitted, notes = found.bundle, found.resolved, list(found.notes)
    counts = _counts(bundle)
    stages = [stage.name for stage in fitted.stages]
    own = {stages[index]: other for index, other in found.others.items()}

    def lines() -> list[str]:
        told = [f"recipe {fitted.name!r} fits data {bundle.name!r}: nothing was trained or written"]
        told.append("data: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        for stage, other in own.items():
            held = ", ".join(f"{count} {what}" for what, count in _counts(other).items())
            told.append(f"data of stage {stage!r}: {other.name}, {held}")
        told.append(f"stages: {', '.join(stages) or 'none, nothing is trained'}")
        return [*told, *(f"note: {note}" for note in notes)]

    plain = {"recipe": fitted.name, "data": bundle.name, "counts": counts, "stages": stages, "notes": notes}
    others = {stage: {"data": other.name, "counts": _counts(other)} for stage, other in own.items()}
    shell.answer({**plain, "stage_data": others}, lines)


def _counts(bundle: Bundle) -> dict[str, int]:
    return {f"{what}s": bundle.count(what) for what in ("user", "item", "event")}
