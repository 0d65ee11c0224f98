"""What a run folder holds, as far as it can be read; what cannot is said, not raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import safetensors
import yaml

from lmrs.data import store
from lmrs.evaluation import stored
from lmrs.evaluation.report import Result
from lmrs.runs.folder import RunFolder
from lmrs_plugins import Bundle, LmrsError

Value = TypeVar("Value")
PARTS = ("test", "valid")


@dataclass
class Run:
    """A run as it was found. `shapes` has the stored tensors by canonical name, `missing` a sentence for each gap."""

    folder: RunFolder
    name: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    recipe_text: str = ""
    results: dict[str, Result] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    bundle: Bundle | None = None
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def stages(self) -> list[Mapping[str, Any]]:
        """The stages of the recipe."""
        found = self.recipe.get("stages")
        return [stage for stage in found if isinstance(stage, Mapping)] if isinstance(found, list) else []

    @property
    def trains(self) -> bool:
        """Whether a stage has something to learn."""
        return any(stage.get("objectives") for stage in self.stages)


def read(path: Path) -> Run:
    """Everything that a report tells of a run.

    Raises
    ------
    InputError
        There is no run.
    """
    run = read_results(path)
    place = run.folder
    run.events = _tried(run, place.events.read, [])
    if not place.events.path.exists():
        if run.trains:
            run.missing.append("metrics.jsonl is missing, so there are no learning curves.")
    elif _lines(place.events.path) > len(run.events) > 0:
        run.missing.append(
            "The last line of metrics.jsonl is torn and was left out: the process died while writing it."
        )
    elif not run.events and run.trains:
        run.missing.append("metrics.jsonl holds no epoch yet, so there are no learning curves.")
    if place.data.exists():
        run.bundle = _tried(run, lambda: store.load(place.data), None)
    else:
        run.missing.append("The data were not stored with the run, so nothing is known of them.")
    if place.model.exists():
        run.shapes = _tried(run, lambda: _shapes(place.model), {})
    else:
        run.missing.append("There are no final weights yet.")
    return run


def read_results(path: Path) -> Run:
    """Recipe and results only: what is told of a run that another is compared with."""
    folder = RunFolder.open(Path(path))
    run = Run(folder, folder.path.name)
    run.recipe_text = _tried(run, folder.recipe, "")
    run.recipe = _tried(run, lambda: _recipe(run.recipe_text), {})
    run.name = str(run.recipe.get("name") or folder.path.name)
    for part in PARTS:
        if (folder.results / f"{part}.json").exists():
            result = _tried(run, lambda part=part: stored.load(folder.results, part), None)  # type: ignore[misc]
            if result is not None:
                run.results[part] = result
    if not run.results and (run.recipe.get("answer") or not run.recipe):
        run.missing.append(f"There are no results yet: the run says that it is {folder.status}.")
    elif not run.results:
        run.missing.append("The recipe has no `answer`, so there is nothing to evaluate.")
    return run


def _tried(run: Run, what: Callable[[], Value], otherwise: Value) -> Value:
    try:
        return what()
    except LmrsError as error:
        run.missing.append(f"{short(str(error), run.folder.path)}.")
        return otherwise


def short(message: str, path: Path) -> str:
    """Paths below the run folder, without what lies above it."""
    return message.replace(f"{path}/", "").rstrip(".")


def _lines(path: Path) -> int:
    return sum(1 for line in path.read_bytes().split(b"\n") if line.strip())


def _recipe(text: str) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise LmrsError("recipe.yaml is no YAML, so the recipe is shown as it stands") from None
    if not isinstance(found, Mapping):
        raise LmrsError("recipe.yaml holds no recipe")
    return found


def _shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Shapes from the headers; tensors that are one and the same stand there once."""
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safetensors.safe_open(path, "np") as file:
                found |= {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, OSError, ValueError) as error:
            raise LmrsError(f"{path}: the weights cannot be read ({error})") from None
    return found
