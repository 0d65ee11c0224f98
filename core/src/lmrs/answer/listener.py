"""Who watches a run: the command line shows a bar, a notebook nothing."""

from __future__ import annotations

from collections.abc import Mapping


class Listener:
    """Told what happens, in order; this one keeps quiet. Override what you want to show."""

    def note(self, line: str) -> None:
        """Something that the user should know."""

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        """A stage begins, or goes on with `done` of its `steps` behind it."""

    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        """An optimiser step was made."""

    def epoch_ended(self, epoch: int, terms: Mapping[str, float], metrics: Mapping[str, float]) -> None:
        """An epoch has ended; `metrics` is empty where it was not validated."""

    def stage_ended(self, name: str) -> None:
        """A stage has ended."""

    def evaluating(self, part: str, cases: int) -> None:
        """An evaluation begins."""
