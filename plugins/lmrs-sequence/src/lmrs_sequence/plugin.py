"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

_HISTORY = Port("history", "states")
_ITEM = Port("item", "vectors")
_ATTRIBUTE = Port("attribute", "vectors")
_ROWS = {"item": "item", "{also}": "{also}"}
_TARGETS = {
    "input": ViewType(rows=_ROWS),
    "target": ViewType(rows={"item": "item"}, values=("at",)),
    "negative": ViewType(rows={"item": "item"}, when="negatives"),
    "shared": ViewType(rows={"item": "item"}, values=("logq", "target_logq"), when="shared"),
}


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="item-id",
            summary="a free vector for every item",
            load="lmrs_sequence.encoders.item_id:ItemId",
            options="lmrs_sequence.encoders.options:ItemId",
            gives={"": _ITEM},
            evaluation="lookup",
        ),
        Card(
            family="encoder",
            name="transformer",
            summary="a Transformer over the vectors of a history, bidirectional or causal",
            load="lmrs_sequence.encoders.transformer:Transformer",
            options="lmrs_sequence.encoders.options:Transformer",
            takes={"over": Port("$S", "vectors")},
            gives={"": _HISTORY},
            evaluation="view",
            source="Sun et al., CIKM 2019, 3.2-3.5; Kang and McAuley, ICDM 2018, III",
        ),
        Card(
            family="encoder",
            name="prediction-head",
            summary="BERT's projection, activation and norm between states and the table of items",
            load="lmrs_sequence.encoders.head:PredictionHead",
            options="lmrs_sequence.encoders.options:PredictionHead",
            takes={"over": Port("$S", "states")},
            gives={"": Port("$S", "states")},
            evaluation="view",
            source="Sun et al., CIKM 2019, eq. 7",
        ),
        Card(
            family="encoder",
            name="attribute-id",
            summary="a free vector for every value of a column of the items",
            load="lmrs_sequence.encoders.attribute_id:AttributeId",
            options="lmrs_sequence.encoders.options:AttributeId",
            gives={"": _ATTRIBUTE},
            evaluation="table",
            needs=("item.{field}",),
            source="Zhou et al., CIKM 2020, 4.2",
        ),
        Card(
            family="encoder",
            name="category",
            summary="rows by a column that names one or several of a few things",
            load="lmrs_sequence.encoders.category:Category",
            options="lmrs_sequence.encoders.options:Category",
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=("{subject}.{field}",),
        ),
        Card(
            family="encoder",
            name="number",
            summary="rows by a column of numbers, each a soft choice among a few vectors",
            load="lmrs_sequence.encoders.number:Number",
            options="lmrs_sequence.encoders.options:Number",
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=("{subject}.{field}",),
            source="Moreira et al., RecSys 2021",
        ),
    ]


@hookimpl
def lmrs_fusions() -> list[Card]:
    return [
        Card(
            family="fusion",
            name="concat-mlp",
            summary="inputs concatenated and projected, each layer-normed",
            load="lmrs_sequence.fusions.concat_mlp:ConcatMlp",
            options="lmrs_sequence.fusions.options:ConcatMlp",
            takes={"of": Port("$S", "vectors", many=True)},
            gives={"": Port("$S", "vectors")},
            evaluation="rows",
            source="Moreira et al., RecSys 2021",
        ),
        Card(
            family="fusion",
            name="item-in-context",
            summary="the items of a history merged with features of theirs, of their events and of whose they are",
            load="lmrs_sequence.fusions.item_in_context:ItemInContext",
            options="lmrs_sequence.fusions.options:ItemInContext",
            takes={
                "item": _ITEM,
                "about": Port("item", "vectors", many=True, optional=True),
                "event": Port("event", "vectors", many=True, optional=True),
                "user": Port("user", "vectors", many=True, optional=True),
            },
            gives={"": Port("history", "vectors")},
            evaluation="view",
            source="Moreira et al., RecSys 2021",
        ),
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="cloze",
            summary="hides some items of a history, to be guessed from both sides",
            load="lmrs_sequence.transforms.cloze:Cloze",
            options="lmrs_sequence.transforms.options:Cloze",
            columns=("item", "{also}"),
            emits={**_TARGETS, "original": ViewType(rows=_ROWS, when="original")},
            traits=("batch-level",),
            source="Sun et al., CIKM 2019, 3.6",
        ),
        Card(
            family="transform",
            name="next",
            summary="a history and, at each position, the item that came next",
            load="lmrs_sequence.transforms.next:Next",
            options="lmrs_sequence.transforms.options:Next",
            columns=("item", "{also}"),
            emits=_TARGETS,
            traits=("batch-level",),
            source="Kang and McAuley, ICDM 2018, III-E",
        ),
        Card(
            family="transform",
            name="permuted",
            summary="some items of a history, guessed one after the other in a random order",
            load="lmrs_sequence.transforms.permuted:Permuted",
            options="lmrs_sequence.transforms.options:Permuted",
            columns=("item", "{also}"),
            emits={**_TARGETS, "input": ViewType(rows=_ROWS, values=("position", "order"))},
            traits=("batch-level",),
            source="Yang et al., NeurIPS 2019, 2.2-2.3",
        ),
        Card(
            family="transform",
            name="segments",
            summary="a history without a segment of it, that segment, and one of somebody else in its place",
            load="lmrs_sequence.transforms.segments:Segments",
            options="lmrs_sequence.transforms.options:Segments",
            columns=("item",),
            emits={name: ViewType(rows={"item": "item"}) for name in ("input", "segment", "other")},
            traits=("batch-level",),
            source="Zhou et al., CIKM 2020, 4.2",
        ),
        Card(
            family="transform",
            name="two-views",
            summary="a history that asks for its last item, and the same without some of its items",
            load="lmrs_sequence.transforms.two_views:TwoViews",
            options="lmrs_sequence.transforms.options:TwoViews",
            columns=("item",),
            emits={
                "input": ViewType(rows={"item": "item"}),
                "target": ViewType(rows={"item": "item"}, values=("at",)),
                "other": ViewType(rows={"item": "item"}),
            },
            traits=("batch-level",),
            source="Hou et al., KDD 2022, 2.2",
        ),
        Card(
            family="transform",
            name="impressions",
            summary="a history, and what was clicked after it beside candidates that were not",
            load="lmrs_sequence.transforms.impressions:Impressions",
            options="lmrs_sequence.transforms.options:Impressions",
            columns=("item", "candidates"),
            emits={name: ViewType(rows={"item": "item"}) for name in ("input", "shown")},
            source="Wu et al., ACL 2020",
        ),
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="windows",
            summary="histories cut into windows that leave no event out",
            load="lmrs_sequence.samplers.windows:Windows",
            options="lmrs_sequence.samplers.options:Windows",
            columns=("user", "item", "event"),
            needs=("interactions",),
        ),
        Card(
            family="sampler",
            name="sessions",
            summary="sessions of a user's events, cut where nothing happened for a while",
            load="lmrs_sequence.samplers.sessions:Sessions",
            options="lmrs_sequence.samplers.options:Sessions",
            columns=("user", "item", "event"),
            needs=("interactions",),
        ),
        Card(
            family="sampler",
            name="impressions",
            summary="clicks, each among what was shown with it",
            load="lmrs_sequence.samplers.impressions:Impressions",
            options="lmrs_sequence.samplers.options:Impressions",
            columns=("user", "item", "candidates"),
            needs=("impression.clicks",),
        ),
    ]


@hookimpl
def lmrs_tasks() -> list[Card]:
    return [
        Card(
            family="task",
            name="sessions",
            summary="given what came before in a session, the item that comes next",
            load="lmrs_sequence.tasks.sessions:Sessions",
            options="lmrs_sequence.tasks.options:Sessions",
            columns=("user", "item", "event"),
            needs=("interactions",),
        )
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name=name,
            summary=summary,
            load="lmrs_sequence.objectives.item_loss:ItemLoss",
            options="lmrs_sequence.objectives.options:ItemLoss",
            takes={"history": _HISTORY, "item": _ITEM},
            pulls=(
                Pull("history", "input"),
                Pull("item", when="loss=ce"),
                *(Pull("item", "target", when=f"loss={loss}") for loss in ("sampled", "bce", "bpr")),
                *(Pull("item", "negative", when=f"loss={loss}") for loss in ("bce", "bpr")),
                Pull("item", "shared", when="loss=sampled"),
            ),
            reads=("target.item", "target.at", "shared.item", "shared.logq", "shared.target_logq"),
            source=source,
        )
        for name, summary, source in (
            ("masked-item", "guess the hidden items among all, or among negatives", "Sun et al., CIKM 2019, eq. 8"),
            (
                "next-item",
                "guess the item that comes next among all, or among negatives",
                "Kang and McAuley, ICDM 2018, eq. 6",
            ),
            (
                "permuted-item",
                "guess items in a random order among all, or among negatives",
                "Yang et al., NeurIPS 2019, eq. 3",
            ),
        )
    ] + [
        Card(
            family="objective",
            name="replaced-item",
            summary="guess the hidden items, and tell those that were guessed wrongly from those that were there",
            load="lmrs_sequence.objectives.replaced_item:ReplacedItem",
            options="lmrs_sequence.objectives.options:ReplacedItem",
            takes={"history": _HISTORY, "item": _ITEM, "encoder": Port("history", "states", optional=True)},
            pulls=(
                Pull("history", "input"),
                Pull("item"),
                Pull("history", "original", anew=("item",)),
                Pull("encoder", "original", anew=("item",)),
            ),
            reads=("target.item", "target.at", "original.item", "original.mask"),
            source="Clark et al., ICLR 2020, 2",
        ),
        Card(
            family="objective",
            name="item-attribute",
            summary="which attributes the items have that a history shows",
            load="lmrs_sequence.objectives.item_attribute:ItemAttribute",
            options="lmrs_sequence.objectives.options:Attribute",
            takes={"history": _HISTORY, "attribute": _ATTRIBUTE},
            pulls=(Pull("history", "input"), Pull("attribute")),
            reads=("input.item", "input.mask", "input.special"),
            needs=("item.{field}",),
            source="Zhou et al., CIKM 2020, 4.2",
        ),
        Card(
            family="objective",
            name="masked-attribute",
            summary="which attributes the hidden items have",
            load="lmrs_sequence.objectives.masked_attribute:MaskedAttribute",
            options="lmrs_sequence.objectives.options:Attribute",
            takes={"history": _HISTORY, "attribute": _ATTRIBUTE},
            pulls=(Pull("history", "input"), Pull("attribute")),
            reads=("input.mask", "target.item", "target.at"),
            needs=("item.{field}",),
            source="Zhou et al., CIKM 2020, 4.2",
        ),
        Card(
            family="objective",
            name="masked-item-contrast",
            summary="tell the hidden items from others, one against one",
            load="lmrs_sequence.objectives.masked_item_contrast:MaskedItemContrast",
            takes={"history": _HISTORY, "item": _ITEM},
            pulls=(Pull("history", "input"), Pull("item", "target"), Pull("item", "negative")),
            reads=("input.mask", "target.at"),
            source="Zhou et al., CIKM 2020, 4.2",
        ),
        Card(
            family="objective",
            name="segment",
            summary="tell the segment that a history lacks from another one",
            load="lmrs_sequence.objectives.segment:Segment",
            takes={"history": _HISTORY},
            pulls=tuple(Pull("history", view) for view in ("input", "segment", "other")),
            reads=("input.mask",),
            source="Zhou et al., CIKM 2020, 4.2",
        ),
        Card(
            family="objective",
            name="item-contrast",
            summary="tell the item that comes next from those of the other histories of the batch",
            load="lmrs_sequence.objectives.item_contrast:ItemContrast",
            options="lmrs_sequence.objectives.options:Contrast",
            takes={"history": _HISTORY, "item": _ITEM},
            pulls=(Pull("history", "input"), Pull("item", "target")),
            reads=("target.item", "target.at"),
            traits=("rows-interact",),
            source="Hou et al., KDD 2022, eq. 7",
        ),
        Card(
            family="objective",
            name="view-contrast",
            summary="tell the other view of a history from those of the other histories of the batch",
            load="lmrs_sequence.objectives.view_contrast:ViewContrast",
            options="lmrs_sequence.objectives.options:ViewContrast",
            takes={"history": _HISTORY},
            pulls=(Pull("history", "input"), Pull("history", "other")),
            reads=("target.item", "target.at"),
            traits=("rows-interact",),
            source="Hou et al., KDD 2022, eq. 9; Chen et al., ICML 2020, eq. 1",
        ),
        Card(
            family="objective",
            name="impression-ce",
            summary="tell what was clicked from what was shown with it and was not",
            load="lmrs_sequence.objectives.impression_ce:ImpressionCe",
            options="lmrs_sequence.objectives.options:ImpressionCe",
            takes={"history": Port("$H", "states|vectors"), "item": _ITEM},
            pulls=(Pull("history", "input"), Pull("item", "shown")),
            reads=("shown.mask",),
            source="Huang et al., CIKM 2013, eq. 5; Wu et al., ACL 2020",
        ),
    ]


@hookimpl
def lmrs_scorers() -> list[Card]:
    return [
        Card(
            family="scorer",
            name="popularity",
            summary="number of training events: the floor that everything has to beat",
            load="lmrs_sequence.scorers.popularity:Popularity",
            options="lmrs_sequence.scorers.options:Popularity",
            reads=("input.item",),
            needs=("interactions",),
        ),
        Card(
            family="scorer",
            name="item-knn",
            summary="summed cosine similarity to the items of the history",
            load="lmrs_sequence.scorers.item_knn:ItemKnn",
            options="lmrs_sequence.scorers.options:ItemKnn",
            reads=("input.item",),
            needs=("interactions",),
            source="Deshpande and Karypis, TOIS 22(1), 2004",
        ),
    ]


# What `lmrs demo` changes. Short windows and item vectors of some length: with few users and no time, attention has to
# find the items beside a hidden one soon.
_SHORT = (
    "model.item.std=0.1",
    "model.encoder={heads: 1, dropout: 0.1, length: 10}",
    "stages.0.sampler={batch: 128, length: 10}",
    "stages.0.draws.cloze={length: 10, last: 0.3}",
    "stages.0.optimizer={rate: 0.002, warmup: 20}",
    "stages.0.epochs=40",
    "stages.0.stop={patience: 8, every: 5}",
)


def _recipe(name: str, summary: str, source: str = "", demo: tuple[str, ...] | None = None) -> RecipeCard:
    path = f"recipes/{name}.yaml"
    return RecipeCard(name=name, summary=summary, package="lmrs_sequence", path=path, source=source, demo=demo)


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [
        _recipe("bert4rec", "bidirectional Transformer that fills in hidden items", "Sun et al., CIKM 2019", _SHORT),
        _recipe(
            "sasrec",
            "causal Transformer that guesses the next item among all",
            "Kang and McAuley, ICDM 2018",
            ("stages.0.epochs=25", "stages.0.stop={patience: 5, every: 5}"),
        ),
        _recipe("sasrec-bce", "SASRec as published: one negative for each position", "Kang and McAuley, ICDM 2018"),
        _recipe(
            "transformers4rec",
            "sessions with side features, trained through time windows under an objective of your choice",
            "de Souza Pereira Moreira et al., RecSys 2021",
        ),
        _recipe(
            "s3-rec",
            "pre-trained on items, attributes and segments with attention both ways, then tuned causally",
            "Zhou et al., CIKM 2020",
        ),
        _recipe(
            "mixed",
            "ids, texts, a knowledge graph, pictures and friends over one history model, as many of them as there are",
        ),
        _recipe("popularity", "what most people chose, the same for everybody", demo=()),
        _recipe("item-knn", "items like those of the history", "Deshpande and Karypis, TOIS 22(1), 2004"),
    ]
