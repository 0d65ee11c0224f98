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
from lmrs.answer.stage_data import StageData, keep, kept
from lmrs.answer.through_windows import keep_result, measured_after, of_all_windows
from lmrs.data import store
from lmrs.evaluation.report import Result
from lmrs.host.host import Host
from lmrs.recipe.resolved import Resolved
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
    init: str | Path | None = None,
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
    init
        Folder of a finished run: the first stage starts from its weights, as if it said `init: run PATH`.
    """
    host, listener, team = host or Host(), listener or Listener(), Team(device)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = Path(team.share(str(out if out is not None else Path("runs") / f"{Path(recipe).stem}-{stamp}")))
    if team.leads:
        found = prepare(recipe, host, data, overrides, seed, init)
        for note in found.notes:
            listener.note(note)
        resolved, bundle = found.resolved, found.bundle
        _not_itself(path, resolved)
        folder = RunFolder.create(
            path,
            as_yaml(resolved),
            seed=resolved.seed,
            fingerprint=bundle.fingerprint,
            stage_data={stage: other.fingerprint for stage, other in found.others.items()},
            plugins={row.name: row.version for row in host.plugins if row.state == "loaded"},
            distributions=[row.distribution for row in host.plugins if row.state == "loaded"],
            overwrite=overwrite,
        )
        with folder:
            keep(folder, bundle, found.others)
            return _finish(Setting(resolved, bundle, host, folder, device, others=StageData(folder)), listener, team)
    return _follow(path, host, device, team)


def _not_itself(out: Path, resolved: Resolved) -> None:
    """Refuse to replace a run that a stage starts from."""
    for stage in resolved.stages:
        if stage.init.kind == "run" and Path(stage.init.path).resolve() == out.resolve():
            raise InputError(
                f"{out}: stage {stage.name!r} starts from this run: it cannot be replaced; give another --out"
            )


def _follow(path: Path, host: Host, device: str | None, team: Team) -> Pipeline:
    """What a process does that leads nothing: the same work out of the leader's folder, writing nothing."""
    team.wait()
    folder = RunFolder.open(path)
    bundle, others = store.load(folder.data), StageData(folder)
    setting = Setting(recipe_of(folder, host), bundle, host, folder, device, writes=False, others=others)
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
        bundle, others = kept(folder)
        folder.note("running")
        return _finish(Setting(resolved, bundle, host, folder, device, others=others), listener, team)


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
