"""What a plugin can offer: the first page of the authoring guide.

A plugin is a module (or object) named by an entry point in the group `lmrs`, with functions marked `@hookimpl`. It
implements the hooks that it wants, with the arguments that it wants. A hook that is not listed here, or an argument
that the hook does not have, is an error of the plugin and is reported as such.

The module is imported whenever plugins are listed, so it imports `lmrs_plugins` and nothing heavy: cards name what they
offer as `module:attribute`, and the host loads that when a recipe uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lmrs_plugins.card import Card
    from lmrs_plugins.families import Family
    from lmrs_plugins.recipe import RecipeCard

GROUP = "lmrs"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Offers:
    """One hook a family; each returns a list of cards."""

    @hookspec
    def lmrs_datasets(self) -> list[Card]:  # type: ignore[empty-body]
        """Data sets and file formats: `lmrs_plugins.dataset.Dataset`."""

    @hookspec
    def lmrs_encoders(self) -> list[Card]:  # type: ignore[empty-body]
        """Nodes that turn rows or views into vectors or states: `lmrs_plugins.encoder.Encoder`."""

    @hookspec
    def lmrs_fusions(self) -> list[Card]:  # type: ignore[empty-body]
        """Nodes that join several nodes of one subject: `lmrs_plugins.encoder.Fusion`."""

    @hookspec
    def lmrs_transforms(self) -> list[Card]:  # type: ignore[empty-body]
        """Makers of views, run in the loader's workers: `lmrs_plugins.transform.Transform`."""

    @hookspec
    def lmrs_samplers(self) -> list[Card]:  # type: ignore[empty-body]
        """Which examples make a batch: `lmrs_plugins.sampler.Sampler`."""

    @hookspec
    def lmrs_objectives(self) -> list[Card]:  # type: ignore[empty-body]
        """Losses: `lmrs_plugins.objective.Objective`."""

    @hookspec
    def lmrs_strategies(self) -> list[Card]:  # type: ignore[empty-body]
        """What trains in a stage: `lmrs_plugins.strategy.Strategy`."""

    @hookspec
    def lmrs_scorers(self) -> list[Card]:  # type: ignore[empty-body]
        """How nodes become an answer: `lmrs_plugins.scorer.Scorer`."""

    @hookspec
    def lmrs_makers(self) -> list[Card]:  # type: ignore[empty-body]
        """What a stage runs at its end to leave artifacts: `lmrs_plugins.maker.Maker`."""

    @hookspec
    def lmrs_tasks(self) -> list[Card]:  # type: ignore[empty-body]
        """Cases and how their answers are scored: `lmrs_plugins.task.Task`."""

    @hookspec
    def lmrs_metrics(self) -> list[Card]:  # type: ignore[empty-body]
        """Numbers from ranks: `lmrs_plugins.metric.Metric`."""

    @hookspec
    def lmrs_commands(self) -> list[Card]:  # type: ignore[empty-body]
        """Commands of the command line, `lmrs PLUGIN NAME`: `lmrs_plugins.command.Command`."""

    @hookspec
    def lmrs_recipes(self) -> list[RecipeCard]:  # type: ignore[empty-body]
        """Recipes among the plugin's package files."""

    @hookspec
    def lmrs_families(self) -> list[Family]:  # type: ignore[empty-body]
        """Families that the plugin adds. Their cards come from the hook that the family names, in any plugin."""


class LifeCycle:
    """Called around a run, in the main process of rank 0; what they return is ignored.

    An exception in one stops the run with the plugin's name in the message.
    """

    @hookspec
    def lmrs_after_build(self, recipe: Mapping[str, object], parameters: Mapping[str, int]) -> None:
        """The model graph was built.

        `recipe` is resolved, as plain data; `parameters` counts parameters by canonical name.
        """

    @hookspec
    def lmrs_before_stage(self, stage: str, index: int, folder: Path) -> None:
        """Stage `index` (from 0) is about to run, or to go on after a resume; `folder` is the run's."""

    @hookspec
    def lmrs_after_step(self, stage: str, step: int, terms: Mapping[str, float], seconds: float) -> None:
        """An optimiser step was made. `terms` holds the mean of each loss term; `seconds` the time since the last."""

    @hookspec
    def lmrs_after_evaluate(self, stage: str, part: str, metrics: Mapping[str, float]) -> None:
        """The model was evaluated on `part` (`valid` or `test`)."""

    @hookspec
    def lmrs_after_save(self, folder: Path) -> None:
        """A checkpoint is complete on disk."""

    @hookspec
    def lmrs_after_stage(self, stage: str, index: int, artifacts: Mapping[str, str]) -> None:
        """A stage has ended; `artifacts` maps the names that it left to their sha256."""

    @hookspec
    def lmrs_on_run_error(self, error: BaseException) -> None:
        """The run is stopping because of `error`."""
