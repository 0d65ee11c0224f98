"""Imported before open_clip, which imports torchvision and takes nothing of it but what is written in Python.

torchvision's wheel has an extension that torch's CPU build cannot load.
"""

from __future__ import annotations

import torch

from lmrs_plugins.operators import declare_operators

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

declare_operators(torch, "torchvision", "_C", [f"nms{_BOXES}", f"qnms{_BOXES}"])
