"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

_TEXTS = ("{subject}.{fields}",)
_ROWS = {"{subject}": "{subject}"}
_TARGET = ViewType(values=("token",))


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="encoder",
            summary="rows by their texts, through a language model",
            load="lmrs_text.encoders.language_model:LanguageModel",
            options="lmrs_text.encoders.options:Encoder",
            gives={"": Port("$subject", "vectors")},
            evaluation="rows",
            needs=_TEXTS,
            source="Reimers and Gurevych, EMNLP 2019, 3",
        ),
        Card(
            family="encoder",
            name="language-model",
            summary="guesses at the tokens of texts; may share the module of an encoder",
            load="lmrs_text.encoders.language_model:LanguageModel",
            options="lmrs_text.encoders.options:LanguageModel",
            gives={"": Port("text", "logits")},
            evaluation="view",
            source="Devlin et al., NAACL 2019, 3",
        ),
        Card(
            family="encoder",
            name="whitening-experts",
            summary="vectors of a language model whitened by several experts, of which a gate chooses softly",
            load="lmrs_text.encoders.whitening_experts:WhiteningExperts",
            options="lmrs_text.encoders.options:WhiteningExperts",
            takes={"of": Port("$S", "vectors")},
            gives={"": Port("$S", "vectors")},
            evaluation="rows",
            source="Hou et al., KDD 2022, eq. 2-4",
        ),
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="mask-tokens",
            summary="texts of which some tokens are hidden, to be guessed from both sides",
            load="lmrs_text.transforms.mask_tokens:MaskTokens",
            options="lmrs_text.transforms.options:MaskTokens",
            columns=("{subject}",),
            emits={"input": ViewType(rows=_ROWS, values=("tokens", "places")), "target": _TARGET},
            needs=_TEXTS,
            traits=("batch-level",),
            source="Devlin et al., NAACL 2019, 3.1",
        ),
        Card(
            family="transform",
            name="next-tokens",
            summary="texts and, at each token, the one that comes next",
            load="lmrs_text.transforms.next_tokens:NextTokens",
            options="lmrs_text.transforms.options:NextTokens",
            columns=("{subject}",),
            emits={"input": ViewType(rows=_ROWS, values=("tokens",)), "target": _TARGET},
            needs=_TEXTS,
            traits=("batch-level",),
            source="Radford et al., 2018, 3.1",
        ),
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="rows",
            summary="all rows of a subject, each once an epoch",
            load="lmrs_text.samplers.rows:Rows",
            options="lmrs_text.samplers.options:Rows",
            columns=("{subject}",),
        )
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name=name,
            summary=summary,
            load="lmrs_text.objectives.token_loss:TokenLoss",
            takes={"text": Port("text", "logits")},
            pulls=(Pull("text", "input"),),
            reads=("target.token", "target.mask"),
            source=source,
        )
        for name, summary, source in (
            ("masked-token", "guess the hidden tokens of texts", "Devlin et al., NAACL 2019, 3.1"),
            ("next-token", "guess the token that comes next in a text", "Radford et al., 2018, eq. 1"),
        )
    ]


@hookimpl
def lmrs_strategies() -> list[Card]:
    return [
        Card(
            family="strategy",
            name="lora",
            summary="low-rank adapters in a frozen body train",
            load="lmrs_text.strategies.lora:Lora",
            options="lmrs_text.strategies.options:Lora",
            source="Hu et al., ICLR 2022",
        ),
        Card(
            family="strategy",
            name="ia3",
            summary="learnt scales in a frozen body train",
            load="lmrs_text.strategies.ia3:Ia3",
            options="lmrs_text.strategies.options:Ia3",
            source="Liu et al., NeurIPS 2022",
        ),
    ]


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [
        RecipeCard(
            name=name, summary=summary, package="lmrs_text", path=f"recipes/{name}.yaml", source="Hou et al., KDD 2022"
        )
        for name, summary in (
            (
                "unisrec-pretrain",
                "histories learnt from texts of items alone, over several domains at once, to start others from",
            ),
            ("unisrec", "a history model moved to other items by their texts, with ids beside them or without"),
        )
    ]
