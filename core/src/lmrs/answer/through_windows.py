"""Recipes that train through time windows: whether their data have such, and where their results lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lmrs.evaluation import stored
from lmrs.evaluation.over_windows import over_windows
from lmrs.evaluation.report import Result
from lmrs.recipe.resolved import Resolved
from lmrs.runs.atomic import write_file
from lmrs.runs.folder import RunFolder
from lmrs_plugins import Bundle, InputError


def check_windows(resolved: Resolved, final: Bundle, others: Mapping[int, Bundle]) -> None:
    """Refuse stages whose windows their data do not have, or that go back in time on the same data."""
    latest: dict[str, int] = {}
    for stage in resolved.stages:
        if stage.window is None:
            continue
        bundle = others.get(stage.index, final)
        before = latest.get(bundle.fingerprint, 0)
        where = f"stage {stage.name!r} trains on time window {stage.window}"
        if bundle.windows is None:
            raise InputError(f"{where}, and the data are not split by windows; say data.split.by=windows")
        if stage.window >= bundle.windows.count:
            raise InputError(
                f"{where} and is asked about the next; the data have {bundle.windows.count}: ask for more windows, or "
                "fewer rounds"
            )
        if stage.window < before:
            raise InputError(f"{where}, after one on window {before}: it would be asked about what was trained on")
        latest[bundle.fingerprint] = stage.window


def measured_after(resolved: Resolved, stage: int) -> bool:
    """Whether the model is measured when a stage has ended: it is the last one on its time window.

    What it learns from other data than are asked about is no result.
    """
    window, later, data = resolved.stages[stage].window, resolved.stages[stage + 1 :], resolved.data_of(stage)
    if data != resolved.data_of(-1):
        return False
    ended = not later or later[0].window != window or resolved.data_of(stage + 1) != data
    return window is not None and ended and resolved.task is not None and resolved.answer is not None


def keep_result(folder: RunFolder, result: Result) -> None:
    """Store a result; that of a time window in a folder of its own, and then that of all windows if each has one."""
    window, part = result.setting.window, result.setting.part
    place = folder.results if window is None else folder.results / f"window-{window}"
    for name, content in stored.files(result).items():
        write_file(place / name, content)
    if window is not None and (folder.results / f"{part}.json").exists():
        keep_result(folder, of_all_windows(folder, part))


def of_all_windows(folder: RunFolder, part: str = "test") -> Result:
    """The stored results of all windows as one."""
    places = {int(place.name.partition("-")[2]): place for place in _places(folder.results)}
    return over_windows({number: stored.load(place, part) for number, place in places.items() if _has(place, part)})


def _places(results: Path) -> list[Path]:
    return sorted(place for place in results.glob("window-*") if place.name.partition("-")[2].isdecimal())


def _has(place: Path, part: str) -> bool:
    return (place / f"{part}.json").exists()
