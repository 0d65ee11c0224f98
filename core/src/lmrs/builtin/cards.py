"""Cards of the host's own components."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull

CARDS: list[Card] = [
    Card(
        family="fusion",
        name="sum",
        summary="sum of what is there, inputs of equal width",
        load="lmrs.builtin.fusions.sum:Sum",
        options="lmrs.builtin.options:Fusion",
        takes={"of": Port("$S", "vectors", many=True)},
        gives={"": Port("$S", "vectors")},
        evaluation="rows",
    ),
    Card(
        family="fusion",
        name="gate",
        summary="weighted sum of projections, the weights a softmax over the inputs that are there",
        load="lmrs.builtin.fusions.gate:Gate",
        options="lmrs.builtin.options:Gate",
        takes={"of": Port("$S", "vectors", many=True)},
        gives={"": Port("$S", "vectors")},
        evaluation="rows",
    ),
    Card(
        family="fusion",
        name="mixture-of-experts",
        summary="several projections of each input, weighted by a softmax over those of the inputs that are there",
        load="lmrs.builtin.fusions.mixture_of_experts:MixtureOfExperts",
        options="lmrs.builtin.options:MixtureOfExperts",
        takes={"of": Port("$S", "vectors", many=True)},
        gives={"": Port("$S", "vectors")},
        evaluation="rows",
        source="Jacobs et al., Neural Computation 3(1), 1991",
    ),
    Card(
        family="scorer",
        name="dot",
        summary="inner product of a vector, or of the last state of a history, and every row of a table",
        load="lmrs.builtin.scorers.dot:Dot",
        options="lmrs.builtin.options:Dot",
        takes={"history": Port("$H", "states|vectors"), "item": Port("$S", "vectors")},
        pulls=(Pull("history", "input"), Pull("item", "candidates"), Pull("item")),
    ),
    *(
        Card(
            family="strategy",
            name=name,
            summary=summary,
            load="lmrs.builtin.strategies.everything:Everything",
            options="lmrs.builtin.options:Everything",
        )
        for name, summary in (
            ("pretrain", "everything trains, from a fresh start"),
            ("finetune-holistic", "everything trains, from what an earlier stage learnt"),
        )
    ),
    Card(
        family="strategy",
        name="finetune-partial",
        summary="only named nodes, parts or parameters train, or the top-most parts of a node",
        load="lmrs.builtin.strategies.partial:Partial",
        options="lmrs.builtin.options:Partial",
        source="by depth: Howard and Ruder, ACL 2018, 3.2 and 3.3",
    ),
    Card(
        family="strategy",
        name="finetune-extra",
        summary="only what is new trains, such as a head, on a frozen body",
        load="lmrs.builtin.strategies.extra:Extra",
        options="lmrs.builtin.options:Extra",
    ),
    Card(
        family="maker",
        name="export",
        summary="a node's vectors for all rows of its subject, as a table; of a node in context, one a user",
        load="lmrs.builtin.makers.export:Export",
        options="lmrs.builtin.options:Export",
        takes={"of": Port("$S", "vectors|states")},
    ),
    Card(
        family="task",
        name="next-item",
        summary="given a history, the item that comes next",
        load="lmrs.builtin.tasks.next_item:NextItem",
        options="lmrs.builtin.options:NextItem",
        columns=("user", "item", "event"),
        needs=("interactions",),
    ),
    Card(
        family="task",
        name="top-n",
        summary="given a history, the set of items of the part",
        load="lmrs.builtin.tasks.top_n:TopN",
        options="lmrs.builtin.options:TopN",
        columns=("user", "item", "event"),
        needs=("interactions",),
    ),
    Card(
        family="task",
        name="impressions",
        summary="given a history, what is clicked of all that was shown",
        load="lmrs.builtin.tasks.impressions:Impressions",
        options="lmrs.builtin.options:Impressions",
        columns=("user", "item", "candidates"),
        needs=("impression.clicks",),
        traits=("candidates",),
        source="Wu et al., ACL 2020 (MIND)",
    ),
]
