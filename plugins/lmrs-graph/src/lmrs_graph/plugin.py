"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

_USER, _ITEM, _ENTITY, _RELATION = (Port(subject, "vectors") for subject in ("user", "item", "entity", "relation"))
_NODES = {"{subject}": "{subject}"}
_LAYERS = (
    ("sage", "sage", "Sage", "whatever the relation to them", "Hamilton et al., NeurIPS 2017, algorithm 1"),
    ("rgcn", "rgcn", "Rgcn", "with a matrix for each relation", "Schlichtkrull et al., ESWC 2018, eq. 2-3"),
    ("gat", "gat", "Gat", "with attention", "Brody et al., ICLR 2022, eq. 7; Wang et al., KDD 2019, eq. 4"),
    ("compgcn", "compgcn", "CompGcn", "composed with vectors of relations", "Vashishth et al., ICLR 2020, eq. 2-5"),
)
_SIDES = (
    (
        "shared-compgcn",
        "shared_compgcn",
        "SharedCompGcn",
        "those who share a value with them",
        "Liu et al., TOIS 2023, COM-P; Vashishth et al., ICLR 2020, eq. 2-5",
    ),
    (
        "similar-gcn",
        "similar_gcn",
        "SimilarGcn",
        "those who are most like them",
        "Liu et al., TOIS 2023, GCN-P; Kipf and Welling, ICLR 2017, eq. 2",
    ),
)


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="id",
            summary="a free vector for every row of a subject",
            load="lmrs_graph.encoders.id:Id",
            options="lmrs_graph.encoders.options:Id",
            gives={"": Port("$subject", "vectors")},
            evaluation="lookup",
            needs=("{subject}", "graph.{graphs}"),
        ),
        Card(
            family="encoder",
            name="lightgcn",
            summary="users and items by those whom they are joined with in training, several steps away",
            load="lmrs_graph.encoders.lightgcn:LightGcn",
            options="lmrs_graph.encoders.options:LightGcn",
            takes={"user": _USER, "item": _ITEM},
            gives={"user": _USER, "item": _ITEM},
            evaluation="table",
            needs=("interactions",),
            source="He et al., SIGIR 2020, eq. 3-8",
        ),
        Card(
            family="encoder",
            name="ngcf",
            summary="users and items by those whom they are joined with in training, and what they have in common",
            load="lmrs_graph.encoders.ngcf:Ngcf",
            options="lmrs_graph.encoders.options:Ngcf",
            takes={"user": _USER, "item": _ITEM},
            gives={"user": _USER, "item": _ITEM},
            evaluation="table",
            needs=("interactions",),
            source="Wang et al., SIGIR 2019, eq. 3-9",
        ),
        *(
            Card(
                family="encoder",
                name=name,
                summary=f"rows of a subject by {how}, as columns and graphs say",
                load=f"lmrs_graph.encoders.{module}:{kind}",
                options=f"lmrs_graph.encoders.side_options:{kind}",
                takes={"of": Port("$subject", "vectors")},
                gives={"": Port("$subject", "vectors")},
                evaluation="table",
                needs=("{subject}.{columns}", "graph.{graphs}"),
                source=source,
            )
            for name, module, kind, how, source in _SIDES
        ),
        *(
            Card(
                family="encoder",
                name=name,
                summary=f"nodes of a named graph by their neighbours, {how}",
                load=f"lmrs_graph.encoders.{module}:{kind}",
                options=f"lmrs_graph.encoders.options:{kind}",
                takes={"of": Port("$subject", "vectors")},
                gives={"": Port("$subject", "vectors")},
                evaluation="table",
                needs=("graph.{graph}",),
                source=source,
            )
            for name, module, kind, how, source in _LAYERS
        ),
        *(
            Card(
                family="encoder",
                name=f"sampled-{name}",
                summary=f"nodes of a named graph by some of their neighbours, drawn anew in each step, {how}",
                load=f"lmrs_graph.encoders.{module}:Sampled{kind}",
                options=f"lmrs_graph.encoders.options:Sampled{kind}",
                takes={"of": Port("$subject", "vectors", at="nodes")},
                gives={"": Port("$subject", "vectors")},
                evaluation="rows",
                needs=("graph.{graph}",),
                source=source,
            )
            for name, module, kind, how, source in _LAYERS
        ),
        Card(
            family="encoder",
            name="kgat",
            summary="users, items and entities by attention over events and knowledge together",
            load="lmrs_graph.encoders.kgat:Kgat",
            options="lmrs_graph.encoders.options:Kgat",
            takes={"user": _USER, "item": _ITEM, "entity": _ENTITY},
            gives={"user": _USER, "item": _ITEM, "entity": _ENTITY},
            evaluation="table",
            needs=("interactions", "graph.{graph}"),
            source="Wang et al., KDD 2019, eq. 3-10",
        ),
        Card(
            family="encoder",
            name="sampled-kgat",
            summary="users, items or entities by attention over some of their neighbours, drawn anew in each step",
            load="lmrs_graph.encoders.kgat:SampledKgat",
            options="lmrs_graph.encoders.options:SampledKgat",
            takes={
                name: Port(name, "vectors", at=field)
                for name, field in (("user", "users"), ("item", "items"), ("entity", "entities"))
            },
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=("interactions", "graph.{graph}"),
            source="Wang et al., KDD 2019, eq. 3-10",
        ),
        Card(
            family="encoder",
            name="linked",
            summary="rows by the vectors of the entities that they are linked to",
            load="lmrs_graph.encoders.linked:Linked",
            options="lmrs_graph.encoders.options:Linked",
            takes={"of": Port("entity", "vectors")},
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=("link.{subject}",),
        ),
        *(
            Card(
                family="encoder",
                name=name,
                summary=f"free vectors of the nodes and relations of a named graph, as {kind} has them",
                load=f"lmrs_graph.encoders.triples:{kind}",
                options="lmrs_graph.encoders.options:Triples",
                gives={"": Port("$subject", "vectors"), "relation": _RELATION},
                evaluation="table",
                needs=("graph.{graph}",),
                source=source,
            )
            for name, kind, source in (
                ("transe", "TransE", "Bordes et al., NeurIPS 2013, algorithm 1"),
                ("distmult", "DistMult", "Yang et al., ICLR 2015, 3"),
            )
        ),
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="pairs",
            summary="training events as pairs of a user and an item, each once an epoch",
            load="lmrs_graph.samplers.pairs:Pairs",
            options="lmrs_graph.samplers.options:Pairs",
            columns=("user", "target"),
            needs=("interactions",),
        ),
        Card(
            family="sampler",
            name="edges",
            summary="edges of a named graph, each once an epoch",
            load="lmrs_graph.samplers.edges:Edges",
            options="lmrs_graph.samplers.options:Edges",
            columns=("head", "relation", "tail"),
            needs=("graph.{graph}",),
        ),
        Card(
            family="sampler",
            name="nodes",
            summary="nodes of a named graph that have an edge, each once an epoch",
            load="lmrs_graph.samplers.nodes:Nodes",
            options="lmrs_graph.samplers.options:Nodes",
            columns=("node",),
            needs=("graph.{graph}",),
        ),
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="negatives",
            summary="pairs that happened, and items that the user did not take",
            load="lmrs_graph.transforms.negatives:Negatives",
            options="lmrs_graph.transforms.options:Negatives",
            columns=("user", "target"),
            emits={
                "input": ViewType(rows={"user": "user"}),
                "target": ViewType(rows={"item": "item"}),
                "negative": ViewType(rows={"item": "item"}),
            },
            source="Rendle et al., UAI 2009, 4.2",
        ),
        Card(
            family="transform",
            name="users",
            summary="users by their rows, for an answer that needs no history",
            load="lmrs_graph.transforms.users:Users",
            columns=("user",),
            emits={"input": ViewType(rows={"user": "user"})},
        ),
        *(
            Card(
                family="transform",
                name=name,
                summary=f"edges of a named graph{which}, and edges that are not there",
                load=f"lmrs_graph.transforms.{name}:{name.title()}",
                options=f"lmrs_graph.transforms.options:{name.title()}",
                columns=columns,
                emits={
                    "head": ViewType(rows=_NODES, values=("relation",)),
                    "tail": ViewType(rows=_NODES),
                    "wrong": ViewType(rows=_NODES, values=("instead",)),
                },
                needs=("graph.{graph}",),
                source="Bordes et al., NeurIPS 2013, eq. 2",
            )
            for name, which, columns in (
                ("corrupt", "", ("head", "relation", "tail")),
                ("triples", ", one drawn beside each example of something else", ()),
            )
        ),
        Card(
            family="transform",
            name="hide",
            summary="nodes that an encoder is not to see, and other nodes",
            load="lmrs_graph.transforms.hide:Hide",
            options="lmrs_graph.transforms.options:Hide",
            columns=("node",),
            emits={"hidden": ViewType(rows=_NODES), "negative": ViewType(rows=_NODES)},
        ),
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="pair",
            summary="pairs that happened score above pairs that did not, by BPR or binary cross-entropy",
            load="lmrs_graph.objectives.pair:Pair",
            options="lmrs_graph.objectives.options:Pair",
            takes={
                "user": _USER,
                "item": _ITEM,
                "user_start": Port("user", "vectors", optional=True),
                "item_start": Port("item", "vectors", optional=True),
                "user_bias": Port("user", "vectors", optional=True),
                "item_bias": Port("item", "vectors", optional=True),
            },
            pulls=(
                Pull("user", "input"),
                Pull("item", "target"),
                Pull("item", "negative"),
                Pull("user_start", "input", when="decay"),
                Pull("item_start", "target", when="decay"),
                Pull("item_start", "negative", when="decay"),
                Pull("user_bias", "input"),
                Pull("item_bias", "target"),
                Pull("item_bias", "negative"),
            ),
            source="Rendle et al., UAI 2009, eq. 4",
        ),
        Card(
            family="objective",
            name="masked-node",
            summary="hidden nodes by what is around them: which they are, or what a field says of them",
            load="lmrs_graph.objectives.masked_node:MaskedNode",
            options="lmrs_graph.objectives.options:MaskedNode",
            takes={"node": Port("$S", "vectors"), "own": Port("$S", "vectors", optional=True)},
            pulls=(
                Pull("node", "hidden"),
                Pull("own", "hidden", when="target=identity"),
                Pull("own", "negative", when="target=identity"),
            ),
            reads=("negative.mask",),
            needs=("{subject}.{field}",),
            source="Wang et al., TOIS 2023, masked node prediction",
        ),
        Card(
            family="objective",
            name="masked-edge",
            summary="hidden edges by their ends: which relation they have, or whether they are there",
            load="lmrs_graph.objectives.masked_edge:MaskedEdge",
            options="lmrs_graph.objectives.options:MaskedEdge",
            takes={"node": Port("$S", "vectors")},
            pulls=(Pull("node", "head"), Pull("node", "tail"), Pull("node", "wrong", when="target=existence")),
            reads=("head.relation", "wrong.instead", "wrong.mask"),
            needs=("graph.{graph}",),
            source="Wang et al., TOIS 2023, masked edge prediction",
        ),
        Card(
            family="objective",
            name="link",
            summary="edges that are there score above edges that are not",
            load="lmrs_graph.objectives.link:Link",
            options="lmrs_graph.objectives.options:Link",
            takes={"node": Port("$S", "vectors"), "relation": Port("relation", "vectors", optional=True)},
            pulls=(
                *(Pull("node", view) for view in ("head", "tail", "wrong")),
                *(Pull("relation", when=f"score={score}") for score in ("distmult", "transe")),
            ),
            reads=("head.relation", "wrong.instead", "wrong.mask"),
            source="Bordes et al., NeurIPS 2013, eq. 1-2; Yang et al., ICLR 2015, eq. 2",
        ),
    ]


@hookimpl
def lmrs_commands() -> list[Card]:
    return [
        Card(
            family="command",
            name="show",
            summary="what is around a user, item or entity, or the paths between two",
            load="lmrs_graph.commands.show:Show",
            options="lmrs_graph.commands.options:Show",
        )
    ]


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [
        RecipeCard(
            name="lightgcn",
            summary="users and items by those whom they are joined with, several steps away",
            package="lmrs_graph",
            path="recipes/lightgcn.yaml",
            source="He et al., SIGIR 2020",
        ),
        RecipeCard(
            name="mf",
            summary="free vectors of users and items, pair against pair",
            package="lmrs_graph",
            path="recipes/mf.yaml",
            source="Rendle et al., UAI 2009",
        ),
        RecipeCard(
            name="ngcf",
            summary="users and items by those whom they are joined with, and by what they have in common with them",
            package="lmrs_graph",
            path="recipes/ngcf.yaml",
            source="Wang et al., SIGIR 2019",
        ),
        RecipeCard(
            name="gnn-pretrain",
            summary="users and items by those who share side information with them, as a start for mf, ngcf, lightgcn",
            package="lmrs_graph",
            path="recipes/gnn-pretrain.yaml",
            source="Liu et al., TOIS 2023",
        ),
    ]
