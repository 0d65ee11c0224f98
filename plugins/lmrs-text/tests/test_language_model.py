"""Vectors of texts against the library's own states, for each kind of model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModel

from lmrs_plugins import Encoding, Env, InputError
from lmrs_text.encoders.language_model import LanguageModel
from lmrs_text.encoders.options import Encoder
from lmrs_text.encoders.options import LanguageModel as GuessOptions
from lmrs_text.quiet import quiet

TITLES = ("red lake house", "star", None, "old new deep quiet road")
KINDS = ("bert", "gpt2", "t5")


def built(bundle, **options) -> LanguageModel:
    chosen = Encoder(length=16, **options)
    binding = LanguageModel.bind(Env(bundle), chosen)
    module = LanguageModel(Env(bundle, binding=binding), chosen).eval()
    module.binding = binding
    return module


@torch.no_grad()
def encoded(module, rows) -> Encoding:
    view = module.binding.rows(np.array(rows)).map(torch.from_numpy)
    return module(**view.values)


@torch.no_grad()
def states_of(folder: str, module, row: int) -> torch.Tensor:
    """(L, d) of one text alone, from the library."""
    with quiet():
        library = AutoModel.from_pretrained(folder).eval()
    library = library.get_encoder() if library.config.is_encoder_decoder else library
    tokens = torch.from_numpy(module.binding.rows(np.array([row]))["tokens"]).long()
    return library(input_ids=tokens).last_hidden_state[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pooling", ["cls", "mean", "last"])
def test_vectors_are_pooled_states_whatever_the_padding(kind, pooling, model_of, titles) -> None:
    module = built(titles(*TITLES), model=model_of(kind), pooling=pooling)
    found = encoded(module, [0, 1, 2, 3])
    assert found.mask.tolist() == [True, True, False, True]
    for row in (0, 1, 3):
        states = states_of(model_of(kind), module, row)
        expected = {"cls": states[0], "mean": states.mean(0), "last": states[-1]}[pooling]
        torch.testing.assert_close(found.vectors[row], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.fault("F: texts: a row without any text is absent, alone and among others")
def test_a_row_without_text_is_absent(model_of, titles) -> None:
    module = built(titles(*TITLES), model=model_of("bert"))
    alone = encoded(module, [2])
    assert alone.mask.tolist() == [False]
    assert alone.vectors.shape == (1, 16)
    assert torch.isfinite(encoded(module, [1, 2]).vectors).all()


def test_width_and_length_of_vectors(model_of, titles) -> None:
    module = built(titles(*TITLES), model=model_of("bert"), width=6, normalize=True)
    found = encoded(module, [0, 1, 3]).vectors
    assert module.width == found.shape[1] == 6
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))


def test_fewer_layers_are_those_next_to_the_input(model_of, titles) -> None:
    whole, lower = (built(titles(*TITLES), model=model_of("bert"), layers=layers) for layers in (0, 1))
    assert [name for name in whole.parts() if name not in lower.parts()] == ["layer.1"]
    kept = dict(whole.named_parameters())
    assert all(torch.equal(one, kept[name]) for name, one in lower.named_parameters())
    with pytest.raises(InputError, match=r"layers 3, and the model in .* has 2; lower layers"):
        built(titles(*TITLES), model=model_of("bert"), layers=3)


@pytest.mark.parametrize("kind", KINDS)
def test_parts_go_from_the_input_upwards_and_targets_are_linear_maps(kind, model_of, titles) -> None:
    module = built(titles(*TITLES), model=model_of(kind), width=4)
    names = [name for name, _ in module.named_parameters()]
    parts = module.parts()
    assert list(parts) == ["embeddings", "layer.0", "layer.1"]
    assert parts["layer.1"][-1] == "project"
    assert (len(parts["layer.1"]) > 2) == (kind != "bert")
    held = [
        name for prefixes in parts.values() for name in names if f"{name}.".startswith(tuple(f"{p}." for p in prefixes))
    ]
    assert sorted(held) == sorted(names)
    inner = {name.rpartition(".")[2] for names in module.targets().values() for name in names}
    expected = {
        "bert": {"query", "key", "value", "dense"},
        "gpt2": {"c_attn", "c_proj", "c_fc"},
        "t5": {"q", "k", "v", "o", "wi", "wo"},
    }
    assert inner == expected[kind]
    attention = module.targets()["attention"]
    assert len(attention) == {"bert": 8, "gpt2": 4, "t5": 8}[kind]
    assert set(module.targets()) == {"attention", "feed-forward"}


def test_random_weights_want_no_file_of_weights_and_follow_the_seed(tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "shape", weights=False)
    assert not list(folder.glob("*.safetensors"))
    made = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        made.append(built(titles(*TITLES), model=str(folder), weights="random").state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
    assert any(not torch.equal(made[0][name], made[2][name]) for name in made[0])


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_reach_every_parameter(kind, model_of, titles) -> None:
    module = built(titles(*TITLES), model=model_of(kind), weights="random")
    view = module.binding.rows(np.arange(4)).map(torch.from_numpy)
    found = module(**view.values)
    (found.vectors * torch.randn(found.vectors.shape)).sum().backward()
    assert [name for name, one in module.named_parameters() if one.grad is None or not one.grad.any()] == []
    assert torch.isfinite(torch.cat([one.grad.ravel() for one in module.parameters()])).all()


def test_guesses_of_a_decoder_are_the_librarys_own(model_of, titles) -> None:
    from transformers import AutoModelForCausalLM

    folder = model_of("gpt2")
    module = LanguageModel(Env(None), GuessOptions(model=folder)).eval()
    tokens = torch.tensor([[5, 6, 7, 8], [9, 10, 0, 0]])
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    with torch.no_grad(), quiet():
        library = AutoModelForCausalLM.from_pretrained(folder).eval()
        found = module(tokens, mask=mask)
        whole = library(input_ids=tokens[:1]).logits[0]
        short = library(input_ids=tokens[1:, :2]).logits[0]
    torch.testing.assert_close(found.logits[0], whole, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found.logits[1, :2], short, rtol=1e-5, atol=1e-5)
    assert [name for name, _ in module.named_parameters() if name.startswith("head")] == [], "the table is its head"


def test_guesses_at_some_places_are_those_of_all_places(model_of, titles) -> None:
    torch.manual_seed(0)
    module = LanguageModel(Env(None), GuessOptions(model=model_of("bert"))).eval()
    tokens, mask = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]]), torch.tensor([[True] * 4, [True] * 3 + [False]])
    places = torch.tensor([[1, 2], [1, 0]])
    with torch.no_grad():
        all_of_them, some = module(tokens, mask=mask), module(tokens, mask=mask, places=places)
    assert some.logits.shape == (2, 2, module.model.config.vocab_size)
    torch.testing.assert_close(some.logits[0], all_of_them.logits[0, 1:3])
    torch.testing.assert_close(some.logits[1, 0], all_of_them.logits[1, 1])


@pytest.mark.fault("I: text: a length beyond the context of the model")
def test_a_length_beyond_the_context_is_refused(model_of, titles) -> None:
    options = Encoder(model=model_of("bert"), length=33)
    env = Env(titles("red"))
    with pytest.raises(InputError, match=r"length 33, and the model in .* reads 32 tokens; lower length"):
        LanguageModel(Env(titles("red"), binding=LanguageModel.bind(env, options)), options)
    far = Encoder(model=model_of("t5"), length=4000)  # it counts distances, so it has no end
    LanguageModel(Env(titles("red"), binding=LanguageModel.bind(env, far)), far)
    module = LanguageModel(Env(None), GuessOptions(model=model_of("bert")))
    with pytest.raises(InputError, match="texts of 40 tokens, and the model reads 32; lower the draw's length"):
        module(torch.ones(1, 40, dtype=torch.long))


@pytest.mark.fault("I: text: a draw of another model's tokens")
def test_tokens_of_another_model_are_refused(model_of) -> None:
    module = LanguageModel(Env(None), GuessOptions(model=model_of("bert")))
    with pytest.raises(InputError, match="token 999 and the model a table of 24: let draw and node name one model"):
        module(torch.tensor([[5, 999]]))


def test_a_shared_module_without_a_head_says_what_to_set(model_of, titles) -> None:
    with pytest.raises(InputError, match="has no head over tokens; set head: true on it"):
        built(titles("red"), model=model_of("bert"))(torch.tensor([[5]]), mask=None)
