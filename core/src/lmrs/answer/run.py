"""A recipe, data and a folder: train, evaluate, keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from lmrs.answer.fit import Fit
from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline, recipe_of
from lmrs.answer.setting import Setting
from lmrs.data import store
from lmrs.data.load import Loaded, load
from lmrs.data.settings import DataSettings
from lmrs.evaluate.stored import files
from lmrs.host.host import Host
from lmrs.recipe.check import check
from lmrs.recipe.check_data import check_data
from lmrs.recipe.overrides import Source
from lmrs.recipe.overrides import load as read_recipe
from lmrs.recipe.problems import explained
from lmrs.recipe.resolve import resolve
from lmrs.runs.atomic import write_file
from lmrs.runs.folder import RunFolder
from lmrs.runs.interrupts import Interrupts
from lmrs.runs.model import save_model
from lmrs_plugins import Cancelled, InputError


def run(
    recipe: str | Path,
    data: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    device: str | None = None,
    host: Host | None = None,
    listener: Listener | None = None,
) -> Pipeline:
    """Train a recipe, evaluate it on the test part and keep everything in a run folder.

    Parameters
    ----------
    recipe
        Name of an installed recipe, or a YAML file.
    data
        Name of a data set or a path, in place of the recipe's `data.source`.
    overrides
        Changes to the recipe, `stages.0.epochs=3`.
    out
        The run folder; `runs/RECIPE-TIME` if not given.
    """
    host = host or Host()
    settings = list(overrides)
    settings += [] if data is None else [f"data.source={yaml.safe_dump(str(data)).splitlines()[0]}"]
    settings += [] if seed is None else [f"seed={seed}"]
    source = read_recipe(recipe, host.registry, settings)
    resolved = check(resolve(source, host.registry))
    listener = listener or Listener()
    for note in resolved.notes:
        listener.note(note)
    loaded = load_data(source, host)
    for note in loaded.notes:
        listener.note(note)
    bundle = loaded.bundle
    fitted = check_data(resolved, bundle.has, bundle.contents(), bundle.name)
    for note in fitted.notes[len(resolved.notes) :]:
        listener.note(note)
    resolved = fitted
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = Path(out) if out is not None else Path("runs") / f"{resolved.name}-{stamp}"
    folder = RunFolder.create(
        path,
        yaml.safe_dump(resolved.to_dict(), sort_keys=False, allow_unicode=True),
        seed=resolved.seed,
        fingerprint=bundle.fingerprint,
        plugins={row.name: row.version for row in host.plugins if row.state == "loaded"},
        distributions=[row.distribution for row in host.plugins if row.state == "loaded"],
        overwrite=overwrite,
    )
    with folder:
        store.save(bundle, folder.path / "data")
        return _finish(Setting(resolved, bundle, host, folder, device), listener)


def resume(
    path: str | Path, *, device: str | None = None, host: Host | None = None, listener: Listener | None = None
) -> Pipeline:
    """Go on with a run that was stopped or killed; ends as it would have ended. A finished run is only loaded."""
    host, listener = host or Host(), listener or Listener()
    with RunFolder.open(Path(path), write=True) as folder:
        if folder.status == "finished":
            return Pipeline.load(path, host, device)
        resolved = recipe_of(folder, host)
        if not (folder.path / "data").exists():
            raise InputError(f"{path}: this run was stopped before its data were stored; start it anew")
        bundle = store.load(folder.path / "data")
        folder.check_fingerprint(bundle.fingerprint)
        folder.note("running")
        return _finish(Setting(resolved, bundle, host, folder, device), listener)


def load_data(source: Source, host: Host) -> Loaded:
    """The data that a recipe names."""
    section = source.tree.plain().get("data") or {}
    try:
        settings = DataSettings(**section)
    except ValidationError as error:
        raise explained(error, source.tree, DataSettings, ("data",)) from None
    return load(settings, datasets(host))


def datasets(host: Host) -> dict[str, Any]:
    """Every installed data set and format, by full name."""
    registry = host.registry
    return {
        f"{entry.plugin}/{entry.card.name}": (entry.card, lambda entry=entry: registry.load(entry))
        for entry in registry.entries("dataset")
    }


def _finish(setting: Setting, listener: Listener) -> Pipeline:
    folder = setting.folder
    try:
        with Interrupts() as interrupts:
            weights = Fit(setting, listener, interrupts).run()
        if setting.writes:
            save_model(folder.model, weights)
        pipeline = Pipeline(setting, weights)
        if setting.resolved.task is not None and setting.resolved.answer is not None:
            listener.evaluating("test", len(pipeline.cases("test").examples))
            result = pipeline.evaluate("test")
            setting.notify("lmrs_after_evaluate", stage="", part="test", metrics=result.numbers())
            if setting.writes:
                for name, content in files(result).items():
                    write_file(folder.results / name, content)
        folder.note("finished")
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | Cancelled)
        folder.note("stopped" if stopped else "failed", error=f"{type(error).__name__}: {error}")
        setting.notify("lmrs_on_run_error", error=error)
        raise
    return pipeline
