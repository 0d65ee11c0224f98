"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, hookimpl

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
    ]
