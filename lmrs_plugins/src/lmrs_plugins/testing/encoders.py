"""Checks of encoders."""

from __future__ import annotations

from lmrs_plugins.testing import nodes
from lmrs_plugins.testing.case import Case


def check(case: Case) -> None:
    """All that holds of a node."""
    nodes.check(case)
