"""The device that a user names."""

from __future__ import annotations

from lmrs_plugins.errors import InputError


def chosen(name: str) -> str | None:
    """As the library takes it: None for the best there is.

    Raises
    ------
    InputError
        There is no such device here.
    """
    if name == "auto":
        return None
    if name not in ("cpu", "cuda"):
        raise InputError(f"--device {name!r}: it is auto, cpu or cuda")
    if name == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise InputError("--device cuda: torch sees no CUDA device here; leave it out, or install torch with CUDA")
    return name
