"""The host: which plugins there are, and what they offer."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lmrs.host import contract
from lmrs.host.assembly import Assembly, assemble
from lmrs.host.decision import decide
from lmrs.host.discovery import Found, search, search_path
from lmrs.host.folder import search_folder
from lmrs.host.lifecycle import LifeCycleHooks
from lmrs.host.loading import SLOW, Watch, load
from lmrs.host.marks import remarks
from lmrs.host.plugins import PluginStatus, Rejection
from lmrs.host.registry import Registry
from lmrs.host.selection import OWN, Selection
from lmrs.host.shelf import C, Entry, Shelf
from lmrs.version import __version__
from lmrs_plugins.errors import LmrsError, PluginError
from lmrs_plugins.families import Family
from lmrs_plugins.recipe import RecipeCard

if TYPE_CHECKING:
    from lmrs.host.pins import Pin, Pins

LOCK = "LMRS_PLUGIN_LOCK"
OWN_PLUGIN = Found(name=OWN, module="lmrs.builtin.plugin", distribution=OWN, version=__version__, local=True)
log = logging.getLogger("lmrs.host")


class Host:
    """Finds and loads plugins when it is made. Two hosts share nothing.

    Parameters
    ----------
    enable
        The only plugins to load, by name or distribution; None: what `LMRS_PLUGINS` says, or all. Empty: none but the
        host's own.
    disable
        Plugins to leave out, with those of `LMRS_DISABLE_PLUGINS`. Nothing of them is imported.
    strict
        Raise `PluginError` at the first plugin that is refused or fails, in place of going on without it.
    lock
        A file of `lmrs plugins --lock`: a plugin that is not in it is left out, and one of another version or with
        other contents is refused; None: what `LMRS_PLUGIN_LOCK` names, if anything.
    plugin_dir
        A folder whose `*.py` files are plugins too.
    environ, path
        In place of `os.environ` and `sys.path`.
    slow
        Seconds after which a plugin that is still being imported is named in the log.
    """

    def __init__(
        self,
        *,
        enable: Iterable[str] | None = None,
        disable: Iterable[str] = (),
        strict: bool = False,
        lock: Path | str | None = None,
        plugin_dir: Path | str | None = None,
        environ: Mapping[str, str] | None = None,
        path: Sequence[str] | None = None,
        slow: float = SLOW,
    ) -> None:
        self._strict = strict
        self._rows: list[PluginStatus] = []
        found, unreadable = search(search_path() if path is None else path)
        if plugin_dir is not None:
            files, refused = search_folder(Path(plugin_dir))
            found, unreadable = [*found, *files], [*unreadable, *refused]
        for row in unreadable:
            self._add(row)
        found = [one for one in found if (one.name, one.module) != (OWN, OWN_PLUGIN.module)]
        environ = os.environ if environ is None else environ
        selection, pins = Selection.of(environ, enable, disable), _pins(lock or environ.get(LOCK))
        self.notes = (*selection.unknown(found), *(pins.missing(found) if pins else ()))
        """Sentences for the user: names to allow, disable or lock that no plugin has; logged as warnings too."""
        for note in self.notes:
            log.warning(note)
        self._chosen = {OWN: OWN_PLUGIN, **decide(found, selection, pins, self._reject)}
        self._assemble(self._chosen, self._load(self._chosen, slow))

    @property
    def plugins(self) -> tuple[PluginStatus, ...]:
        """What became of each plugin: the host's own first, then by name."""
        return tuple(sorted(self._rows, key=lambda row: (row.distribution != OWN, row.name, row.distribution)))

    @property
    def families(self) -> Mapping[str, Family]:
        """The host's own families and those that plugins added, by name."""
        return self.registry.families

    @property
    def recipes(self) -> Shelf[RecipeCard]:
        """The recipes that come with plugins."""
        return self.registry.recipes

    def pins(self) -> dict[str, Pin]:
        """The plugins that are loaded, as they are now: `lmrs.host.pins.text` makes a lock of them."""
        from lmrs.host.pins import pin  # late: starts without a lock pay nothing

        loaded = {row.name for row in self._rows if row.state == "loaded"} - {OWN}
        return {name: pin(one) for name, one in self._chosen.items() if name in loaded}

    def notify(self, hook: str, **arguments: object) -> None:
        """Call a life-cycle hook in every plugin; see `LifeCycleHooks.notify`."""
        self.hooks.notify(hook, **arguments)

    def _load(self, chosen: Mapping[str, Found], slow: float) -> dict[str, object]:
        objects = {}
        with Watch(slow).running() as watch:
            for name, one in chosen.items():
                watch.current = name
                try:
                    objects[name] = load(one)
                except Rejection as rejection:
                    self._reject(one, rejection)
        return objects

    def _assemble(self, chosen: Mapping[str, Found], objects: Mapping[str, object]) -> None:
        assembly, rejected = assemble(objects, {name: one.distribution for name, one in chosen.items()})
        for name, rejection in rejected.items():
            self._reject(chosen[name], rejection)
        for name in objects.keys() - rejected.keys():
            self._add(_loaded(chosen[name], objects[name], assembly))
        self.hooks = LifeCycleHooks(assembly.manager)
        self.registry = Registry(
            assembly.families,
            [_entry(chosen[name], card) for name, cards in assembly.cards.items() for card in cards],
            [_entry(chosen[name], card) for name, cards in assembly.recipes.items() for card in cards],
            {row.name: row for row in sorted(self._rows, key=lambda row: row.state == "loaded")},
        )

    def _reject(self, one: Found, rejection: Rejection) -> None:
        if one is OWN_PLUGIN:
            raise LmrsError(
                f"the host's own plugin cannot be loaded: {rejection.cause}; reinstall {OWN}"
            ) from rejection
        self._add(one.status().rejected(rejection))

    def _add(self, row: PluginStatus) -> None:
        if row.broken and self._strict:
            raise PluginError(row.line())
        if row.broken:
            log.warning(row.line())
        self._rows.append(row)


def _pins(path: Path | str | None) -> Pins | None:
    if not path:
        return None
    from lmrs.host.pins import Pins  # late: starts without a lock pay nothing

    return Pins.read(Path(path))


def _loaded(one: Found, plugin: object, assembly: Assembly) -> PluginStatus:
    cards = [*assembly.cards.get(one.name, ()), *assembly.recipes.get(one.name, ())]
    notes = (*contract.remarks(one), *remarks(plugin, assembly.manager, one.name in assembly.hooked))
    return replace(one.status(), counts=dict(Counter(card.family for card in cards)), notes=notes)


def _entry(one: Found, card: C) -> Entry[C]:
    return Entry(card, one.name, one.distribution, one.version)
