"""Who sees whom in a history, and that padding, batch mates and hidden rows change nothing."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from lmrs_plugins import Encoding, Env, InputError
from lmrs_sequence.encoders.head import PredictionHead
from lmrs_sequence.encoders.options import PredictionHead as HeadOptions
from lmrs_sequence.encoders.options import Transformer as Options
from lmrs_sequence.encoders.transformer import Transformer

WIDTH = 16


@pytest.fixture
def make(bundle_of):
    def build(**options):
        torch.manual_seed(0)
        module = Transformer(Env(bundle_of([[0, 1]], 2), widths={"over": WIDTH}), Options(**options)).eval()
        for parameter in module.parameters():  # far from the start, so that nothing is small by chance
            torch.nn.init.normal_(parameter, std=0.3)
        return module

    return build


def lengths_mask(*lengths: int, positions: int) -> torch.Tensor:
    return torch.arange(positions) < torch.tensor(lengths)[:, None]


def states(module, x, mask=None, special=None, known=None):
    with torch.no_grad():
        return module(Encoding(vectors=x, mask=known), mask, special).states


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_causal_states_do_not_see_later_items(make, norm) -> None:
    module, x = make(causal=True, norm=norm), torch.randn(2, 6, WIDTH)
    changed = x.clone()
    changed[:, 4] = torch.randn(WIDTH)
    before, after = states(module, x), states(module, changed)
    assert torch.equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] - after[:, 4:]).abs().amax(-1).min() > 1e-3


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_bidirectional_states_see_every_item(make, norm) -> None:
    module, x = make(norm=norm), torch.randn(2, 6, WIDTH)
    for place in range(6):
        changed = x.clone()
        changed[:, place] = torch.randn(WIDTH)
        assert (states(module, x) - states(module, changed)).abs().amax(-1).min() > 1e-4


def test_counted_from_the_end_the_last_item_has_one_place_in_every_history(make) -> None:
    """An item alone, and behind one that is absent, are told apart by their places and nothing else."""
    x, known = torch.randn(1, 3, WIDTH), torch.tensor([[False, True, False]])
    for from_end in (True, False):
        module = make(from_end=from_end)
        alone = states(module, x[:, 1:], lengths_mask(1, positions=2))[0, 0]
        behind = states(module, x, lengths_mask(2, positions=3), known=known)[0, 1]
        assert torch.allclose(alone, behind, atol=1e-6) == from_end


def test_counted_from_the_end_a_view_without_a_mask_is_one_that_is_full(make) -> None:
    module, x = make(from_end=True), torch.randn(2, 4, WIDTH)
    assert torch.equal(states(module, x), states(module, x, lengths_mask(4, 4, positions=4)))


def test_mimetic_a_hidden_item_begins_as_the_mean_of_what_it_sees(bundle_of) -> None:
    torch.manual_seed(0)
    env, x = Env(bundle_of([[0, 1]], 2), widths={"over": WIDTH}), torch.randn(40, 6, WIDTH)
    special = torch.zeros(40, 6, dtype=torch.long)
    special[:, 5] = 1
    near = {}
    for mimetic in (0.0, 1.0):
        module = Transformer(env, Options(norm="pre", layers=1, mimetic=mimetic)).eval()
        hidden = states(module, x, special=special)[:, 5]
        near[mimetic] = functional.cosine_similarity(hidden, x[:, :5].mean(1)).mean()
    assert near[1.0] > 0.8 > 0.4 > near[0.0]  # the mask itself is in the mean too


@pytest.mark.parametrize("causal", [True, False])
def test_padding_and_batch_mates_change_no_state(make, causal) -> None:
    module, x = make(causal=causal), torch.randn(3, 9, WIDTH)
    lengths = (4, 9, 1)
    mask = lengths_mask(*lengths, positions=9)
    together = states(module, x, mask)
    for row, length in enumerate(lengths):
        alone = states(module, x[row : row + 1, :length], mask[row : row + 1, :length])
        torch.testing.assert_close(together[row, :length], alone[0])


@pytest.mark.parametrize("causal", [True, False])
def test_what_stands_under_padding_does_not_matter(make, causal) -> None:
    module, x = make(causal=causal), torch.randn(2, 5, WIDTH)
    mask = lengths_mask(3, 5, positions=5)
    other = torch.where(mask[..., None], x, torch.full_like(x, 7.0))
    torch.testing.assert_close(states(module, x, mask)[mask], states(module, other, mask)[mask])


def test_the_fast_causal_path_equals_the_explicit_mask(make, monkeypatch) -> None:
    module, x, mask = make(causal=True), torch.randn(3, 7, WIDTH), lengths_mask(7, 3, 1, positions=7)
    assert module._allowed(mask, 7) == (None, True)
    fast = states(module, x, mask)
    triangle = mask[:, None, None, :] & torch.ones(7, 7, dtype=torch.bool).tril()
    monkeypatch.setattr(module, "_allowed", lambda keep, length: (triangle, False))
    torch.testing.assert_close(fast[mask], states(module, x, mask)[mask])


@pytest.mark.parametrize("causal", [True, False])
def test_an_item_without_a_vector_is_not_looked_at(make, causal) -> None:
    module, x = make(causal=causal), torch.randn(2, 6, WIDTH)
    mask, known = lengths_mask(6, 4, positions=6), torch.ones(2, 6, dtype=torch.bool)
    known[0, 2] = known[1, 0] = False
    other = torch.where(known[..., None], x, torch.full_like(x, -3.0))
    here = mask & known
    torch.testing.assert_close(
        states(module, x, mask, known=known)[here], states(module, other, mask, known=known)[here]
    )
    seen = module(Encoding(vectors=x, mask=known), mask, None)
    assert torch.equal(seen.mask, here)
    assert seen.states.isfinite().all()


def test_special_codes_replace_the_vectors_and_count_as_present(make) -> None:
    module, x = make(special=2), torch.randn(1, 4, WIDTH)
    special = torch.tensor([[0, 1, 0, 2]])
    unknown = torch.tensor([[True, False, True, False]])
    other = x.clone()
    other[0, 1], other[0, 3] = 100.0, -100.0
    assert torch.equal(states(module, x, None, special, unknown), states(module, other, None, special, unknown))
    direct = x.clone()
    direct[0, 1], direct[0, 3] = module.special.detach()
    torch.testing.assert_close(states(module, x, None, special, unknown), states(module, direct))
    assert module(Encoding(vectors=x, mask=unknown), None, special).mask.all()


def test_one_special_vector_is_the_one_of_code_1(make) -> None:
    module, x = make(special=1), torch.randn(1, 3, WIDTH)
    direct = x.clone()
    direct[0, 2] = module.special.detach()[0]
    torch.testing.assert_close(states(module, x, special=torch.tensor([[0, 0, 1]])), states(module, direct))


@pytest.mark.parametrize("causal", [True, False])
def test_an_empty_history_gives_finite_numbers_and_gradients(make, causal) -> None:
    module, x = make(causal=causal), torch.randn(2, 3, WIDTH, requires_grad=True)
    for mask in (lengths_mask(0, 3, positions=3), lengths_mask(0, 0, positions=3)):
        out = module(Encoding(vectors=x), mask, None).states
        out.sum().backward()
        assert out.isfinite().all()
        assert all(p.grad is None or p.grad.isfinite().all() for p in (x, *module.parameters()))


@pytest.mark.parametrize("options", [{}, {"causal": True, "norm": "pre"}, {"width": 8, "input_norm": True}], ids=str)
def test_gradient_reaches_every_parameter(make, options) -> None:
    module = make(**options).train()
    special = torch.zeros(2, 5, dtype=torch.long)
    special[:, 2] = 1
    out = module(Encoding(vectors=torch.randn(2, 5, WIDTH)), lengths_mask(5, 5, positions=5), special).states
    (out * torch.randn_like(out)).sum().backward()
    dead = [name for name, p in module.named_parameters() if p.grad is None or not p.grad.any()]
    # Five positions are used; the bias of the keys moves no attention weight, but it lies in one tensor with others.
    assert dead == []
    assert out.shape[-1] == module.width == options.get("width", WIDTH)


def test_parts_cover_every_parameter_once_and_targets_are_linear_maps(make) -> None:
    for module in (make(layers=3, norm="pre", width=8, input_norm=True), make(special=0)):
        prefixes = [prefix for part in module.parts().values() for prefix in part]
        for name, _ in module.named_parameters():
            assert sum(name == prefix or name.startswith(prefix + ".") for prefix in prefixes) == 1, name
        for names in module.targets().values():
            assert all(isinstance(module.get_submodule(name), torch.nn.Linear) for name in names)
    assert list(make(layers=2).parts()) == ["embeddings", "layer.0", "layer.1"]
    assert make(layers=2, norm="pre").parts()["layer.1"] == ["layers.1", "norm"], "the last layer is all that is behind"


class Beside(torch.nn.Module):
    """What adapters do: a map beside a map, under another name."""

    def __init__(self, base: torch.nn.Linear) -> None:
        super().__init__()
        self.base, self.more = base, torch.nn.Linear(base.in_features, base.out_features, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x) + self.more(x)


@pytest.mark.parametrize(
    "options", [{}, {"causal": True, "norm": "pre"}, {"causal": True, "attention_dropout": 0.1}], ids=str
)
def test_an_adapter_on_any_target_is_heard(make, options) -> None:
    x, mask = torch.randn(2, 5, WIDTH), lengths_mask(5, 3, positions=5)
    for kind, names in make(**options).targets().items():
        for name in names:
            module = make(**options)
            before = states(module, x, mask)
            module.set_submodule(name, Beside(module.get_submodule(name)))
            assert not torch.allclose(states(module, x, mask)[mask], before[mask], atol=1e-3), (kind, name)
            module.train()(Encoding(vectors=x), mask, None).states[mask].pow(3).sum().backward()
            assert module.get_submodule(name).more.weight.grad.any(), (kind, name)


def test_attention_is_softmax_of_scaled_products(make) -> None:
    """One layer against the formula, head by head."""
    module, x = make(layers=1, heads=2, dropout=0.0), torch.randn(1, 4, WIDTH)
    layer, h = module.layers[0], x + module.positions[:4]
    query, key, value = layer.qkv(h)[0].split(WIDTH, dim=-1)
    seen = []
    for head in range(2):
        cut = slice(head * 8, head * 8 + 8)
        weights = (query[:, cut] @ key[:, cut].T / 8**0.5).softmax(-1)
        seen.append(weights @ value[:, cut])
    h = layer.attention_norm(h[0] + layer.out(torch.cat(seen, -1)))
    h = layer.feed_norm(h + layer.down(functional.gelu(layer.up(h))))
    torch.testing.assert_close(states(module, x)[0], h.detach())


def test_turning_causal_keeps_the_parameters(make) -> None:
    both, causal = make(causal=False), make(causal=True)
    causal.load_state_dict(both.state_dict())
    x = torch.randn(1, 4, WIDTH)
    assert not torch.allclose(states(both, x)[:, 0], states(causal, x)[:, 0])
    torch.testing.assert_close(states(both, x[:, :1]), states(causal, x[:, :1]))


def test_misfits_are_explained(make) -> None:
    with pytest.raises(InputError, match="3 heads do not divide the width 16"):
        make(heads=3)
    with pytest.raises(InputError, match="6 positions, its length is 5; raise its length"):
        states(make(length=5), torch.randn(1, 6, WIDTH))
    with pytest.raises(InputError, match="special: 1"):
        states(make(special=0), torch.randn(1, 2, WIDTH), special=torch.tensor([[0, 1]]))


@pytest.mark.parametrize("activation", ["gelu", "gelu-tanh", "relu", "silu"])
def test_the_head_is_a_norm_of_an_activated_projection(bundle_of, activation) -> None:
    head = PredictionHead(Env(bundle_of([[0]], 1), widths={"over": WIDTH}), HeadOptions(activation=activation))
    x, mask = torch.randn(2, 3, WIDTH), lengths_mask(3, 1, positions=3)
    given = head(Encoding(states=x, mask=mask))
    function = {
        "gelu": functional.gelu,
        "gelu-tanh": lambda y: functional.gelu(y, approximate="tanh"),
        "relu": functional.relu,
        "silu": functional.silu,
    }[activation]
    torch.testing.assert_close(given.states, functional.layer_norm(function(head.project(x)), [WIDTH]))
    assert given.mask is mask
    assert head.width == WIDTH
