"""What is frozen is encoded once and kept by content, between runs and processes; what goes wrong costs time only."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from content.changed import with_title

from lmrs.answer.pipeline import Pipeline
from lmrs.cli.main import main
from lmrs.model import identity as identity_module
from lmrs.model import shards
from lmrs.model.graph import Graph, Node
from lmrs.model.tables import whole_tables

HERE = Path(__file__).parent
ITEMS = 30


def titles(pipeline: Pipeline) -> torch.Tensor:
    return pipeline.answering.table("text").vectors


def shards_in(cache: Path) -> list[Path]:
    return sorted(cache.glob("*/rows-*"))


def test_a_second_run_encodes_nothing_and_sees_the_same_to_the_last_bit(train, cache) -> None:
    first, encoded = train()
    again, none = train()
    assert (encoded, none) == (ITEMS, 0), "once for the stage, its tables and its evaluation, then never"
    assert torch.equal(titles(first), titles(again))
    assert first.evaluate().numbers() == again.evaluate().numbers()
    (shard,) = shards_in(cache)
    assert np.array_equal(np.load(shard / "vectors.npy"), titles(first).numpy())


def test_what_is_kept_is_what_is_computed(train, cache, monkeypatch) -> None:
    kept, _ = train()
    monkeypatch.setenv("LMRS_CACHE", "off")
    computed, encoded = train()
    assert encoded > ITEMS - 1
    assert torch.equal(titles(kept), titles(computed))
    assert all(torch.equal(kept.weights[name], computed.weights[name]) for name in kept.weights)
    assert len(shards_in(cache)) == 1


def test_off_keeps_nothing_and_a_validation_encodes_nothing_anew(train, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LMRS_CACHE", "off")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    encoded = [train(f"stages.0.epochs={epochs}", "stages.0.stop={metric: NDCG@10}")[1] for epochs in (1, 3)]
    assert encoded[0] == encoded[1] == 3 * ITEMS, "once for the stage, once for its validations, once for the test"
    assert not (tmp_path / "home").exists()


def test_the_table_is_the_file_that_it_was_read_from(train, cache, monkeypatch) -> None:
    places, plain = set(), shards.read

    def read(path: Path) -> Any:
        shard = plain(path)
        assert isinstance(shard.vectors, np.memmap)
        places.add(shard.vectors.ctypes.data)
        return shard

    train()
    monkeypatch.setattr(shards, "read", read)
    pipeline, _ = train()
    assert titles(pipeline).data_ptr() in places


def test_other_weights_options_or_texts_have_rows_of_their_own(train, cache) -> None:
    train()
    assert train("model.text.width=16", "model.item.width=16", "model.history.heads=4")[1] == ITEMS
    assert train("model.text.shouted=true")[1] == ITEMS
    assert len({shard.parent for shard in shards_in(cache)}) == 3


def test_one_changed_text_is_one_row(train, cache) -> None:
    pipeline, _ = train()
    graph = pipeline.graph
    bundle = pipeline.setting.bundle
    node = graph.nodes["text"]
    before = titles(pipeline)
    type(node.module).encoded = 0
    binding = node.plan.binding.on(with_title(bundle, 3, "a title that nobody ever gave"))
    table = table_of(graph, binding)
    assert type(node.module).encoded == 1
    assert not torch.equal(table.vectors[3], before[3])
    assert torch.equal(table.vectors[torch.arange(ITEMS) != 3], before[torch.arange(ITEMS) != 3])
    assert [shards.about(path)["rows"] for path in shards_in(cache)].count(1) == 1


def table_of(graph: Any, binding: Any) -> Any:
    """The whole table of `text` with another binding."""
    node = graph.nodes["text"]
    other = Node.of(replace(node.plan, binding=binding), node.module, {})
    return whole_tables(Graph([other], graph.keeping), ["text"], torch.device("cpu"))["text"]


def test_a_row_without_text_is_masked_and_not_kept(train, cache) -> None:
    pipeline, _ = train()
    bundle = with_title(pipeline.setting.bundle, 3, None)
    table = table_of(pipeline.graph, pipeline.graph.nodes["text"].plan.binding.on(bundle))
    assert table.mask.tolist() == [row != 3 for row in range(ITEMS)]
    assert not table.vectors[3].any()
    assert all((np.load(shard / "keys.npy") != b"").all() for shard in shards_in(cache))


def test_what_trains_is_not_kept(train, cache) -> None:
    train("stages.0.strategy=pretrain")
    assert not cache.exists()


def test_texts_that_are_the_same_are_encoded_once(train, cache) -> None:
    pipeline, _ = train()
    bundle = pipeline.setting.bundle
    for row in (4, 9, 17):
        bundle = with_title(bundle, row, "one and the same new title")
    node = pipeline.graph.nodes["text"]
    type(node.module).encoded = 0
    table = table_of(pipeline.graph, node.plan.binding.on(bundle))
    assert type(node.module).encoded == 1
    assert torch.equal(table.vectors[4], table.vectors[17])


@pytest.mark.fault("K: kept rows: {id}")
@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda shard: flip(shard / "vectors.npy"), id="a flipped bit"),
        pytest.param(lambda shard: os.truncate(shard / "vectors.npy", 200), id="half a file"),
        pytest.param(lambda shard: os.truncate(shard / "keys.npy", 0), id="an empty file"),
        pytest.param(lambda shard: (shard / "there.npy").unlink(), id="a missing file"),
        pytest.param(lambda shard: (shard / "seal.json").write_text("{"), id="half a seal"),
        pytest.param(lambda shard: (shard / "seal.json").write_text('{"form": 99}'), id="another form"),
        pytest.param(lambda shard: pickled(shard), id="a pickle in place of an array"),
    ],
)
def test_damaged_rows_are_dropped_computed_and_kept_again(train, cache, caplog, harm) -> None:
    sound, _ = train()
    (shard,) = shards_in(cache)
    expected = titles(sound).clone()
    harm(shard)
    with caplog.at_level(logging.WARNING, "lmrs"):
        mended, encoded = train()
    assert encoded == ITEMS
    assert torch.equal(titles(mended), expected)
    assert [record.message for record in caplog.records if "are damaged" in record.message]
    assert shards_in(cache) != [shard]
    assert train()[1] == 0


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def pickled(shard: Path) -> None:
    np.save(shard / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.fault("K: kept rows: a draft of a killed process")
def test_a_half_written_shard_of_a_killed_process_is_no_shard_and_goes(train, cache) -> None:
    train()
    (shard,) = shards_in(cache)
    draft = shard.with_name(f".{shard.name}.abc")
    shard.rename(draft)
    assert train()[1] == ITEMS
    assert draft.exists(), "it may be that of a process that is at work"
    os.utime(draft, (0, 0))
    shards.sweep(draft.parent)
    assert not draft.exists()
    assert len(shards_in(cache)) == 1


@pytest.mark.fault("K: kept rows: folder that cannot be written")
def test_a_folder_that_cannot_be_written_costs_a_note(train, cache, caplog) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file stands in the way")
    with caplog.at_level(logging.WARNING, "lmrs"):
        assert train()[1] > 0
    assert [record.message for record in caplog.records if "rows of node 'text' are not kept" in record.message]


@pytest.mark.fault("K: kept rows: full disk")
def test_a_full_disk_costs_a_note_and_leaves_nothing_half_written(train, cache, caplog, monkeypatch) -> None:
    def full(*args: Any, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    expected = titles(train()[0])
    for shard in shards_in(cache):
        shard.rename(cache / "elsewhere")
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING, "lmrs"):
        patched.setattr(shards.np, "save", full)
        pipeline, _ = train()
    assert torch.equal(titles(pipeline), expected)
    assert [record.message for record in caplog.records if "No space left on device" in record.message]
    assert [path for path in cache.glob("*/*") if path.name.startswith((".", "rows"))] == []


@pytest.mark.fault("K: kept rows: two runs fill one cache at once")
def test_two_processes_that_fill_one_cache_at_once_both_end_right(train, cache, tmp_path) -> None:
    command = [sys.executable, "-m", "content.filling"]
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    both = [
        subprocess.Popen(
            [*command, str(tmp_path / f"at-once-{number}")],
            stdin=-1,
            stdout=-1,
            text=True,
            cwd=HERE.parent,
            env=environ,
        )
        for number in range(2)
    ]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1]
    pipeline, encoded = train()
    assert encoded == 0
    assert f"{titles(pipeline).double().sum().item():.17g}\n" == said[0]


def test_what_is_kept_can_be_seen_and_removed(train, cache, capsys) -> None:
    train()
    fetched = cache.parent / "ml-100k.zip"
    fetched.write_bytes(b"fetched")
    assert main(["cache", "show"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"titled/titles +30 +0\.0 +width=8, shouted=False", shown)
    assert str(cache) in shown
    assert main(["cache", "show", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)
    size = sum(file.stat().st_size for file in cache.rglob("*") if file.is_file())
    assert (kept["bytes"], kept["kept"][0]["rows"]) == (size, ITEMS)
    assert main(["cache", "clear"]) == 0
    assert "removed" in capsys.readouterr().out
    assert not cache.exists()
    assert fetched.exists()
    assert train()[1] == ITEMS


def test_a_cache_that_is_cleared_while_it_is_read_stops_nobody(train, cache) -> None:
    train()
    pipeline, _ = train()
    before = titles(pipeline).clone()
    assert main(["cache", "clear"]) == 0
    assert torch.equal(titles(pipeline), before)
    pipeline.evaluate()


def test_code_that_has_changed_has_rows_of_its_own(tmp_path) -> None:
    package = tmp_path / "made_up_package"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "inner" / "part.py").write_text("A = 1")
    sys.path.insert(0, str(tmp_path))
    try:
        before = identity_module._code("made_up_package")
        assert before == identity_module._code("made_up_package")
        (package / "inner" / "part.py").write_text("A = 2")
        assert before != identity_module._code("made_up_package")
    finally:
        sys.path.remove(str(tmp_path))
