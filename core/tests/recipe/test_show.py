"""The resolved recipe: stable, complete, readable again; and what editors and people are given."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from lmrs.recipe.check import prepared
from lmrs.recipe.json_schema import json_schema
from lmrs.recipe.overrides import plain
from lmrs.recipe.show import as_json, as_text, as_yaml
from lmrs.recipe.source import parse

Ask = Callable[..., Any]
RICH = (
    "model.text={use: text, fields: [title], optional: true, budget: 4096, recompute: true}",
    "model.id=item-id",
    "model.item={use: gate, of: [id, text], width: 8}",
    "stages.0.objectives=[{one_of: [masked-item, {use: index, indexer: {use: tree}}], per: epoch}, teach]",
    "stages.0.edits=[{set: history, causal: true, dropout: null}, {drop: text}, {add: text, use: text}]",
    "stages.0.makers={vectors: {use: export, of: item}}",
    "stages.0.stop={metric: NDCG@10}",
    "evaluate.candidates={sample: 9, by: popularity}",
    "evaluate.metrics=[ndcg, {use: recall, at: 3}, mrr]",
    "answer.on={use: cloze, rate: 0.5}",
)


def test_the_resolved_recipe_reads_back_as_the_same(ask: Ask, catalogue: Any) -> None:
    found = ask(*RICH)
    kept = json.loads(json.dumps(found.to_dict()))
    again = prepared(plain(kept, "run/recipe.json"), catalogue)
    assert again.to_dict() == kept
    assert kept["evaluate"]["metrics"] == [{"use": "lmrs/ndcg"}, {"use": "lmrs/recall", "at": 3}, {"use": "lmrs/mrr"}]
    cuts = [metric.settings().get("at") for metric in again.evaluate.metrics]
    assert cuts == [5, 10, 20, 3, None]
    assert parse(as_yaml(found).encode(), "r.yaml").plain() == kept


def test_texts_that_look_like_something_else_stay_texts(ask: Ask) -> None:
    odd = ["no", "1e-3", "07", "null", "a: b", "# x", "", " y ", "é\n", "[1]", "*a", "true", "-", "\x07", "0x10"]
    found = ask(recipe=f"name: odd\ndata: {json.dumps({'columns': odd, 'key: #': {'on': 1e-7}})}\n")
    assert found.data["columns"] == odd
    assert parse(as_text(found).encode(), "r.yaml").plain() == found.to_dict()


def test_every_value_has_an_origin(ask: Ask) -> None:
    found = ask(*RICH)
    shown = as_json(found)
    assert shown["provenance"]["model.item.width"] == f"--set {RICH[2]}"
    assert shown["provenance"]["stages.0.objectives.0.one_of.1.indexer.width"] == "default"
    assert json.loads(json.dumps(shown)) == shown


def test_text_is_the_recipe_with_origins_as_comments(ask: Ask) -> None:
    found = ask(*RICH)
    text = as_text(found)
    assert parse(text.encode(), "r.yaml").plain() == found.to_dict()
    line = next(line for line in text.splitlines() if "causal: true" in line)
    assert line.endswith(f"# --set {RICH[4]}")
    assert next(line for line in text.splitlines() if "seed:" in line) == "seed: 42"


def test_the_schema_knows_components_and_their_options(catalogue: Any) -> None:
    schema = json_schema(catalogue, list(catalogue.entries()))
    json.dumps(schema)
    node = schema["$defs"]["NodeSpec"]["anyOf"]
    assert {"seq/transformer", "transformer", "gate"} <= set(node[0]["examples"])
    rule = next(rule for rule in node[1]["allOf"] if "transformer" in rule["if"]["properties"]["use"]["enum"])
    assert rule["then"]["properties"]["layers"]["type"] == "integer"
    assert {"over", "of"} <= set(rule["then"]["properties"])
    assert schema["$defs"]["Stage"]["properties"]["epochs"]["minimum"] == 0
    names = schema["$defs"]["ObjectiveSpec"]["anyOf"][0]["examples"]
    assert "next-item" in names
    assert "cloze" not in names


def test_the_room_imports_no_torch() -> None:
    code = (
        "import sys, pkgutil, importlib, lmrs.recipe as room\n"
        "for found in pkgutil.iter_modules(room.__path__): importlib.import_module(f'lmrs.recipe.{found.name}')\n"
        "print([name for name in ('torch', 'numpy', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
