"""Makes a plugin of one card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sample_plugin.plugin as good

from lmrs_plugins import Card, hookimpl


class Plugin:
    """Offers what it is given, by hook."""

    def __init__(self, **offers: list[Any]) -> None:
        for hook, cards in offers.items():
            setattr(self, hook, hookimpl(_returning(cards)))


def _returning(cards: list[Any]) -> Any:
    def hook() -> list[Any]:
        return cards

    return hook


def like(name: str, load: str, **changes: Any) -> Card:
    """A card of the good plugin with another component behind it."""
    hooks = [hook for hook in vars(good) if hook.startswith("lmrs_") and hook not in ("lmrs_recipes", "lmrs_families")]
    cards = {card.name: card for hook in hooks for card in getattr(good, hook)()}
    return replace(cards[name], load=f"broken_plugin.{load}" if load else cards[name].load, **changes)
