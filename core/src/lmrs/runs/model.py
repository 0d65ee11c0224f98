"""The final weights of a run: `model/`, sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor

from lmrs.runs import tensors
from lmrs.runs.atomic import verify, write_folder

_FILE = "weights.safetensors"


def save_model(folder: Path, weights: Mapping[str, Tensor], facts: Mapping[str, object] | None = None) -> None:
    """Write the weights by canonical name, and JSON-able facts (the nodes' options, the vocabulary's blocks)."""
    write_folder(folder, lambda temporary: tensors.save(temporary / _FILE, weights, facts))


def load_model(
    folder: Path, *, finite: bool | Callable[[str], bool] = True
) -> tuple[dict[str, Tensor], dict[str, object]]:
    """Weights and facts.

    Raises
    ------
    CorruptError
        Missing, damaged, or holding NaN or infinity where `finite` forbids it.
    """
    verify(folder)
    return tensors.load(folder / _FILE, finite=finite)
