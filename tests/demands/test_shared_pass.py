"""Two losses, one masked pass: the encoder runs once a step."""

from __future__ import annotations

from demands.trials import RECIPES, Trials, log

from lmrs.answer.run import run


def test_the_encoder_runs_once_a_step_for_both_losses(trials: Trials, tmp_path, monkeypatch) -> None:
    encoder = type(trials.pipeline("shared-pass").graph.nodes["history"].module)
    passes, forward = [], encoder.forward

    def spied(self, over, mask, special):
        passes.append(self.training)
        return forward(self, over, mask, special)

    monkeypatch.setattr(encoder, "forward", spied)
    done = run(RECIPES / "shared-pass.yaml", out=tmp_path / "run", host=trials.host)
    assert log(done)[-1]["terms"].keys() == {"masked-item.loss", "masked-popularity.square"}
    assert sum(passes) == log(done)[-1]["step"]


def test_the_head_of_an_objective_dies_with_it(trials: Trials) -> None:
    assert not any("popularity" in name or "objective" in name for name in trials.pipeline("shared-pass").weights)
