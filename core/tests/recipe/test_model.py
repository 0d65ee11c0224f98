"""The model graph: wires, order, sharing, optional nodes, and the edits of stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lmrs.recipe.other_ids import takes
from lmrs_plugins import InputError

Ask = Callable[..., Any]
BEFORE = {"before": "  item: {use: item-id, width: 64}\n"}


def model(ask: Ask, text: str, *overrides: str, **swaps: str) -> Any:
    """`bert` with other nodes in place of its item."""
    return ask(*overrides, before="  item: {use: item-id, width: 64}\n", after=text, **swaps)


def wires(node: Any) -> dict[str, list[str]]:
    return {port: [str(wire) for wire in found] for port, found in node.wires.items()}


FUSED = """\
  item: {use: gate, of: [id, text]}
  text: {use: text}
  id: item-id
"""


def test_inputs_come_first_and_subjects_are_concrete(ask: Ask) -> None:
    found = model(ask, FUSED)
    assert list(found.model) == ["text", "id", "item", "history"]
    assert wires(found.model["item"]) == {"of": ["id", "text"]}
    assert found.model["item"].gives[""].subject == "item"
    assert found.model["history"].takes["over"].subject == "item"


def test_positional_wires_fill_ports_in_order(ask: Ask) -> None:
    found = ask("answer.of=[history, item]")
    assert wires(found.answer) == {"history": ["history"], "item": ["item"]}
    swapped = ask("answer.item=other", "model.other=item-id")
    assert wires(swapped.answer) == {"history": ["history"], "item": ["other"]}
    assert swapped.provenance["answer.item"] == "--set answer.item=other"
    assert wires(
        model(ask, "  item: {use: adapter, of: [id, id2]}\n  id: item-id\n  id2: item-id\n").model["item"]
    ) == {
        "over": ["id"],
        "more": ["id2"],
    }


def test_objectives_take_the_node_of_a_ports_name_unless_told_otherwise(ask: Ask) -> None:
    objective = {"before1": "{use: masked-item, on: cloze}", "after1": "{use: masked-item, item: other}"}
    found = model(ask, "  item: item-id\n  other: item-id\n", **objective).stages[0].each()[0]
    assert wires(found) == {"history": ["history"], "item": ["other"]}
    assert found.on == ("cloze",)


def test_one_of_several_outputs(ask: Ask) -> None:
    nodes = "  user: {use: id, subject: user}\n  gcn: {use: gcn, user: user}\n  item: {use: gate, of: [%s]}\n"
    assert wires(model(ask, nodes % "gcn.item").model["item"]) == {"of": ["gcn.item"]}
    with pytest.raises(
        InputError, match=r"takes gcn on port 'of', but model.gcn .seq/gcn. gives several: say one of gcn"
    ):
        model(ask, nodes % "gcn")
    with pytest.raises(
        InputError, match=r"takes gcn.itm on port 'of', but model.gcn .* gives no 'itm'; did you mean 'item'"
    ):
        model(ask, nodes % "gcn.itm")


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ("  item: {use: gate, of: [item]}\n", "the model runs in a circle: item takes item"),
        ("  item: {use: gate, of: [b]}\n  b: {use: gate, of: [item]}\n", "a circle: item takes b takes item"),
        ("  item: {use: gate, of: [idd]}\n  id: item-id\n", "the model has no node 'idd'; did you mean 'id'?"),
        ("  item: {use: gate}\n", "model.item (lmrs/gate) takes vectors of $S on port 'of', which is open"),
        ("  item: {use: gate, of: [id, id]}\n  id: item-id\n", "a node stands twice"),
        ("  item: {use: adapter, over: [id], more: id}\n  id: item-id\n", "port 'over' takes one node, not a list"),
        ("  item: {use: adapter, of: [id, id, id]}\n  id: item-id\n", "names 3 nodes for 2 port(s): over, more"),
        ("  item: {use: gate, of: [3]}\n", "port 'of' takes the name of a node, not 3"),
        ("  item: {use: item-id, share: id}\n", "shares 'id', which is no node"),
        ("  item: {use: item-id, share: history}\n", "cannot share the module of model.history"),
        ("  item: {use: item-id, share: item}\n", "has no module of its own"),
        (
            "  item: {use: gate, of: [id, user]}\n  id: item-id\n  user: {use: id, subject: user}\n",
            "model.item (lmrs/gate) takes vectors of $S ($S is item by id) on port 'of', but model.user (seq/id) gives "
            "vectors of user",
        ),
        (
            "  item: {use: gate, of: [history]}\n",
            "a circle",
        ),
        (
            "  item: item-id\n  twice: {use: gate, of: [history]}\n",
            "model.twice (lmrs/gate) takes vectors of $S on port 'of', but model.history (seq/transformer) gives",
        ),
        ("  item: {use: item-id, init: artifact vectors}\n", "no earlier stage leaves an artifact 'vectors'"),
    ],
)
def test_what_cannot_be_wired(ask: Ask, nodes: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        model(ask, nodes)
    assert said in str(caught.value)
    assert "recipe.yaml:" in str(caught.value)


def test_a_budget_stays_with_its_node_and_goes_with_a_swap(ask: Ask) -> None:
    text = "  item: {use: text, budget: 4096, recompute: true}\n"
    node = model(ask, text, "stages.0.edits=[{set: item, fields: [plot]}]").final_graph()["item"]
    assert (node.budget, node.recompute, node.settings()["fields"]) == (4096, True, ["plot"])
    found = model(ask, text, "model.item=item-id")
    assert (found.model["item"].budget, found.model["item"].recompute) == (None, False)
    assert [note for note in found.notes if "'budget' is left out: it is for nodes that are computed row" in note]


def test_a_shared_module_comes_before_its_sharer(ask: Ask) -> None:
    nodes = "  body: {use: text, fields: [plot], share: title}\n  title: text\n  item: {use: gate, of: [title, body]}\n"
    found = model(ask, nodes)
    assert list(found.model)[:2] == ["title", "body"]
    assert found.model["body"].share == "title"


OPTIONAL = """\
  id: item-id
  image: {use: vision/clip, optional: true}
  item: {use: gate, of: [id, image]}
"""


def test_an_optional_node_without_its_plugin_is_left_out(ask: Ask) -> None:
    found = model(ask, OPTIONAL)
    assert list(found.model) == ["id", "item", "history"]
    assert wires(found.model["item"]) == {"of": ["id"]}
    assert any(
        note.startswith("node 'image' is left out: ") and "'vision' is not installed" in note for note in found.notes
    )


def test_an_optional_node_that_is_misspelt_is_not_left_out(ask: Ask) -> None:
    with pytest.raises(InputError, match="unknown encoder 'seq/txet': did you mean 'seq/text'"):
        model(ask, OPTIONAL.replace("vision/clip", "seq/txet"))


def test_what_needs_an_absent_node_is_absent_too_or_refused(ask: Ask) -> None:
    chain = (
        OPTIONAL.replace("[id, image]", "[id, moved]") + "  moved: {use: adapter, of: [image, id], optional: true}\n"
    )
    found = model(ask, chain)
    assert wires(found.model["item"]) == {"of": ["id"]}
    assert any("takes image on port 'over'" in note for note in found.notes)
    with pytest.raises(InputError, match=r"model.moved .* takes image on port 'over', and .*not installed"):
        model(ask, chain.replace("[image, id], optional: true", "[image, id]"))


def test_an_override_takes_a_modality_away(ask: Ask) -> None:
    assert wires(model(ask, FUSED, "model.text=null").model["item"]) == {"of": ["id"]}


def edited(ask: Ask, edits: str, nodes: str = FUSED, **more: str) -> Any:
    second = f"""\
  - name: tune
    edits: {edits}
    strategy: pretrain
    sampler: windows
    draws: {{cloze: cloze}}
    objectives: [masked-item]
answer:"""
    return model(ask, nodes, before1="answer:", after1=second, **more)


def test_edits_hold_from_their_stage_on(ask: Ask) -> None:
    found = edited(ask, "[{set: history, causal: true, layers: 1}, {drop: text}, {grow: item, by: 10}]")
    before, after = found.graph(0), found.graph(1)
    assert before["history"].settings()["causal"] is False
    assert after["history"].settings() == {"layers": 1, "heads": 2, "causal": True, "dropout": 0.1}
    assert wires(before["item"]) == {"of": ["id", "text"]}
    assert wires(after["item"]) == {"of": ["id"]}
    assert list(found.final_graph()) == ["id", "item", "history"]
    stage = found.stages[1]
    assert (stage.changed, stage.dropped, stage.added) == (("history",), ("text",), ())
    assert [(growth.subject, growth.by) for growth in stage.growths] == [("item", 10)]


def test_a_dropped_node_that_comes_back_is_new_and_wired_again(ask: Ask) -> None:
    found = edited(ask, "[{drop: text}, {add: text, use: text, fields: [plot]}]").stages[1]
    assert wires(found.graph["item"]) == {"of": ["id", "text"]}
    assert found.graph["text"].settings() == {"fields": ["plot"]}
    assert (found.added, found.dropped) == (("text",), ("text",))
    assert not takes(found, "text", run=False, other=False)


def test_a_node_can_start_from_an_artifact_of_an_earlier_stage(ask: Ask) -> None:
    makers = {"before2": "    epochs: 3", "after2": "    makers: {vectors: {use: export, of: item}}"}
    found = edited(ask, "[{add: table, use: item-id, init: artifact vectors}]", **makers)
    assert str(found.final_graph()["table"].init) == "artifact vectors"
    assert wires(found.stages[0].makers["vectors"]) == {"of": ["item"]}
    with pytest.raises(InputError, match="no earlier stage leaves an artifact 'vector'; did you mean 'vectors'"):
        edited(ask, "[{add: table, use: item-id, init: artifact vector}]", **makers)


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ("[{drop: txt}]", "stages.1.edits.0.drop: the model has no node 'txt' at this stage; did you mean 'text'?"),
        ("[{drop: text}, {set: text, fields: [a]}]", "node 'text' is gone: stage 'tune' drops it"),
        ("[{drop: item}]", "model.history (seq/transformer) takes item on port 'over', and stage 'tune' drops it"),
        ("[{add: text, use: text}]", "the model has 'text' already"),
        ("[{set: history, casual: true}]", "did you mean 'causal'?"),
        ("[{set: history, causal: 3}]", "stages.1.edits.0.causal: should be a valid boolean"),
        ("[{set: history, use: other}]", "drop and add"),
        ("[{set: history, over: history}]", "a circle"),
        ("[{grow: item, by: 0}]", "grows by at least one row"),
    ],
)
def test_edits_that_cannot_be(ask: Ask, edits: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        edited(ask, edits)
    assert said in str(caught.value)


def test_an_edit_of_a_node_that_was_left_out_is_left_out(ask: Ask) -> None:
    found = edited(ask, "[{drop: image}]", OPTIONAL)
    assert found.stages[1].edits == ()
    assert found.to_dict()["stages"][1]["edits"] == []
