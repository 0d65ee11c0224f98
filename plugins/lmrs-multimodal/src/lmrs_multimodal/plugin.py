"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

_CLIP = "Radford et al., ICML 2021"
_VILBERT = "Lu et al., NeurIPS 2019"
_MM_REC = "Wu et al., SIGIR 2022"
_TEXTS = "{subject}.{fields}"
_PICTURES = "image.{subject}"
_ROWS = {"{subject}": "{subject}"}


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="image",
            summary="rows by their pictures, through CLIP's image tower",
            load="lmrs_multimodal.encoders.image:Image",
            options="lmrs_multimodal.encoders.options:Image",
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=(_PICTURES,),
            source=f"{_CLIP}, 2.4",
        ),
        Card(
            family="encoder",
            name="patches",
            summary="rows by the parts of their pictures, through CLIP's image tower",
            load="lmrs_multimodal.encoders.patches:Patches",
            options="lmrs_multimodal.encoders.options:Patches",
            gives={"": Port("$subject", "states")},
            evaluation="rows",
            needs=(_PICTURES,),
            source=f"{_CLIP}, 2.4",
        ),
        Card(
            family="encoder",
            name="patches-in-view",
            summary="the parts of pictures that a view brings; may share the module of `patches`",
            load="lmrs_multimodal.encoders.patches:Patches",
            options="lmrs_multimodal.encoders.options:InView",
            gives={"": Port("picture", "states")},
            evaluation="view",
            source=f"{_VILBERT}, 3.2",
        ),
        Card(
            family="encoder",
            name="clip-text",
            summary="rows by their texts, through CLIP's text tower",
            load="lmrs_multimodal.encoders.clip_text:ClipText",
            options="lmrs_multimodal.encoders.options:ClipText",
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=(_TEXTS,),
            source=f"{_CLIP}, 2.4",
        ),
        Card(
            family="encoder",
            name="tokens",
            summary="rows by the tokens of their texts, through CLIP's text tower",
            load="lmrs_multimodal.encoders.tokens:Tokens",
            options="lmrs_multimodal.encoders.options:Tokens",
            gives={"": Port("$subject", "states")},
            evaluation="rows",
            needs=(_TEXTS,),
            source=f"{_CLIP}, 2.4",
        ),
        Card(
            family="encoder",
            name="tokens-in-view",
            summary="the tokens of texts that a view brings; may share the module of `tokens`",
            load="lmrs_multimodal.encoders.tokens:Tokens",
            options="lmrs_multimodal.encoders.options:InView",
            gives={"": Port("text", "states")},
            evaluation="view",
            source=f"{_VILBERT}, 3.2",
        ),
        Card(
            family="encoder",
            name="pool",
            summary="the tokens of a row as one vector, by attention",
            load="lmrs_multimodal.encoders.pool:Pool",
            options="lmrs_multimodal.fusions.options:Pool",
            takes={"of": Port("$S", "states")},
            gives={"": Port("$S", "vectors")},
            evaluation="rows",
            source="Yang et al., NAACL 2016, eq. 5-7",
        ),
    ]


@hookimpl
def lmrs_fusions() -> list[Card]:
    return [
        Card(
            family="fusion",
            name="attention",
            summary="types of data look at each other, and a learnt query at them",
            load="lmrs_multimodal.fusions.attention:Attention",
            options="lmrs_multimodal.fusions.options:Attention",
            takes={"of": Port("$S", "vectors", many=True)},
            gives={"": Port("$S", "vectors")},
            evaluation="rows",
            source="Vaswani et al., NeurIPS 2017, 3.2",
        ),
        Card(
            family="fusion",
            name="co-attention",
            summary="two streams of tokens that look at each other",
            load="lmrs_multimodal.fusions.co_attention:CoAttention",
            options="lmrs_multimodal.fusions.options:CoAttention",
            takes={"first": Port("$S", "states"), "second": Port("$S", "states")},
            gives={"first": Port("$S", "states"), "second": Port("$S", "states")},
            evaluation="rows",
            source=f"{_VILBERT}, 3.1",
        ),
        Card(
            family="fusion",
            name="co-attention-in-view",
            summary="the same of streams that a view brings; may share the module of `co-attention`",
            load="lmrs_multimodal.fusions.co_attention:CoAttention",
            options="lmrs_multimodal.fusions.options:CoAttention",
            takes={"first": Port("$A", "states"), "second": Port("$B", "states")},
            gives={"first": Port("$A", "states"), "second": Port("$B", "states")},
            evaluation="view",
            source=f"{_VILBERT}, 3.1",
        ),
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="seen",
            summary="the rows that examples name; where it is asked, the last of each",
            load="lmrs_multimodal.transforms.seen:Seen",
            options="lmrs_multimodal.transforms.options:Seen",
            columns=("{subject}",),
            emits={"input": ViewType(rows=_ROWS)},
            traits=("batch-level",),
        ),
        Card(
            family="transform",
            name="hide-both",
            summary="texts and pictures with some tokens and parts hidden, and some of them of different rows",
            load="lmrs_multimodal.transforms.hide_both:HideBoth",
            options="lmrs_multimodal.transforms.options:HideBoth",
            columns=("{subject}",),
            emits={
                "input": ViewType(rows=_ROWS, values=("tokens", "hidden", "pixels", "there")),
                "words": ViewType(values=("token",)),
                "parts": ViewType(values=("colours",)),
                "pair": ViewType(values=("matched",)),
            },
            needs=(_TEXTS, _PICTURES),
            traits=("batch-level",),
            source=f"{_VILBERT}, 3.2",
        ),
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="pictured",
            summary="all rows of a subject that have a picture, each once an epoch",
            load="lmrs_multimodal.samplers.pictured:Pictured",
            options="lmrs_multimodal.samplers.options:Pictured",
            columns=("{subject}",),
            needs=(_PICTURES,),
        )
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="image-text",
            summary="a picture and its text among the others of the batch, both ways",
            load="lmrs_multimodal.objectives.image_text:ImageText",
            options="lmrs_multimodal.objectives.options:ImageText",
            takes={"image": Port("$S", "vectors"), "text": Port("$S", "vectors")},
            pulls=(Pull("image", "input"), Pull("text", "input")),
            reads=("input.mask",),
            traits=("rows-interact",),
            source=f"{_CLIP}, figure 3",
        ),
        Card(
            family="objective",
            name="masked-multimodal",
            summary="guess hidden tokens and hidden parts of pictures from what is left of both",
            load="lmrs_multimodal.objectives.masked_multimodal:MaskedMultimodal",
            options="lmrs_multimodal.objectives.options:MaskedMultimodal",
            takes={"words": Port("$A", "states", optional=True), "parts": Port("$B", "states", optional=True)},
            pulls=(Pull("words", "input"), Pull("parts", "input")),
            reads=("words.token", "words.mask", "parts.colours", "parts.mask"),
            source=f"{_VILBERT}, 3.2",
        ),
        Card(
            family="objective",
            name="multimodal-alignment",
            summary="tell whether a text and a picture are of one row",
            load="lmrs_multimodal.objectives.alignment:Alignment",
            takes={"text": Port("$A", "states|vectors"), "image": Port("$B", "states|vectors")},
            pulls=(Pull("text", "input"), Pull("image", "input")),
            reads=("pair.matched", "pair.mask"),
            source=f"{_VILBERT}, 3.2",
        ),
        Card(
            family="objective",
            name="candidate-aware",
            summary="tell what was clicked from what was not, by a user vector for each candidate",
            load="lmrs_multimodal.objectives.candidate_aware:CandidateAware",
            options="lmrs_multimodal.scorers.options:CandidateAware",
            takes={"of": Port("$S", "vectors", many=True)},
            pulls=(Pull("of", "input"), Pull("of", "shown")),
            reads=("shown.mask",),
            source=f"{_MM_REC}, 2.3",
        ),
    ]


@hookimpl
def lmrs_scorers() -> list[Card]:
    return [
        Card(
            family="scorer",
            name="candidate-aware",
            summary="candidates by a user vector for each, of any types of data",
            load="lmrs_multimodal.scorers.candidate_aware:CandidateAware",
            options="lmrs_multimodal.scorers.options:CandidateAware",
            takes={"of": Port("$S", "vectors", many=True)},
            pulls=(Pull("of", "input"), Pull("of", "candidates")),
            traits=("reranks",),
            source=f"{_MM_REC}, 2.3",
        )
    ]


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [
        RecipeCard(
            name="clip-pretrain",
            summary="a small tower for pictures and one for texts, learnt from each other, to start others from",
            package="lmrs_multimodal",
            path="recipes/clip-pretrain.yaml",
            source=_CLIP,
        ),
        RecipeCard(
            name="mm-rec",
            summary="texts and pictures that look at each other, and a user vector for each candidate",
            package="lmrs_multimodal",
            path="recipes/mm-rec.yaml",
            source=_MM_REC,
        ),
    ]
