"""A step that gives what the card declares, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lmrs_plugins.ports import holds
from lmrs_plugins.testing.case import Case, ConformanceError
from lmrs_plugins.testing.fake_nodes import WIDTH, FakeNode
from lmrs_plugins.view import View


@dataclass(frozen=True)
class Declared(View):
    """A view that shows the fields which the card `reads`; `whole` has them all, for the nodes."""

    name: str = ""
    whole: Any = None

    def __getitem__(self, field: str) -> Any:
        if field not in self.names() and self.whole is not None and field in self.whole:
            raise ConformanceError(
                f"it reads {self.name}.{field}, which its card does not list: add it to `reads`, so that recipes are "
                f"checked"
            )
        return super().__getitem__(field)

    def complete(self) -> View:
        """With all fields, those that were replaced as they are now."""
        rows, values = {**self.whole.rows, **self.rows}, {**self.whole.values, **self.values}
        return View(rows, {**self.whole.subjects, **self.subjects}, values, self.mask, self.special)


class FakeStep:
    """`lmrs_plugins.Step` over fake nodes.

    Parameters
    ----------
    case
        Its card says what may be read.
    nodes
        Fake nodes by port.
    views
        Views of the batch, as tensors.
    candidates
        (B, K) rows, or None.
    """

    def __init__(
        self,
        case: Case,
        nodes: Mapping[str, list[FakeNode]],
        views: Mapping[str, View],
        candidates: Tensor | None = None,
        training: bool = True,
        seed: int = 0,
        blind: bool = False,
    ) -> None:
        self.index, self.training = 0, training
        self.generator = torch.Generator().manual_seed(seed)
        self._case, self._nodes, self._views, self._candidates, self._blind = case, nodes, views, candidates, blind

    def get(self, port: str, view: str | View = "") -> Any:
        """The encoding on a port; raises for what the card does not pull."""
        card = self._case.card
        if port not in card.takes:
            raise ConformanceError(f"it gets {port!r}, which is no port of its card: add it to `takes`")
        if self._blind:
            raise ConformanceError(f"its counts() gets the encoding of {port!r}: count from the views alone")
        if isinstance(view, str):
            pulls = [pull for pull in card.pulls if pull.port == port and pull.view == view]
            said = f"it gets {port!r} through the view {view!r}" if view else f"it gets the whole table of {port!r}"
            if not pulls:
                raise ConformanceError(f"{said}, which its card does not pull: add Pull({port!r}, {view!r}) to `pulls`")
            if not any(holds(pull.when, self._case.plain) for pull in pulls):
                raise ConformanceError(f"{said}, which its card pulls only when {pulls[0].when!r}: mend one of them")
            through = self._whole_view(view) if view else None
        else:
            if not any(pull.port == port for pull in card.pulls):
                raise ConformanceError(f"it gets {port!r}, which its card does not pull: add it to `pulls`")
            through = view.complete() if isinstance(view, Declared) else view
        found = [node.encode(card.takes[port], through) for node in self._nodes[port]]
        return found if card.takes[port].many else found[0]

    def view(self, name: str) -> View:
        """A view with the fields that the card reads."""
        card = self._case.card
        fields = {read.partition(".")[2] for read in card.reads if read.partition(".")[0] == name}
        if not fields and not any(pull.view == name for pull in card.pulls):
            raise ConformanceError(
                f"it reads the view {name!r}, of which its card says nothing: add its fields to `reads`"
            )
        whole = self._whole_view(name)
        return Declared(
            {field: rows for field, rows in whole.rows.items() if field in fields},
            {field: subject for field, subject in whole.subjects.items() if field in fields},
            {field: values for field, values in whole.values.items() if field in fields},
            whole.mask,
            whole.special,
            name,
            whole,
        )

    def _whole_view(self, name: str) -> View:
        if name not in self._views:
            raise ConformanceError(
                f"it reads the view {name!r}, and this step has {', '.join(self._views)}: ask step.has first"
            )
        return self._views[name]

    def has(self, name: str) -> bool:
        """Whether the batch has a view."""
        return name in self._views

    def candidates(self) -> Tensor | None:
        """(B, K) rows, or None."""
        return self._candidates


def wired(case: Case) -> dict[str, list[FakeNode]]:
    """Fake nodes on every port, two where it takes many."""
    data = case.bundle.training()
    return {
        name: [FakeNode.of(port, data, 10 * number + one) for one in range(2 if port.many else 1)]
        for number, (name, port) in enumerate(case.takes.items())
    }


def widths(case: Case) -> dict[str, Any]:
    """Widths by port."""
    return {name: [WIDTH] * 2 if port.many else WIDTH for name, port in case.card.takes.items()}


def without_positions(views: Mapping[str, View]) -> dict[str, View]:
    """The views with everything masked."""
    return {
        name: view if view.mask is None else replace(view, mask=torch.zeros_like(view.mask))
        for name, view in views.items()
    }


def everything(size: int) -> Any:
    """Index of all examples."""
    return np.arange(size)
