"""Imported before transformers and peft, which import torchvision wherever it is installed, whole or not.

torchvision's wheel has an extension that torch's CPU build cannot load; nothing of it is used here.
"""

from __future__ import annotations

import torch

from lmrs_plugins.operators import declare_operators

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

declare_operators(torch, "torchvision", "_C", [f"nms{_BOXES}", f"qnms{_BOXES}"])
