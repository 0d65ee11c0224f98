"""Texts through CLIP's text tower."""

from __future__ import annotations

import logging
import pickle

import numpy as np
import pyarrow as pa
import pytest
import torch

from lmrs_multimodal import texts as module
from lmrs_multimodal.encoders.clip_text import ClipText
from lmrs_multimodal.encoders.options import ClipText as Options
from lmrs_plugins import Bundle, Env, InputError, Vocabulary

TITLES = ("Heat", None, "The Lion King", "Heat", "", "a long title " * 20)


def titled(*titles) -> Bundle:
    ids = {"user": ["u0"], "item": [f"i{row}" for row in range(len(titles))]}
    events = pa.table({"user": np.zeros(1, dtype=np.int64), "item": np.zeros(1, dtype=np.int64)})
    vocabularies = {name: Vocabulary(name, names) for name, names in ids.items()}
    return Bundle("small", vocabularies, events, {"item": pa.table({"title": pa.array(titles, pa.string())})})


def built(bundle, **options):
    said = Options(**options)
    binding = ClipText.bind(Env(bundle), said)
    torch.manual_seed(0)
    return ClipText(Env(bundle, binding=binding), said).eval(), binding


def run(model, binding, rows):
    view = binding.rows(np.asarray(rows))
    with torch.no_grad():
        return model(torch.from_numpy(view["tokens"]), torch.from_numpy(view["there"]))


@pytest.mark.parametrize("whole", [False, True])
def test_vectors_are_those_of_open_clip(whole, tiny) -> None:
    from open_clip import SimpleTokenizer

    said = {**tiny, "text_cfg": {**tiny["text_cfg"], "no_causal_mask": whole}}
    model, binding = built(titled(*TITLES), model=said)
    tokens = SimpleTokenizer(context_length=12)(["Heat", "The Lion King", TITLES[5]])
    with torch.no_grad():
        wanted = model.tower(tokens)
    assert torch.allclose(run(model, binding, [0, 2, 5]).vectors, wanted, atol=1e-5)
    assert binding.rows(np.array([0]))["tokens"].shape == (1, 12 if whole else 3)


@pytest.mark.fault("F: texts: a row without any text is absent, alone and among others: CLIP's tower")
def test_missing_texts_are_absent(tiny) -> None:
    model, binding = built(titled(*TITLES), model=tiny)
    found = run(model, binding, range(5))
    assert found.mask.tolist() == [True, False, True, True, False]
    assert not found.vectors[~found.mask].any()
    assert torch.equal(found.vectors[0], found.vectors[3])
    assert not run(model, binding, [1, 4]).mask.any()


@pytest.mark.fault("F: texts: longer than CLIP's context")
def test_longer_texts_are_cut_counted_and_told_once(tiny, caplog) -> None:
    module._note.cache_clear()
    with caplog.at_level(logging.WARNING, "lmrs"):
        for _ in range(2):
            _, binding = built(titled(*TITLES), model=tiny)
    assert binding.cost(np.arange(6)).tolist() == [3, 0, 5, 3, 0, 12]
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("multimodal: 1 texts of item in 'small' are longer than the 12 tokens of")


def test_keys_tell_texts_apart(tiny) -> None:
    _, binding = built(titled(*TITLES), model=tiny)
    keys = binding.keys(np.arange(6))
    assert keys[0] == keys[3] != keys[2]
    assert keys[1] == keys[4] == b""
    assert (pickle.loads(pickle.dumps(binding)).keys(np.arange(6)) == keys).all()


def test_rows_that_are_added_later_are_read_and_the_others_stay(tiny) -> None:
    _, binding = built(titled("Heat", None), model=tiny)
    grown = binding.on(titled("Heat", None, "Up", None))
    whole = built(titled("Heat", None, "Up", None), model=tiny)[1]
    assert np.array_equal(grown.rows(np.arange(4))["tokens"], whole.rows(np.arange(4))["tokens"])
    assert grown.keys(np.arange(4)).tolist() == whole.keys(np.arange(4)).tolist()
    assert binding.on(titled("Heat", None)) is binding


@pytest.mark.fault("I: multimodal: a model whose texts need the hub, and a table too small for CLIP's tokens")
@pytest.mark.parametrize(
    ("change", "said"),
    [({"hf_tokenizer_name": "x/y"}, "a tokenizer of the Hugging Face hub"), ({"vocab_size": 100}, "a table of 100")],
)
def test_models_that_cannot_read_are_refused(change, said, tiny) -> None:
    with pytest.raises(InputError, match=said):
        built(titled("Heat"), model={**tiny, "text_cfg": {**tiny["text_cfg"], **change}})
