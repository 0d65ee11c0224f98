"""The global random states of a process."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch


def capture_random() -> dict[str, Any]:
    """States of Python, numpy and torch (CPU, every CUDA device, MPS): plain values and byte tensors."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    state: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": (str(kind), [int(key) for key in keys], int(position), int(has_gauss), float(gauss)),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        state["mps"] = torch.mps.get_rng_state()
    return state


def restore_random(state: dict[str, Any]) -> list[str]:
    """Put the states back; a line for each that this machine has no device for, or that was not captured."""
    random.setstate(state["python"])
    kind, keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), position, has_gauss, gauss))
    torch.set_rng_state(state["torch"])
    missed = []
    saved = state.get("cuda", [])
    here = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if len(saved) != here:
        missed.append(f"random states of {len(saved)} CUDA devices for {here}: the run goes on with other numbers")
    for device, value in enumerate(saved[:here]):
        torch.cuda.set_rng_state(value, device)
    mps = torch.backends.mps.is_available()
    if ("mps" in state) != mps:
        missed.append("random state of an MPS device on one side only: the run goes on with other numbers")
    elif mps:
        torch.mps.set_rng_state(state["mps"])
    return missed
