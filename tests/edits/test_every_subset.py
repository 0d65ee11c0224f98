"""Every edit of `mixed` is data, whichever of the plugins are installed: what is there is edited, the rest is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from isolation.environment import Environment

from lmrs.host.host import Host
from lmrs.recipe.check import prepared
from lmrs.recipe.resolved import ResolvedNode

pytestmark = pytest.mark.installs

PLUGINS = ("sequence", "text", "graph", "multimodal")
SUBSETS = list(chain.from_iterable(combinations(PLUGINS, size) for size in range(len(PLUGINS) + 1)))
PARTS = {"ids": "id", "texts": "words", "facts": "kg", "pictures": "looks"}
FIRST = {"texts": "text", "facts": "entity", "pictures": "image", "friends": "person"}
NO_MORE = [f"model.{node}=null" for node in FIRST.values()]
TOWER = (
    "{embed_dim: 16, vision_cfg: {image_size: 16, patch_size: 8, width: 16, head_width: 8, layers: 1}, text_cfg: {}}"
)
EDITS: dict[str, list[str]] = {
    "as it is": [],
    **{f"remove {kind}": [f"model.{node}=null"] for kind, node in FIRST.items()},
    "remove ids": ["model.id=null"],
    "remove all but ids": NO_MORE,
    "add texts to ids": [
        *NO_MORE,
        "model.more={use: text/encoder, model: minilm, fields: [title], optional: true}",
        "model.item={use: gate, of: [id, more], width: 64}",
    ],
    "add facts to ids": [
        *NO_MORE,
        "model.nodes={use: graph/id, subject: entity, width: 64, optional: true}",
        "model.near={use: graph/rgcn, of: nodes, optional: true}",
        "model.more={use: graph/linked, of: near, optional: true}",
        "model.item={use: gate, of: [id, more], width: 64}",
    ],
    "add pictures to ids": [
        *NO_MORE,
        f"model.more={{use: multimodal/image, model: {TOWER}, optional: true}}",
        "model.item={use: gate, of: [id, more], width: 64}",
    ],
    "add friends to ids": [
        *NO_MORE,
        "model.someone={use: graph/id, subject: user, width: 64, optional: true}",
        "model.near={use: graph/sage, graph: social, subject: user, of: someone, optional: true}",
        "model.event.user=[near]",
    ],
    "swap ids": ["model.id={use: graph/id, subject: item, width: 64, optional: true}"],
    "swap texts": ["model.words={use: sequence/category, field: categories, width: 64}"],
    "swap the model of texts": ["model.text.use=multimodal/clip-text", f"model.text.model={TOWER}"],
    "swap facts": ["model.facts.use=graph/gat"],
    "swap how facts are drawn": ["model.facts.use=graph/sampled-sage"],
    "swap friends": ["model.friends.use=graph/rgcn"],
    "swap pictures": ["model.looks={use: sequence/category, field: categories, width: 64}"],
    "swap the fusion": ["model.item.use=mixture-of-experts", "model.item.width=64"],
    "swap the fusion for that of a plugin": ["model.item.use=multimodal/attention"],
    "reorder": ["model.item.of=[looks, kg, words, id]"],
    "reorder some": ["model.item.of=[words, id]"],
    **{f"{kind} alone": [f"model.item.of=[{part}]"] for kind, part in PARTS.items()},
    **{f"demand {kind}": [f"model.{node}.optional=false"] for kind, node in FIRST.items()},
}
RESOLVE = """
import json, sys
from lmrs.cli.main import main
from lmrs.host.host import Host
from lmrs.recipe.check import prepared
from lmrs_plugins import LmrsError
registry, told = Host().registry, {}
for name, changes in json.load(open(sys.argv[2])).items():
    try:
        found = prepared(sys.argv[1], registry, changes)
        wires = {}
        for node in found.final_graph().values():
            wires[node.name] = {port: [str(wire) for wire in several] for port, several in node.wires.items()}
        told[name] = {"wires": wires, "notes": list(found.notes)}
    except LmrsError as error:
        told[name] = {"error": str(error), "lines": str(error).count(chr(10))}
assert "torch" not in sys.modules
json.dump(told, open("told.json", "w"))
sys.exit(main(["recipe", "draw", sys.argv[1], "--out", "drawn.svg"]))
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`mixed` as a file, which is there whatever is installed."""
    path = tmp_path_factory.mktemp("recipe") / "mixed.yaml"
    path.write_text(files("lmrs_sequence").joinpath("recipes/mixed.yaml").read_text())
    return path


@pytest.fixture(scope="module")
def whole(recipe: Path) -> dict[str, dict[str, ResolvedNode]]:
    """The graph of each edit where all plugins are there."""
    registry = Host().registry
    return {name: dict(prepared(recipe, registry, changes).final_graph()) for name, changes in EDITS.items()}


def left(graph: dict[str, ResolvedNode], missing: set[str]) -> dict[str, Any] | None:
    """The wires of a graph without these plugins; None where it cannot do without.

    A node goes with its plugin, and once nothing is left on a port that it needs.
    """
    gone = {name for name, node in graph.items() if node.use.partition("/")[0] in missing}
    while True:
        lost = {
            name
            for name, node in graph.items()
            for port, wires in node.wires.items()
            if name not in gone and wires and not node.takes[port].optional and all(one.node in gone for one in wires)
        }
        if not lost:
            break
        gone |= lost
    if not all(graph[name].optional for name in gone):
        return None
    return {
        name: {port: [str(wire) for wire in wires if wire.node not in gone] for port, wires in node.wires.items()}
        for name, node in graph.items()
        if name not in gone
    }


def environment_of(fresh_environment: Callable[..., Environment], plugins: tuple[str, ...]) -> Environment:
    return fresh_environment("lmrs-plugins", "lmrs", *(f"lmrs-{plugin}" for plugin in plugins))


@pytest.mark.fault("L: without plugins: {id}")
@pytest.mark.parametrize("plugins", SUBSETS, ids=lambda plugins: f"only {', '.join(plugins) or 'the host'}")
def test_every_edit_with_every_subset_of_the_plugins(
    fresh_environment: Callable[..., Environment],
    recipe: Path,
    whole: dict[str, dict[str, ResolvedNode]],
    plugins: tuple[str, ...],
) -> None:
    environment, missing = environment_of(fresh_environment, plugins), set(PLUGINS) - set(plugins)
    (environment.folder / "edits.json").write_text(json.dumps(EDITS))
    done = environment.run("python", "-c", RESOLVE, str(recipe), "edits.json")
    told = json.loads((environment.folder / "told.json").read_text()) if done.returncode != 1 else {}
    assert told.keys() == EDITS.keys(), done.stderr
    for name, graph in whole.items():
        wanted, said = left(graph, missing), told[name]
        if wanted is None:
            assert said.get("lines") == 0, name
            assert any(f"pip install lmrs-{plugin}" in said["error"] for plugin in missing), said
            continue
        assert said.get("wires") == wanted, (name, said)
        for node in graph.keys() - wanted.keys():
            assert [note for note in said["notes"] if note.startswith(f"node {node!r} is left out: ")], (name, node)
    drawn = environment.folder / "drawn.svg"
    if "sequence" not in plugins:
        assert done.returncode == 3
        assert "pip install lmrs-sequence" in done.stderr
        assert not drawn.exists()
        return
    assert done.returncode == 0, done.stderr
    text = drawn.read_text()
    assert all((f'data-box="{node}"' in text) == (node in told["as it is"]["wires"]) for node in whole["as it is"])


SMALL_MODEL = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig
made = Tokenizer(models.WordLevel({"[UNK]": 0, "the": 1}, unk_token="[UNK]"))
made.pre_tokenizer = pre_tokenizers.Whitespace()
made.save("tokenizer.json")
shape = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
BertConfig(vocab_size=2, max_position_embeddings=16, **shape).save_pretrained(".")
"""
QUICK = [
    "data.options={users: 60, items: 40}",
    "stages.0.max_steps=1",
    "stages.0.stop=null",
    f"model.image.model={TOWER}",
]


@pytest.mark.parametrize(
    ("plugins", "edit"),
    [
        (("sequence",), "as it is"),
        (("sequence", "graph"), "reorder"),
        (("sequence", "multimodal"), "swap the fusion for that of a plugin"),
        (PLUGINS, "reorder"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_is_left_trains_and_recommends(
    fresh_environment: Callable[..., Environment], recipe: Path, plugins: tuple[str, ...], edit: str
) -> None:
    environment = environment_of(fresh_environment, plugins)
    changes = [*QUICK, *EDITS[edit]]
    if "text" in plugins:
        (environment.folder / "words").mkdir()
        done = environment.run("python", "-c", SMALL_MODEL, cwd=environment.folder / "words")
        assert done.returncode == 0, done.stderr
        changes += [f"model.text.model={environment.folder / 'words'}", "model.text.weights=random"]
        changes += ["model.text.length=12"]
    words = [word for change in changes for word in ("--set", change)]
    done = environment.run("lmrs", "run", str(recipe), *words, "--out", "made")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("is left out: ") == 0 if plugins == PLUGINS else "is left out: " in done.stderr
    done = environment.run("lmrs", "recommend", "made", "--history", "i01,i02", "--top", "3", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["recommendations"]) == 3
