"""Plugins that are single files in a folder of the user's, where one was named. No folder is searched otherwise."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from lmrs.host.discovery import Found
from lmrs.host.plugins import PluginStatus, Rejection
from lmrs_plugins.errors import InputError


def search_folder(folder: Path) -> tuple[list[Found], list[PluginStatus]]:
    """A plugin for each `NAME.py` in `folder` whose name does not start with an underscore.

    The folder is put at the end of `sys.path`, so that cards can name its other files, and workers that are started
    afresh find them. A file that hides behind, or would hide, an installed module is refused.
    """
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise InputError(f"plugin folder {str(folder)!r} is not a folder: name one that holds NAME.py files")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    found, refused = [], []
    for file in sorted(folder.glob("[!_]*.py")):
        name = file.stem.replace("_", "-")
        one = Found(name=name, module=file.stem, distribution=f"file {file}", version="", local=True)
        spec = find_spec(file.stem)
        if spec is None or not spec.origin or os.path.realpath(spec.origin) != str(file):
            taken = f"the module name {file.stem!r} belongs to {spec.origin if spec else 'nobody that can be imported'}"
            refused.append(one.status().rejected(Rejection("refused", taken, f"rename {file}")))
        else:
            found.append(one)
    return found, refused
