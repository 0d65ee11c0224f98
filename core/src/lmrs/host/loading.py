"""Imports what an entry point names, in a try of its own."""

from __future__ import annotations

import difflib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from lmrs.host.discovery import Found
from lmrs.host.plugins import Rejection, described

SLOW = 10.0
"""Seconds after which a plugin that is still being imported is named."""
log = logging.getLogger("lmrs.host")


def load(found: Found) -> object:
    """The plugin: a module, or the object in it that the entry point names.

    Raises
    ------
    Rejection
        Whatever went wrong, `SystemExit` included. `KeyboardInterrupt` is the user's and passes.
    """
    try:
        plugin: object = import_module(found.module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if f"{found.module}.".startswith(f"{missing}."):
            cause = f"its entry point names the module {found.module!r}, which does not exist"
            raise Rejection("failed", cause, _reinstall(found)) from error
        cure = f"install {missing!r}, or reinstall {found.distribution} with what it depends on"
        raise Rejection.of(error, f"importing {found.module}", cure) from error
    except (Exception, SystemExit) as error:
        raise Rejection.of(error, f"importing {found.module}") from error
    for part in filter(None, found.attribute.split(".")):
        try:
            plugin = getattr(plugin, part)
        except (Exception, SystemExit) as error:
            near = difflib.get_close_matches(part, dir(plugin), 1)
            hint = f", only {near[0]!r}" if near else ""
            cause = f"its entry point names {found.module}:{found.attribute}, and there is no {part!r}{hint}"
            if not isinstance(error, AttributeError):
                cause = f"reading {found.module}:{found.attribute}: {described(error)}"
            raise Rejection("failed", cause, _reinstall(found)) from error
    if plugin is None:
        raise Rejection("refused", f"{found.module}:{found.attribute} is None", _reinstall(found))
    return plugin


def _reinstall(found: Found) -> str:
    return f"pip install --force-reinstall {found.distribution}"


class Watch:
    """Names the plugin that keeps everybody waiting."""

    def __init__(self, seconds: float = SLOW) -> None:
        self.seconds = seconds
        self.current = ""

    @contextmanager
    def running(self) -> Iterator[Watch]:
        """Watches while the block runs, in one thread for all plugins."""
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,), daemon=True, name="lmrs-host-watch")
        thread.start()
        try:
            yield self
        finally:
            done.set()
            thread.join()

    def _watch(self, done: threading.Event) -> None:
        before = ""
        while not done.wait(self.seconds):
            if self.current and self.current == before:
                log.warning("plugin %r is still being imported: leave it out with --no-plugin %s", before, before)
            before = self.current
