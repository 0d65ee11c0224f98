"""An entry point that imports torch."""

import torch

from lmrs_plugins import Card, hookimpl


@hookimpl
def lmrs_objectives() -> list[Card]:
    assert torch.__version__
    return []
