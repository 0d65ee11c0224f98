"""The index of what our own plugins offer is what they offer."""

from __future__ import annotations

import pytest

from lmrs.host.host import Host
from lmrs_plugins.errors import PluginError
from lmrs_plugins.index import Home, home


def test_every_offer_is_in_the_index_and_every_entry_is_offered() -> None:
    import json
    from importlib.resources import files

    host = Host()
    offered: dict[str, dict[str, list[str]]] = {}
    for entry in [*host.registry.entries(), *host.recipes]:
        if entry.plugin != "lmrs":
            offered.setdefault(entry.plugin, {}).setdefault(entry.card.family, []).append(entry.card.name)
    index = json.loads(files("lmrs_plugins").joinpath("index.json").read_text(encoding="utf-8"))
    assert {plugin: said["offers"] for plugin, said in index.items()} == offered
    distributions = {row.name: row.distribution for row in host.plugins}
    assert all(said["distribution"] == distributions[plugin] for plugin, said in index.items())


@pytest.mark.parametrize("name", ["transformer", "sequence/transformer"])
def test_what_is_not_installed_says_what_to_install(name: str) -> None:
    assert home("encoder", name) == Home("sequence", "lmrs-sequence")
    with pytest.raises(PluginError, match="sequence"):
        Host(enable=[]).registry.lookup("encoder", name)


def test_an_unknown_name_is_nobodys() -> None:
    assert home("encoder", "nobody/transformer") is None
    assert home("encoder", "perpetuum-mobile") is None
