"""Parts that do not fit are refused before any work, and both ends are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lmrs.recipe.check_data import Known, check_data
from lmrs_plugins import InputError

Ask = Callable[..., Any]
PAIRS = ("model.pair=pair", "answer={use: whole, item: pair}")


BCE = "stages.0.objectives=[{use: next-item, loss: bce}]"
USERS = ("model.user={use: id, subject: user}", "answer.history=user")


@pytest.mark.fault("I: misfit: {id}")
@pytest.mark.parametrize(
    ("overrides", "ends"),
    [
        pytest.param(
            ["stages.0.objectives=[logits]"],
            [
                "stages.0.objectives.0 (seq/logits) takes logits of item",
                "model.item (seq/item-id) gives vectors of item",
            ],
            id="no node gives logits",
        ),
        pytest.param(
            ["stages.0.objectives=[{use: masked-item, history: item}]"],
            ["(seq/masked-item) takes states of history on port 'history'", "model.item (seq/item-id) gives vectors"],
            id="an objective on the wrong node",
        ),
        pytest.param(
            USERS,
            ["answer (lmrs/dot) takes states of history", "model.user (seq/id) gives vectors of user"],
            id="a scorer on the wrong node",
        ),
        pytest.param(
            ["stages.0.draws.cloze=next", BCE],
            [
                "(seq/next-item) pulls 'item' at view 'negative'",
                "stages.0.draws.cloze (seq/next) makes that only where",
            ],
            id="binary loss without negatives",
        ),
        pytest.param(
            ["stages.0.draws.cloze=next"],
            ["(seq/masked-item) reads field 'position' of view 'target'", "stages.0.draws.cloze (seq/next) makes none"],
            id="a field that is not made",
        ),
        pytest.param(
            ["stages.0.draws.cloze=user-only", "stages.0.sampler=users"],
            [
                "(seq/masked-item) pulls 'history' at view 'input' of stages.0.draws.cloze (seq/user-only)",
                "model.item (seq/item-id) wants rows of item, and it holds user (rows of user)",
            ],
            id="a view without the rows of a leaf",
        ),
        pytest.param(
            ["answer.on={use: user-only}"],
            [
                "answer (lmrs/dot) pulls 'history' at",
                "answer.on (seq/user-only)",
                "model.item (seq/item-id) wants rows",
            ],
            id="an answer's view without rows",
        ),
        pytest.param(
            ["answer.on=clozee"],
            ["answer.on: the last stage has no draw 'clozee'; did you mean 'cloze'?"],
            id="an answer on no draw",
        ),
        pytest.param(
            ["stages.0.sampler=users"],
            ["stages.0.draws.cloze (seq/cloze) reads column 'item'", "stages.0.sampler (seq/users) gives user"],
            id="a column that the sampler lacks",
        ),
        pytest.param(
            ["task=pairs"],
            ["stages.0.draws.cloze (seq/cloze) reads column 'item'", "task (lmrs/pairs) gives user"],
            id="a column that the task lacks",
        ),
        pytest.param(
            PAIRS,
            ["answer (lmrs/whole) pulls the whole table", "model.pair (seq/pair) gives rows of the product user*item"],
            id="a table of pairs",
        ),
        pytest.param(
            ["model.pair=pair", "answer.item=pair"],
            [
                "evaluate.candidates is all",
                "answer (lmrs/dot) only orders candidates",
                "evaluate.candidates={sample: 100}",
            ],
            id="a full ranking of pairs",
        ),
        pytest.param(
            ["stages.0.objectives=[{use: teach, teachers: history}]"],
            ["stages.0.objectives.0 (seq/teach)", "model.history (seq/transformer) gives states of history"],
            id="a teacher of another form",
        ),
        pytest.param(
            ["stages.0.stop={metric: NDCG@7}"],
            ["stages.0.stop.metric: NDCG@7 is not computed", "evaluate.at has 5, 10, 20"],
            id="a metric that is not computed",
        ),
        pytest.param(
            ["stages.0.stop={metric: NDCG@10}", "answer=null"],
            ["there is no answer to measure"],
            id="nothing to stop by",
        ),
    ],
)
def test_both_ends_are_named_in_one_line(ask: Ask, overrides: list[str], ends: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        ask(*overrides)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(("--set", "/", "default"))
    for end in ends:
        assert end in message


def test_conditions_follow_the_options(ask: Ask) -> None:
    bce = ["stages.0.draws.cloze={use: next, negatives: 2}", "stages.0.objectives=[{use: next-item, loss: bce}]"]
    assert [(pull.port, pull.view) for pull in ask(*bce).stages[0].each()[0].pulls] == [
        ("history", "input"),
        ("item", "negative"),
    ]
    full = ["stages.0.draws.cloze=next", "stages.0.objectives=[next-item]"]
    assert [(pull.port, pull.view) for pull in ask(*full).stages[0].each()[0].pulls] == [
        ("history", "input"),
        ("item", ""),
    ]


def test_a_scorer_of_pairs_only_reranks(ask: Ask) -> None:
    pairs = ["model.pair=pair", "answer.item=pair"]
    found = ask(*pairs, "evaluate.candidates={sample: 100}")
    assert found.reranks
    assert [(pull.port, pull.view) for pull in found.answer.pulls] == [("history", "input"), ("item", "candidates")]
    assert ask(*pairs, "task=impressions").reranks
    assert not ask().reranks


def test_several_draws_have_to_be_told_apart(ask: Ask) -> None:
    with pytest.raises(InputError, match=r"answer\.on: dot looks at a draw: say which of cloze, second"):
        ask("stages.0.draws.second=cloze", "answer.on=null")
    both = ask("stages.0.draws.second=cloze", "stages.0.objectives.0.on=[second, cloze]")
    assert both.stages[0].each()[0].on == ("second", "cloze")


def test_a_draw_that_nobody_uses_is_noted(ask: Ask) -> None:
    found = ask("stages.0.draws.second=cloze")
    assert [note for note in found.notes if "stages.0.draws.second (seq/cloze) is used by no objective" in note]
    assert ask().notes == ()


def test_a_table_reads_its_ports_whole(ask: Ask) -> None:
    context = ["model.user={use: id, subject: user}", "model.gcn={use: gcn, user: user}"]
    assert list(ask(*context).model["gcn"].gives) == ["user", "item"]


def test_a_recipe_without_stages_answers(ask: Ask) -> None:
    found = ask(recipe="name: floor\ntask: next-item\nmodel: {item: item-id}\nanswer: whole\n")
    assert found.stages == ()
    assert found.answer.draw is None
    assert list(found.final_graph()) == ["item"]


DATA = ["interactions", "item.title", "item"]


def known(there: list[str], stage: str = "") -> Known:
    return Known(f"{stage}-data" if stage else "tiny", there.__contains__, tuple(there), stage)


def fitted(found: Any, there: list[str], **others: list[str]) -> Any:
    """`others` are the data of stages with data of their own, by `stage0` and so on."""
    own = {int(key.removeprefix("stage")): known(one, f"s{key[-1]}") for key, one in others.items()}
    return check_data(found, known(there), own)


@pytest.mark.fault("I: misfit: data lack what a node needs")
def test_data_that_lack_what_a_node_needs(ask: Ask) -> None:
    found = ask("model.text={use: text, fields: [title, plot]}")
    said = r"model.text .seq/text. needs item.plot, but data set 'tiny' has no item.plot: it has interactions, item"
    with pytest.raises(InputError, match=said):
        fitted(found, DATA)
    assert fitted(found, [*DATA, "item.plot"]) is found
    with pytest.raises(InputError, match=r"task .lmrs/next-item. needs interactions, but data set 'tiny' has no"):
        fitted(found, ["item.title", "item.plot"])


def test_an_optional_node_without_its_data_is_left_out_of_every_stage(ask: Ask) -> None:
    nodes = [
        "model.text={use: text, optional: true}",
        "model.id=item-id",
        "model.item={use: gate, of: [id, text]}",
    ]
    found = fitted(ask(*nodes), ["interactions", "item"])
    for graph in (found.model, found.final_graph()):
        assert list(graph) == ["id", "item", "history"]
        assert [str(wire) for wire in graph["item"].wires["of"]] == ["id"]
    assert "node 'text' is left out: data set 'tiny' has no item.title" in found.notes
    assert not [path for path in found.provenance if path.startswith("model.text")]


OWN = "    data: {source: elsewhere}\n    strategy: pretrain"
TUNE = """
  - name: tune
    strategy: pretrain
    sampler: windows
    draws: {cloze: cloze}
    objectives: [masked-item]
answer:"""


def two(ask: Ask, *overrides: str) -> Any:
    """A stage on data of its own, then one on the recipe's."""
    return ask(*overrides, before="    strategy: pretrain", after=OWN, before1="answer:", after1=TUNE)


@pytest.mark.fault("I: misfit: a stage's own data lack what a node needs")
def test_data_of_a_stage_that_lack_what_a_node_needs(ask: Ask) -> None:
    found = two(ask, "model.text=text")
    assert found.stages[0].data == {"source": "elsewhere"}
    assert found.stages[1].data is None
    with pytest.raises(InputError, match=r"needs item.title, but data set 's0-data' of stage 's0' has no item.title"):
        fitted(found, DATA, stage0=["interactions", "item"])
    with pytest.raises(InputError, match=r"needs item.title, but data set 'tiny' has no item.title"):
        fitted(found, ["interactions", "item"], stage0=DATA)
    assert fitted(found, DATA, stage0=DATA) is found


def test_what_is_asked_is_asked_of_the_last_stages_data_alone(ask: Ask) -> None:
    found = two(ask)
    assert fitted(found, DATA, stage0=["item"]) is found
    with pytest.raises(InputError, match=r"task .* needs interactions, but data set 'tiny'"):
        fitted(found, ["item"], stage0=DATA)


def test_an_optional_node_that_some_data_cannot_feed_is_left_out_of_all(ask: Ask) -> None:
    nodes = ["model.text={use: text, optional: true}", "model.id=item-id", "model.item={use: gate, of: [id, text]}"]
    found = fitted(two(ask, *nodes), DATA, stage0=["interactions", "item"])
    assert all("text" not in graph for graph in (found.model, found.graph(0), found.final_graph()))
    assert "node 'text' is left out: data set 's0-data' of stage 's0' has no item.title" in found.notes


def test_rows_that_the_data_do_not_have(ask: Ask) -> None:
    found = ask(
        "answer={use: whole, item: words}", "model.words={use: gate, of: [word]}", "model.word={use: id, subject: word}"
    )
    with pytest.raises(InputError, match=r"answer .lmrs/whole. pulls all rows of word from model.words .* has no word"):
        fitted(found, DATA)
    grown = ask("stages.0.edits=[{grow: item, by: word}]")
    with pytest.raises(InputError, match="stage 'train' grows item by word, but data set 'tiny' has no word"):
        fitted(grown, DATA)
