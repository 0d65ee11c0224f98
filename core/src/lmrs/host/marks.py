"""Slips that pluggy cannot see: hooks that nobody will ever call."""

from __future__ import annotations

from types import FunctionType, ModuleType

import pluggy


def remarks(plugin: object, manager: pluggy.PluginManager, hooked: bool) -> tuple[str, ...]:
    """Notes for the author of a plugin that is registered with `manager`, `hooked` if with a hook."""
    said = [f"{name} is not marked @hookimpl, so it is never called" for name in _unmarked(plugin, manager)]
    if not hooked:
        said.append("it offers nothing: none of its functions is marked @hookimpl")
    return tuple(said)


def _unmarked(plugin: object, manager: pluggy.PluginManager) -> list[str]:
    """Functions of the plugin's own that are named like hooks."""
    home = getattr(plugin, "__name__", type(plugin).__module__)
    members = vars(plugin) if hasattr(plugin, "__dict__") else {}
    if not isinstance(plugin, ModuleType):
        members = {**vars(type(plugin)), **members}
    return [
        name
        for name, value in members.items()
        if name.startswith("lmrs_")
        and isinstance(value, FunctionType)
        and value.__module__ == home
        and manager.parse_hookimpl_opts(plugin, name) is None
    ]
