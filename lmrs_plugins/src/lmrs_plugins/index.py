"""What LMRS's own plugins offer, for those who have not installed them.

The host knows no plugin by name. Where somebody asks for what is not there, this index, which is data, says what to
install. A test holds it to what the plugins really offer.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Home(NamedTuple):
    """Where a component or recipe comes from."""

    plugin: str
    distribution: str


def home(family: str, name: str) -> Home | None:
    """Which of our plugins offers a component or recipe of this name, `plugin/name` or short; None for none."""
    wanted, slash, short = name.partition("/")
    for plugin, offered in _known().items():
        if (short if slash else name) in offered["offers"].get(family, ()) and wanted in (plugin, name):
            return Home(plugin, offered["distribution"])
    return None


def offering(family: str) -> dict[str, tuple[str, list[str]]]:
    """Each of our plugins that has components of a family: its distribution, and their names."""
    known = _known().items()
    return {plugin: (one["distribution"], one["offers"][family]) for plugin, one in known if family in one["offers"]}


def _known() -> dict[str, Any]:
    import json  # late: only who asks pays for it
    from importlib.resources import files

    known: dict[str, Any] = json.loads(files("lmrs_plugins").joinpath("index.json").read_text(encoding="utf-8"))
    return known
