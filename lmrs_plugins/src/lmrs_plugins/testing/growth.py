"""Vocabularies grow by whole blocks: what a node learnt of old rows stays."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from lmrs_plugins.testing.bench import Bench
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.encodings import check_same
from lmrs_plugins.testing.generated import grown
from lmrs_plugins.view import View


def check_growth(case: Case, bench: Bench, module: nn.Module) -> None:
    """On data with one more block, old parameters keep name and shape; a lookup keeps new rows in new ones."""
    subjects = {port.subject for port in (*case.card.gives.values(), *case.card.takes.values())}
    buffers = {name for name, tensor in module.named_buffers() if tensor.ndim}
    for subject in sorted(subjects & set(case.bundle.vocabularies)):
        with case.check("growth"):
            later = Bench.of(case, grown(case.bundle, subject))
            new = later.build(1)
            old_state, new_state = module.state_dict(), new.state_dict()
            rows_of_subject = case.bundle.count(subject)
            for name, tensor in old_state.items():
                kept = name in new_state and new_state[name].shape == tensor.shape
                longer = name in buffers and len(tensor) == rows_of_subject and len(new_state[name]) == len(tensor) + 3
                case.require(
                    kept or longer,
                    f"its {name!r} changes when {subject} grows by a block: keep one parameter a block (env.blocks), "
                    f"whose "
                    "names and shapes stay",
                )
            if case.card.evaluation != "lookup" or later.subject() != subject:
                continue
            case.require(
                len(new_state) > len(old_state) or not old_state,
                f"nothing is added when {subject} grows by a block: keep one parameter a block (env.blocks)",
            )
            carried = {name: tensor for name, tensor in old_state.items() if new_state[name].shape == tensor.shape}
            new.load_state_dict(carried, strict=False)
            with torch.no_grad():
                rows = np.arange(rows_of_subject)
                view = View({subject: torch.from_numpy(rows)}, {subject: subject})
                before, after = bench.run(module.eval(), view), later.run(new.eval(), None)
            case.require(
                all(len(one.main) == len(rows) + 3 for one in after.values()),
                f"its whole table does not hold the new rows of {subject}: concatenate the blocks",
            )
            old_rows = {name: one[: len(rows)] for name, one in after.items()}
            check_same(case, before, old_rows, f"old rows give something else once {subject} has grown by a block")
