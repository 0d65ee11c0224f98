"""Tells plugins what happens in a run."""

from __future__ import annotations

import logging

import pluggy

from lmrs.host.plugins import described
from lmrs_plugins.errors import Cancelled, PluginError

log = logging.getLogger("lmrs.host")
ON_ERROR = "lmrs_on_run_error"


class LifeCycleHooks:
    """Calls each plugin's implementation by itself, so that an error has a name."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self._manager = manager

    def notify(self, hook: str, **arguments: object) -> None:
        """Call a hook of `lmrs_plugins.hookspecs.LifeCycle` in every plugin that has it, with the arguments it takes.

        Raises
        ------
        PluginError
            A plugin's implementation raised; the rest are not called. Of `lmrs_on_run_error` all are called and an
            error is only logged, as the run is stopping for a better reason.
        """
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        if caller.spec is None or set(caller.spec.argnames) != set(arguments):
            raise TypeError(f"{hook} takes {caller.spec and caller.spec.argnames}, not {tuple(arguments)}")
        for one in reversed(caller.get_hookimpls()):
            try:
                one.function(*(arguments[name] for name in one.argnames))
            except Cancelled:
                raise  # a signal that arrived in the plugin's code, not an error of its own
            except (Exception, SystemExit) as error:
                said = f"plugin {one.plugin_name!r} failed in {hook}: {described(error)}"
                if hook != ON_ERROR:
                    raise PluginError(f"{said}; leave it out with --no-plugin {one.plugin_name}") from error
                log.warning(said)
