"""The table of item vectors."""

from __future__ import annotations

from dataclasses import replace

import torch

from lmrs_plugins import Env
from lmrs_sequence.encoders.item_id import ItemId
from lmrs_sequence.encoders.options import ItemId as Options


def test_rows_of_any_shape_are_rows_of_the_table(bundle_of) -> None:
    table = ItemId(Env(bundle_of([[0, 1, 2]], 4)), Options(width=8))
    rows = torch.tensor([[0, 3], [2, 2]])
    assert torch.equal(table(rows).vectors, table(None).vectors[rows])
    assert table(rows).vectors.shape == (2, 2, 8)


def test_an_item_without_a_training_event_is_masked(bundle_of) -> None:
    table = ItemId(Env(bundle_of([[0, 2], [2]], 4)), Options(width=8))
    assert table(None).mask.tolist() == [True, False, True, False]
    assert table(torch.tensor([[3, 2]])).mask.tolist() == [[False, True]]
    assert "known" not in dict(table.named_parameters())


def test_appended_blocks_keep_old_rows_and_train_apart(bundle_of) -> None:
    bundle = bundle_of([[0, 1, 2]], 3)
    vocabulary = bundle.vocabularies["item"].grown(["a", "b"]).grown(["c"])
    grown = replace(bundle, vocabularies={**bundle.vocabularies, "item": vocabulary})
    table = ItemId(Env(grown), Options(width=8))
    assert [tuple(block.shape) for block in table.blocks] == [(3, 8), (2, 8), (1, 8)]
    assert table.parts() == {"block.0": ["blocks.0"], "block.1": ["blocks.1"], "block.2": ["blocks.2"]}
    rows = torch.tensor([5, 0, 3, 4, 2, 3])
    assert torch.equal(table(rows).vectors, table(None).vectors[rows])
    assert table(None).mask.all()

    table(torch.tensor([3, 3])).vectors.sum().backward()
    assert table.blocks[1].grad[:, 0].tolist() == [2.0, 0.0]
    assert not table.blocks[0].grad.any()
    assert not table.blocks[2].grad.any()
