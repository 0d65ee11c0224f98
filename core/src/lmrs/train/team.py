"""The processes of a run: one, or as many as `torchrun` started."""

from __future__ import annotations

import os

import torch
from accelerate import PartialState


class Team:
    """Who this process is, and waiting for the others. Joins the process group where `torchrun` made one."""

    def __init__(self, device: str | None = None) -> None:
        self.rank = int(os.environ.get("RANK", "0"))
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        if self.world > 1:
            PartialState(cpu=device == "cpu" or not torch.cuda.is_available())

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def wait(self) -> None:
        """Wait for every process."""
        if self.world > 1:
            PartialState().wait_for_everyone()

    def share(self, text: str) -> str:
        """The first process's text, in every process."""
        if self.world == 1:
            return text
        told: list[object] = [text]
        torch.distributed.broadcast_object_list(told, src=0)
        return str(told[0])
