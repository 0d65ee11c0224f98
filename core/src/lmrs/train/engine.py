"""Devices, precision and wrapping, behind one small class; the work is accelerate's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedDataParallelKwargs
from torch import nn

from lmrs.train.rows import dense_of
from lmrs_plugins import InputError

_PRECISIONS = {"float32": "no", "bfloat16": "bf16", "float16": "fp16"}


class Engine:
    """What a loop asks of the hardware. Loaders, samplers, accumulation and checkpoints stay ours.

    Started by `torchrun`, it joins the process group; otherwise it is one process on the best device there is.
    """

    def __init__(self, precision: str = "float32", device: str | None = None) -> None:
        if precision not in _PRECISIONS:
            raise InputError(f"precision {precision!r} is not one of {', '.join(_PRECISIONS)}")
        AcceleratorState._reset_state()  # a second Accelerator of another precision is refused otherwise
        unused = DistributedDataParallelKwargs(find_unused_parameters=True, broadcast_buffers=False)
        self._accelerator = Accelerator(
            mixed_precision=_PRECISIONS[precision],
            cpu=device == "cpu" or not torch.cuda.is_available(),
            kwargs_handlers=[unused],
        )

    @property
    def device(self) -> torch.device:
        """Where tensors live."""
        return cast(torch.device, self._accelerator.device)

    @property
    def rank(self) -> int:
        """Number of this process."""
        return int(self._accelerator.process_index)

    @property
    def world(self) -> int:
        """Number of processes."""
        return int(self._accelerator.num_processes)

    def wrap(self, module: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """Module and optimiser, ready for the device and the processes."""
        wrapped, prepared = self._accelerator.prepare(module, optimizer)
        return wrapped, prepared

    def backward(self, loss: torch.Tensor) -> None:
        """Gradients, scaled where half precision needs it."""
        self._accelerator.backward(loss)

    def scaling(self) -> dict[str, Any]:
        """How gradients are scaled in half precision, as plain data; empty where they are not."""
        scaler = self._accelerator.scaler
        return {} if scaler is None else dict(scaler.state_dict())

    def restore_scaling(self, state: Mapping[str, Any]) -> None:
        """Scale as `scaling` said; nothing happens where nothing is scaled, or was."""
        if state and self._accelerator.scaler is not None:
            self._accelerator.scaler.load_state_dict(dict(state))

    def clip(self, parameters: list[nn.Parameter], norm: float) -> None:
        """Scale gradients down to a total norm."""
        self._accelerator.clip_grad_norm_(dense_of(parameters), norm)

    @contextmanager
    def hold(self, module: nn.Module, holding: bool) -> Iterator[None]:
        """While holding, gradients are not exchanged between processes."""
        with self._accelerator.no_sync(module) if holding else _nothing():
            yield

    def autocast(self) -> AbstractContextManager[Any]:
        """Mixed precision, where it was asked for."""
        return cast(AbstractContextManager[Any], self._accelerator.autocast())

    def total(self, tensor: torch.Tensor) -> torch.Tensor:
        """The sum over all processes."""
        return tensor if self.world == 1 else cast(torch.Tensor, self._accelerator.reduce(tensor, reduction="sum"))

    def barrier(self) -> None:
        """Wait for every process."""
        if self.world > 1:
            self._accelerator.wait_for_everyone()


@contextmanager
def _nothing() -> Iterator[None]:
    yield
