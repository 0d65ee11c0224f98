"""Columns as vectors, and what merges them with items: values by hand, and what is missing."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch.nn import functional

from lmrs_plugins import Bundle, Encoding, Env, InputError
from lmrs_sequence.encoders.category import Category
from lmrs_sequence.encoders.number import Number
from lmrs_sequence.encoders.options import Category as CategoryOptions
from lmrs_sequence.encoders.options import Number as NumberOptions
from lmrs_sequence.fusions.concat_mlp import ConcatMlp
from lmrs_sequence.fusions.item_in_context import ItemInContext
from lmrs_sequence.fusions.options import ConcatMlp as ConcatOptions
from lmrs_sequence.fusions.options import ItemInContext as ContextOptions


@pytest.fixture
def described(bundle_of) -> Bundle:
    bundle: Bundle = bundle_of([[0, 1], [2, 3, 0]], 4)
    items = pa.table(
        {
            "kinds": pa.array([["a", "b"], [], None, ["c", "a"]]),
            "brand": ["x", "", None, "y"],
            "year": ["1990", " 2000 ", "unknown", None],
            "price": [1.0, None, 3.0, 5.0],
            "title": [b"0", b"1", b"2", b"3"],
        }
    )
    events = bundle.interactions.append_column("rating", pa.array([1.0, 2.0, 3.0, 2.0, None]))
    return replace(bundle, tables={"item": items}, interactions=events)


def built(kind, options, bundle):
    binding = kind.bind(Env(bundle), options)
    return binding, kind(Env(bundle, binding=binding), options)


def encoded(module, binding, rows):
    view = binding.rows(np.array(rows)).map(torch.from_numpy)
    return module(**view.values)


def test_several_values_are_averaged_and_none_is_absent(described) -> None:
    binding, module = built(Category, CategoryOptions(field="kinds", width=3), described)
    assert binding.known == ("a", "b", "c")
    found = encoded(module, binding, [0, 1, 2, 3])
    assert found.mask.tolist() == [True, False, False, True]
    torch.testing.assert_close(found.vectors[0], module.table.weight[:2].mean(0))
    torch.testing.assert_close(found.vectors[3], module.table.weight[[2, 0]].mean(0))


def test_an_empty_text_is_no_value(described) -> None:
    binding, module = built(Category, CategoryOptions(field="brand"), described)
    assert encoded(module, binding, [0, 1, 2, 3]).mask.tolist() == [True, False, False, True]


def test_a_value_that_training_did_not_know_is_absent_unless_hashed(described) -> None:
    few = replace(described, interactions=described.interactions.slice(0, 2))
    options = CategoryOptions(subject="event", field="rating")
    binding, module = built(Category, options, few)
    later = binding.on(described)
    assert encoded(module, later, [0, 1, 2, 3, 4]).mask.tolist() == [True, True, False, True, False]
    hashed, module = built(Category, options.model_copy(update={"buckets": 5}), few)
    assert encoded(module, hashed.on(described), [0, 1, 2, 3, 4]).mask.tolist() == [True] * 4 + [False]


def test_numbers_choose_softly_among_vectors(described) -> None:
    binding, module = built(Number, NumberOptions(field="price", width=2, vectors=3), described)
    found = encoded(module, binding, [0, 1, 2, 3])
    assert found.mask.tolist() == [True, False, True, True]
    x = (torch.tensor([1.0, 3.0, 5.0]) - 3.0) / np.std([1.0, 3.0, 5.0])
    weights = functional.softmax(x[:, None] * module.choose.weight[:, 0] + module.choose.bias, -1)
    torch.testing.assert_close(found.vectors[[0, 2, 3]], weights @ module.table)


def test_texts_that_are_numbers_are_numbers(described) -> None:
    binding, module = built(Number, NumberOptions(field="year"), described)
    assert encoded(module, binding, [0, 1, 2, 3]).mask.tolist() == [True, True, False, False]
    assert (binding.mean, binding.deviation) == (1995.0, 5.0)
    with pytest.raises(InputError, match=r"item\.title is binary, not numbers; use category"):
        Number.bind(Env(described), NumberOptions(field="title"))


def test_what_was_fitted_stays_on_other_events(described) -> None:
    few = replace(described, interactions=described.interactions.slice(0, 2))
    binding, _ = built(Number, NumberOptions(subject="event", field="rating"), few)
    later = pickle.loads(pickle.dumps(binding)).on(described)
    assert (later.mean, later.deviation) == (1.5, 0.5)
    assert later.rows(np.array([2]))["value"].tolist() == [3.0]


ITEM = Encoding(vectors=torch.tensor([[[1.0, -1.0], [2.0, 0.0]]]))
KNOWN = Encoding(vectors=torch.tensor([[[0.5, 0.5, 2.0], [9.0, 9.0, 9.0]]]), mask=torch.tensor([[True, False]]))


def context(merge, norm=False, about=(3,), event=()):
    env = Env(None, widths={"item": 2, "about": list(about), "event": list(event)})
    return ItemInContext(env, ContextOptions(merge=merge, norm=norm))


@pytest.mark.parametrize(("merge", "expected"), [("sum", lambda x, f: x + f), ("product", lambda x, f: x * f)])
def test_elementwise_merges_leave_out_what_is_missing(merge, expected) -> None:
    module = context(merge)
    found = module(ITEM, [KNOWN], [])
    feature = KNOWN.main[0, 0] @ module.projections[0].weight.T
    torch.testing.assert_close(found.main[0, 0], expected(ITEM.main[0, 0], feature))
    assert torch.equal(found.main[0, 1], ITEM.main[0, 1]), "no feature: the item alone"


def test_concatenation_has_a_vector_for_what_is_missing() -> None:
    module = context("concat")
    torch.nn.init.normal_(module.join.absent)
    found = module(ITEM, [KNOWN], [])
    whole = torch.cat([ITEM.main[0], torch.stack([KNOWN.main[0, 0], module.join.absent])], -1)
    torch.testing.assert_close(found.main[0], module.project(whole))


def test_features_of_items_and_of_events_stand_side_by_side() -> None:
    module = context("concat", norm=True, about=(3,), event=(3, 3))
    assert module.project.in_features == 2 + 3 * 3
    assert module(ITEM, [KNOWN], [KNOWN, KNOWN]).main.shape == (1, 2, 2)
    with pytest.raises(InputError, match="keeps the width 2 of items; set width: 2"):
        ItemInContext(Env(None, widths={"item": 2}), ContextOptions(merge="sum", width=7))


def test_whose_history_it_is_counts_at_every_position() -> None:
    module = ItemInContext(Env(None, widths={"item": 2, "user": [3]}), ContextOptions(merge="sum", norm=False))
    user = Encoding(vectors=torch.ones(1, 2, 3), mask=torch.tensor([[True, True]]))
    found = module(ITEM, [], [], [user])
    torch.testing.assert_close(found.main, ITEM.main + module.projections[0](user.main))
    nobody = Encoding(vectors=user.main, mask=torch.tensor([[False, False]]))
    assert torch.equal(module(ITEM, [], [], [nobody]).main, ITEM.main), "somebody new has no vector"


def test_concat_mlp_is_absent_where_all_inputs_are() -> None:
    module = ConcatMlp(Env(None, widths={"of": [2, 3]}), ConcatOptions(width=4))
    there = Encoding(vectors=torch.randn(3, 2), mask=torch.tensor([True, False, False]))
    other = Encoding(vectors=torch.randn(3, 3), mask=torch.tensor([True, True, False]))
    found = module([there, other])
    assert found.mask.tolist() == [True, True, False]
    assert not found.main[2].any()
    assert module([there, Encoding(vectors=other.main)]).mask is None
