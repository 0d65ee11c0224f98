"""What losses that are summed over histories count."""

from __future__ import annotations

from lmrs_plugins import Step


def histories(step: Step) -> int:
    """Histories of the view `input` that show anything.

    Losses that all count these weigh against each other as where whole batches are summed: a long history says more.
    """
    return int(step.view("input")["mask"].any(1).sum())
