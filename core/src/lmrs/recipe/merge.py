"""One recipe laid over another: what `extends` and `--set` have in common.

Mappings merge, lists and single values are replaced, null takes away. A mapping over a list reaches into it by index or
by name. A component that gets another `use` starts afresh: options of the one do not slip into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path, Tree, dotted
from lmrs_plugins.errors import InputError

_COMPONENTS = ("task", "model", "stages", "answer")
"""Where in a recipe a string is short for `{use: …}`."""


@dataclass
class Merge:
    """Lays trees over one another.

    Parameters
    ----------
    swaps
        A bare new `use` leaves the other keys standing, marked loose: `--set model.item=other/encoder`.
    deleted
        Nodes that were taken away: whatever takes several nodes goes on without them.
    """

    swaps: bool = False
    deleted: set[str] = field(default_factory=set)

    def lay(self, base: Tree, over: Tree, path: Path = ()) -> Tree:
        """`over` on `base`."""
        top = over.value
        if self.swaps and isinstance(top, str) and path[0] in _COMPONENTS and _used(base):
            top = {"use": over}
        if not isinstance(top, Mapping):
            return over
        if isinstance(base.value, tuple):
            return self._into(base, over, path)
        if isinstance(base.value, str) and path and path[0] in _COMPONENTS and "use" not in top:
            base = Tree({"use": base}, base.mark)
        if not isinstance(base.value, Mapping):
            return over
        was, now = _used(base), top.get("use")
        if was and now is not None and now.value != was:
            if not (self.swaps and len(top) == 1):
                return over
            kept = {key: replace(below, loose=True) for key, below in base.value.items() if key != "use"}
            return Tree({"use": now, **kept}, base.mark)
        merged = dict(base.value)
        for key, below in top.items():
            self._put(merged, key, below, (*path, key))
        return Tree(merged, base.mark)

    def _put(self, into: dict[str, Tree], key: str, below: Tree, path: Path) -> None:
        here = into.get(key)
        if below.value is not None:
            into[key] = self.lay(here, below, path) if here is not None else below
        elif here is not None:
            self._note(path)
            del into[key]
        else:
            into[key] = below

    def _into(self, base: Tree, over: Tree, path: Path) -> Tree:
        assert isinstance(base.value, tuple)
        assert isinstance(over.value, Mapping)
        entries: dict[int, Tree] = dict(enumerate(base.value))
        for key, below in over.value.items():
            index = entry(base, key, path, below)
            if below.value is None:
                entries.pop(index, None)
            else:
                entries[index] = self.lay(entries.get(index, below), below, (*path, index))
        return Tree(tuple(entries.values()), base.mark)

    def _note(self, path: Path) -> None:
        if len(path) == 2 and path[0] == "model":
            self.deleted.add(str(path[1]))


def _used(tree: Tree) -> str:
    """The component that a tree names; empty where it is none."""
    used = tree.child("use")
    return used.value if used is not None and isinstance(used.value, str) else ""


def entry(base: Tree, key: str, path: Path, over: Tree) -> int:
    """Index of an entry of a list, by number or by its `name` (or component)."""
    assert isinstance(base.value, tuple)
    if key.isdecimal() and key.isascii():
        if int(key[:9]) < len(base.value):
            return int(key[:9])
        raise InputError(f"{over.mark}: {dotted(path)} has no entry {key}: it has {len(base.value)}, counted from 0")
    names = [_names(one) for one in base.value]
    found = [index for index, own in enumerate(names) if key in own]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{over.mark}: several entries of {dotted(path)} are called {key!r}; say which by its number")
    known = [one for own in names for one in own]
    raise InputError(f"{over.mark}: no entry of {dotted(path)} is called {key!r}{meant(key, known)}")


def _names(tree: Tree) -> set[str]:
    if isinstance(tree.value, str):
        return {tree.value, tree.value.rpartition("/")[2]}
    name = tree.child("name")
    if name is not None and isinstance(name.value, str):
        return {name.value}
    used = _used(tree)
    return {used, used.rpartition("/")[2]} if used else set()
