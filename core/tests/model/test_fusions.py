"""Fusions say what they do with what is missing."""

from __future__ import annotations

import pytest
import torch

from lmrs.builtin.fusions.gate import Gate
from lmrs.builtin.fusions.mixture_of_experts import MixtureOfExperts
from lmrs.builtin.fusions.presence import thinned
from lmrs.builtin.fusions.sum import Sum
from lmrs.builtin.options import Fusion as FusionOptions
from lmrs.builtin.options import Gate as GateOptions
from lmrs.builtin.options import MixtureOfExperts as ExpertOptions
from lmrs_plugins import Encoding, Env, InputError
from lmrs_plugins.testing.generated import generated_bundle


def env(*widths: int) -> Env:
    """Surroundings of a fusion of inputs of these widths."""
    return Env(bundle=generated_bundle(), widths={"of": list(widths)})


def encoding(values: list[list[float]], mask: list[bool] | None = None) -> Encoding:
    """Vectors, and which of them are there."""
    return Encoding(vectors=torch.tensor(values), mask=None if mask is None else torch.tensor(mask))


def test_sum_leaves_out_what_is_absent() -> None:
    one, other = (
        encoding([[1.0], [2.0], [4.0]], [True, True, False]),
        encoding([[10.0], [20.0], [40.0]], [True, False, False]),
    )
    found = Sum(env(1, 1), FusionOptions())([one, other])
    assert found.main[:, 0].tolist() == [11, 2, 0]
    assert found.mask is not None
    assert found.mask.tolist() == [True, True, False]


def test_sum_of_unequal_widths_is_refused() -> None:
    with pytest.raises(InputError, match="widths \\[1, 2\\]"):
        Sum(env(1, 2), FusionOptions())


def test_gate_gives_an_absent_input_no_weight() -> None:
    torch.manual_seed(0)
    gate = Gate(env(2, 3), GateOptions(width=4))
    there = torch.randn(5, 2)
    mask = torch.tensor([False] * 5)
    first = gate([Encoding(vectors=there), Encoding(vectors=torch.randn(5, 3), mask=mask)])
    second = gate([Encoding(vectors=there), Encoding(vectors=torch.randn(5, 3) * 100, mask=mask)])
    torch.testing.assert_close(first.main, second.main)
    torch.testing.assert_close(first.main, torch.nn.functional.normalize(gate.projections[0](there), dim=-1))
    assert first.mask is not None
    assert first.mask.all()


@pytest.mark.parametrize("options", [GateOptions(width=4), ExpertOptions(width=4, experts=2)], ids=["gate", "experts"])
def test_long_vectors_do_not_drown_short_ones(options: GateOptions) -> None:
    torch.manual_seed(0)
    kind = MixtureOfExperts if isinstance(options, ExpertOptions) else Gate
    shares = {}
    for normalize in (True, False):
        fusion = kind(env(2, 2), options.model_copy(update={"normalize": normalize}))
        with torch.no_grad():
            for gate in fusion.gates:
                gate.weight.zero_()
                gate.bias.zero_()
            of = [Encoding(vectors=torch.randn(50, 2)), Encoding(vectors=torch.randn(50, 2) * 100)]
            without = [of[0], Encoding(vectors=torch.zeros(50, 2))]
            first, whole = fusion(without).main, fusion(of).main
        shares[normalize] = float((first.norm(dim=-1) / whole.norm(dim=-1)).median())
    assert shares[True] > 0.4
    assert shares[False] < 0.1


def test_gate_of_nothing_is_nothing() -> None:
    gate = Gate(env(2), GateOptions())
    found = gate([Encoding(vectors=torch.randn(3, 2), mask=torch.zeros(3, dtype=torch.bool))])
    assert found.main.abs().sum() == 0
    assert found.mask is not None
    assert not found.mask.any()


def test_experts_weigh_by_what_they_see() -> None:
    experts = MixtureOfExperts(env(1, 1), ExpertOptions(width=1, experts=2, normalize=False))
    with torch.no_grad():
        for expert, gate in zip(experts.experts, experts.gates, strict=True):
            expert.weight.copy_(torch.tensor([[1.0], [10.0]]))
            gate.weight.copy_(torch.tensor([[1.0], [0.0]]))
            gate.bias.zero_()
    found = experts([encoding([[2.0], [2.0]]), encoding([[3.0], [3.0]], [True, False])])
    e = torch.e
    both = (2 * e**2 + 20 + 3 * e**3 + 30) / (e**2 + 1 + e**3 + 1)
    alone = (2 * e**2 + 20) / (e**2 + 1)
    assert found.main[:, 0].tolist() == pytest.approx([both, alone], rel=1e-5)
    assert found.mask is not None
    assert found.mask.all()


def test_experts_of_nothing_are_nothing() -> None:
    experts = MixtureOfExperts(env(2), ExpertOptions())
    found = experts([Encoding(vectors=torch.randn(3, 2), mask=torch.zeros(3, dtype=torch.bool))])
    assert found.main.abs().sum() == 0
    assert found.mask is not None
    assert not found.mask.any()


def test_one_expert_each_is_a_gate() -> None:
    gate, experts = (
        Gate(env(2, 3), GateOptions(width=4)),
        MixtureOfExperts(env(2, 3), ExpertOptions(width=4, experts=1)),
    )
    with torch.no_grad():
        for number in range(2):
            experts.experts[number].weight.copy_(gate.projections[number].weight)
            experts.gates[number].weight.copy_(gate.gates[number].weight)
            experts.gates[number].bias.copy_(gate.gates[number].bias)
    of = [Encoding(vectors=torch.randn(5, 2)), Encoding(vectors=torch.randn(5, 3), mask=torch.rand(5) > 0.5)]
    torch.testing.assert_close(gate(of).main, experts(of).main)


def test_inputs_are_left_out_as_often_as_is_said_and_never_all() -> None:
    torch.manual_seed(0)
    there = torch.tensor([[True, True, False, False], [True, False, True, False], [True, True, False, False]])
    kept = torch.stack([thinned(there, 0.4) for _ in range(4000)]).double()
    assert bool((kept.amax(1) == there.any(0)).all()), "a row keeps something whenever it has something"
    assert not bool(kept[:, ~there].any()), "what is absent stays so"
    # Of three, one is missing unless drawn, or the only one that chance would have left: .6 + .4 ** 3 / 3.
    assert kept[:, :, 0].mean(0).tolist() == pytest.approx([0.6 + 0.4**3 / 3] * 3, abs=0.03)
    assert kept[:, 1, 2].min() == 1, "the only one that a row has is never left out"


@pytest.mark.parametrize(
    "fusion",
    [
        Sum(env(2, 2), FusionOptions(dropout=0.5)),
        Gate(env(2, 2), GateOptions(dropout=0.5, normalize=False)),
        MixtureOfExperts(env(2, 2), ExpertOptions(dropout=0.5, normalize=False)),
    ],
    ids=["sum", "gate", "mixture-of-experts"],
)
def test_dropout_leaves_rows_without_an_input_and_answers_without_chance(fusion: torch.nn.Module) -> None:
    torch.manual_seed(0)
    of = [Encoding(vectors=torch.ones(400, 2)), Encoding(vectors=torch.full((400, 2), 10.0))]
    nothing = torch.zeros(400, dtype=torch.bool)
    with torch.no_grad():
        drawn = fusion(of).main
        fusion.eval()
        first = fusion([of[0], Encoding(vectors=of[1].main, mask=nothing)]).main[0]
        second = fusion([Encoding(vectors=of[0].main, mask=nothing), of[1]]).main[0]
        whole = fusion(of).main
    assert torch.equal(whole, whole[:1].expand_as(whole)), "in evaluation nothing is left out"
    kinds = [float(((drawn - one).abs().amax(1) < 1e-5).double().mean()) for one in (whole[0], first, second)]
    assert kinds == pytest.approx([0.25, 0.375, 0.375], abs=0.08), "both, the first alone, the second alone"
    assert sum(kinds) == pytest.approx(1)
