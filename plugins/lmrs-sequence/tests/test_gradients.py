"""From a window to a gradient at every parameter, as each recipe wires it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lmrs_plugins import Env, ExampleRandom
from lmrs_sequence.encoders import options as encoders
from lmrs_sequence.encoders.head import PredictionHead
from lmrs_sequence.encoders.item_id import ItemId
from lmrs_sequence.encoders.transformer import Transformer
from lmrs_sequence.objectives.item_loss import ItemLoss
from lmrs_sequence.objectives.options import ItemLoss as LossOptions
from lmrs_sequence.samplers.options import Windows as WindowsOptions
from lmrs_sequence.samplers.windows import Windows
from lmrs_sequence.transforms.cloze import Cloze
from lmrs_sequence.transforms.next import Next
from lmrs_sequence.transforms.options import Cloze as ClozeOptions
from lmrs_sequence.transforms.options import Next as NextOptions


@pytest.mark.parametrize("loss", ["ce", "sampled", "bce", "bpr"])
@pytest.mark.parametrize("causal", [True, False])
def test_every_parameter_learns_and_the_loss_falls(many, step_of, causal, loss) -> None:
    env, _ = many
    torch.manual_seed(0)
    inner = Env(env.bundle, widths={"over": 16})
    item = ItemId(env, encoders.ItemId(width=16))
    body = Transformer(inner, encoders.Transformer(causal=causal, special=int(not causal), length=40))
    head = PredictionHead(inner, encoders.PredictionHead())
    objective = ItemLoss(env, LossOptions(loss=loss))
    drawn = {"negatives": 2, "shared": 50, "length": 40}
    transform = Next(env, NextOptions(**drawn)) if causal else Cloze(env, ClozeOptions(**drawn))
    windows = Windows(env, WindowsOptions(batch=59, length=40))
    parameters = {
        f"{name}.{key}": value
        for name, module in (("item", item), ("body", body), ("head", head))
        for key, value in module.named_parameters()
    }
    optimizer = torch.optim.Adam(parameters.values(), 0.01)
    means = []
    keys = np.sort(windows.epoch(0, 0)[0])
    for epoch in range(12):
        views = transform.views(windows.examples(keys), ExampleRandom(0, keys))
        step = step_of(views, item=item, history=lambda *over: head(body(*over)))
        total, count = objective.terms(step)["loss"]
        optimizer.zero_grad()
        (total / count).backward()
        if not epoch:
            assert [name for name, value in parameters.items() if value.grad is None or not value.grad.any()] == []
        optimizer.step()
        means.append((total / count).item())
    assert np.mean(means[-3:]) < 0.97 * means[0]
