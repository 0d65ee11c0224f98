"""What there is not enough memory for is one line that names the option to lower."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.cli import failure
from lmrs_plugins import InputError

HERE = Path(__file__).parent
TRAINED = ("stages.0.strategy=pretrain", "stages.0.sampler.batch=16")


def real() -> Exception:
    """What a CPU without so much memory says."""
    try:
        torch.empty(2**58)
    except RuntimeError as error:
        return error
    raise AssertionError("this machine has more memory than there is")


ERRORS = [
    pytest.param(real, id="torch on a CPU"),
    pytest.param(
        lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), id="torch on a GPU"
    ),
    pytest.param(lambda: MemoryError("Unable to allocate 8.00 EiB for an array"), id="numpy"),
]


def fails(module: Any, where: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, a title's encoder has no memory: `forward` in steps, or `table` for whole tables."""
    plain = module.Titles.forward

    def forward(self: Any, words: torch.Tensor, mask: torch.Tensor) -> Any:
        if torch.is_grad_enabled() == (where == "forward"):
            raise error
        return plain(self, words, mask)

    monkeypatch.setattr(module.Titles, "forward", forward)


def said(host: Any, out: Path, *overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        run(HERE / "frozen.yaml", overrides=overrides, out=out, host=host, device="cpu")
    assert failure.explain(caught.value).code == 2
    return str(caught.value)


@pytest.mark.fault("L: out of memory in a step: {id}")
@pytest.mark.parametrize("error", ERRORS)
def test_a_batch_that_does_not_fit_names_budget_and_batch(host, content, cache, tmp_path, monkeypatch, error) -> None:
    fails(content, "forward", error(), monkeypatch)
    line = said(host, tmp_path / "run", *TRAINED, "model.text.budget=4096")
    assert line == (
        "out of memory in stage 'train': lower model.text.budget (4096 now) or lower stages.0.sampler.batch (16 now), "
        "as in --set model.text.budget=2048"
    )
    assert "set model.text.budget or lower stages.0.sampler.batch (16 now)" in said(host, tmp_path / "more", *TRAINED)


@pytest.mark.fault("L: out of memory in a whole table")
def test_a_table_that_does_not_fit_names_the_nodes_budget(host, content, cache, tmp_path, monkeypatch) -> None:
    fails(content, "table", real(), monkeypatch)
    assert said(host, tmp_path / "run", "model.text.budget=64") == (
        "out of memory in node 'text': lower model.text.budget (64 now), as in --set model.text.budget=32"
    )
    assert list(cache.rglob("*.npy")) == []


@pytest.mark.fault("L: out of memory in serving")
def test_a_finished_run_says_so_too(host, content, cache, tmp_path, monkeypatch) -> None:
    run(HERE / "frozen.yaml", overrides=TRAINED, out=tmp_path / "run", host=host, device="cpu")
    fails(content, "table", real(), monkeypatch)
    with pytest.raises(InputError, match=r"out of memory in node 'text': set model\.text\.budget"):
        Pipeline.load(tmp_path / "run", host, "cpu").recommend(history=["i03"])


def test_what_fails_otherwise_is_no_lack_of_memory(host, content, cache, tmp_path, monkeypatch) -> None:
    fails(content, "forward", RuntimeError("mat1 and mat2 shapes cannot be multiplied"), monkeypatch)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        run(HERE / "frozen.yaml", overrides=TRAINED, out=tmp_path / "run", host=host, device="cpu")


def test_a_lowered_budget_trains_the_same_model(host, cache, tmp_path) -> None:
    weights = [
        run(
            HERE / "frozen.yaml",
            overrides=[*TRAINED, "model.history.dropout=0.0", *more],
            out=tmp_path / f"run-{number}",
            host=host,
            device="cpu",
        ).weights
        for number, more in enumerate(([], ["model.text.budget=24"], ["model.text={budget: 24, recompute: true}"]))
    ]
    for other in weights[1:]:
        for name, tensor in weights[0].items():
            assert torch.allclose(tensor, other[name], atol=1e-3), name
    assert all(torch.equal(weights[1][name], weights[2][name]) for name in weights[1])


def test_chunks_are_made_alike_in_workers(host, cache, tmp_path) -> None:
    here, workers = (
        run(
            HERE / "frozen.yaml",
            overrides=[*TRAINED, "model.text.budget=24", f"stages.0.workers={count}"],
            out=tmp_path / f"run-{count}",
            host=host,
            device="cpu",
        ).weights
        for count in (0, 2)
    )
    assert all(torch.equal(here[name], workers[name]) for name in here)
