"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

_CLIP = "Radford et al., ICML 2021"


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
            needs=("image.{subject}",),
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
            needs=("image.{subject}",),
            source=f"{_CLIP}, 2.4",
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
        Card(
            family="encoder",
            name="clip-text",
            summary="rows by their texts, through CLIP's text tower",
            load="lmrs_multimodal.encoders.clip_text:ClipText",
            options="lmrs_multimodal.encoders.options:ClipText",
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=("{subject}.{fields}",),
            source=f"{_CLIP}, 2.4",
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
            source="Lu et al., NeurIPS 2019, 3.1",
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
            emits={"input": ViewType(rows={"{subject}": "{subject}"})},
            traits=("batch-level",),
        )
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
            needs=("image.{subject}",),
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
        )
    ]
