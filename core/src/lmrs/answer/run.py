"""A recipe, data and a folder: train, evaluate, keep."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from lmrs.answer.fit import Fit
from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline, recipe_of
from lmrs.answer.prepared import Data, prepare
from lmrs.answer.setting import Setting
from lmrs.answer.through_windows import keep_result, measured_after, of_all_windows
from lmrs.data import store
from lmrs.evaluation.report import Result
from lmrs.host.host import Host
from lmrs.recipe.show import as_yaml
from lmrs.runs.folder import RunFolder
from lmrs.runs.interrupts import Interrupts
from lmrs.runs.model import save_model
from lmrs.train.team import Team
from lmrs_plugins import Cancelled, InputError


def run(
    recipe: str | Path,
    data: Data | None = None,
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
        Name of a data set or a path, in place of the recipe's; its `format`, `columns` and `options` go with it.
        Several are domains of one.
    overrides
        Changes to the recipe, `stages.0.epochs=3`.
    out
        The run folder; `runs/RECIPE-TIME` if not given.
    """
    host, listener, team = host or Host(), listener or Listener(), Team(device)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = Path(team.share(str(out if out is not None else Path("runs") / f"{Path(recipe).stem}-{stamp}")))
    if team.leads:
        found = prepare(recipe, host, data, overrides, seed)
        for note in found.notes:
            listener.note(note)
        resolved, bundle = found.resolved, found.bundle
        folder = RunFolder.create(
            path,
            as_yaml(resolved),
            seed=resolved.seed,
            fingerprint=bundle.fingerprint,
            plugins={row.name: row.version for row in host.plugins if row.state == "loaded"},
            distributions=[row.distribution for row in host.plugins if row.state == "loaded"],
            overwrite=overwrite,
        )
        with folder:
            store.save(bundle, folder.data)
            return _finish(Setting(resolved, bundle, host, folder, device), listener, team)
    return _follow(path, host, device, team)


def _follow(path: Path, host: Host, device: str | None, team: Team) -> Pipeline:
    """What a process does that leads nothing: the same work out of the leader's folder, writing nothing."""
    team.wait()
    folder = RunFolder.open(path)
    setting = Setting(recipe_of(folder, host), store.load(folder.data), host, folder, device, writes=False)
    return _train(setting, Listener())[0]


def resume(
    path: str | Path, *, device: str | None = None, host: Host | None = None, listener: Listener | None = None
) -> Pipeline:
    """Go on with a run that was stopped or killed; ends as it would have ended. A finished run is only loaded."""
    host, listener, team = host or Host(), listener or Listener(), Team(device)
    if not team.leads:
        return _follow(Path(path), host, device, team)
    with RunFolder.open(Path(path), write=True) as folder:
        if folder.status == "finished":
            return Pipeline.load(path, host, device)
        resolved = recipe_of(folder, host)
        if not folder.data.exists():
            raise InputError(f"{path}: this run was stopped before its data were stored; start it anew")
        bundle = store.load(folder.data)
        folder.check_fingerprint(bundle.fingerprint)
        folder.note("running")
        return _finish(Setting(resolved, bundle, host, folder, device), listener, team)


def _finish(setting: Setting, listener: Listener, team: Team) -> Pipeline:
    """Train, evaluate and store; the folder says how it ended."""
    folder = setting.folder
    try:
        team.wait()
        pipeline, result = _train(setting, listener)
        save_model(folder.model, pipeline.weights)
        if result is not None:
            keep_result(folder, result)
        folder.note("finished")
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | Cancelled)
        with suppress(InputError):  # a full disk refuses this as well, and what it refused first is the reason
            folder.note("stopped" if stopped else "failed", error=f"{type(error).__name__}: {error}")
        setting.notify("lmrs_on_run_error", error=error)
        raise
    return pipeline


def _train(setting: Setting, listener: Listener) -> tuple[Pipeline, Result | None]:
    """All stages, and the test part where the recipe says how to answer."""
    with Interrupts() as interrupts:
        pipeline = Pipeline(setting, Fit(setting, listener, interrupts).run())
    if setting.resolved.task is None or setting.resolved.answer is None:
        return pipeline, None
    if any(measured_after(setting.resolved, stage.index) for stage in setting.resolved.stages):
        return pipeline, of_all_windows(setting.folder) if setting.writes else None
    listener.evaluating("test", len(pipeline.cases("test").examples))
    result = pipeline.evaluate("test")
    setting.notify("lmrs_after_evaluate", stage="", part="test", metrics=result.numbers())
    return pipeline, result
