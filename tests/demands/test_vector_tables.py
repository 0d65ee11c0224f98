"""An artifact that one stage writes and the next reads, aligned to a vocabulary that is frozen."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from demands.trials import Trials

from lmrs.answer.pipeline import Pipeline
from lmrs.runs.artifacts import load_artifact, save_artifact
from lmrs_plugins import LmrsError, Vocabulary


@pytest.fixture
def folder(trials: Trials, tmp_path):
    """A copy of the run, to be damaged."""
    return shutil.copytree(trials.pipeline("vector-tables").setting.folder.path, tmp_path / "run")


def test_the_next_stage_reads_what_the_first_had_learnt(trials: Trials) -> None:
    final = trials.pipeline("vector-tables").weights
    learnt = trials.handed_on("vector-tables")["item.blocks.0"].numpy()
    assert np.array_equal(final["item.vectors"].numpy(), learnt)
    assert "item.blocks.0" not in final


@pytest.mark.fault("D: an artifact is tampered with after the run")
def test_a_tampered_artifact_is_refused(trials: Trials, folder) -> None:
    arrays = folder / "artifacts" / "vectors" / "arrays.safetensors"
    content = bytearray(arrays.read_bytes())
    content[-1] ^= 1
    arrays.write_bytes(content)
    with pytest.raises(LmrsError, match=r"arrays\.safetensors"):
        Pipeline.load(folder, trials.host).evaluate("test")


@pytest.mark.fault("D: an artifact is replaced by one of other items")
def test_an_artifact_of_another_vocabulary_is_refused(trials: Trials, folder) -> None:
    artifacts, vocabulary = folder / "artifacts", trials.pipeline("vector-tables").setting.bundle.vocabularies["item"]
    other = Vocabulary("item", list(reversed(vocabulary.ids)))
    artifact = load_artifact(artifacts, "vectors")
    shutil.rmtree(artifacts / "vectors")
    save_artifact(artifacts, "vectors", artifact, {"item": other})
    with pytest.raises(LmrsError, match="artifact vectors: made for another set of items"):
        Pipeline.load(folder, trials.host).evaluate("test")
