"""Exactly which plugins: version and contents of each, in a file that the user keeps. Compared before any import."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from lmrs.host.discovery import Found, normalised
from lmrs.host.plugins import Rejection
from lmrs_plugins.errors import InputError

FORMAT = 1
_INSTALLERS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""Files of a distribution's metadata that tell how it was installed, not what."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One plugin. `sha256` is over its distribution's files; `covers` is false where these do not hold its code, as
    those of an editable install do not: then the version is all that is held.
    """

    distribution: str
    version: str
    sha256: str
    covers: bool = True


class Pins:
    """The plugins that a file names, and no others.

    A pin covers the files that the distribution's RECORD lists, but not what it depends on. Nor is it a sandbox: what
    an installed package does when Python starts is done by then.
    """

    def __init__(self, path: Path, pins: Mapping[str, Pin]) -> None:
        self._path, self._pins = path, pins

    @classmethod
    def read(cls, path: Path) -> Pins:
        """From a file that `text` made.

        Raises
        ------
        InputError
            It is missing or no such file.
        """
        try:
            body = json.loads(path.read_bytes())
            if body["format"] != FORMAT:
                raise InputError(f"{path}: format {body['format']}, this version reads {FORMAT}; update lmrs")
            pins = {str(name): Pin(**pin) for name, pin in body["plugins"].items()}
        except OSError as error:
            raise InputError(
                f"plugin lock {path}: {error.strerror}; make it with `lmrs plugins --lock {path}`"
            ) from error
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(f"{path} is no plugin lock; make it anew with `lmrs plugins --lock {path}`") from error
        return cls(path, pins)

    def check(self, found: Found) -> None:
        """Raise a `Rejection` where a plugin is not the one that was locked."""
        pinned = self._pins.get(found.name)
        again = f"or lock what is here: lmrs plugins --lock {self._path}"
        if pinned is None:
            raise Rejection("disabled", f"not in the plugin lock {self._path}", f"lmrs plugins --lock {self._path}")
        if normalised(pinned.distribution) != normalised(found.distribution):
            cause = f"the plugin lock {self._path} has it from {pinned.distribution}"
            raise Rejection("refused", cause, f"uninstall {found.distribution}, {again}")
        wanted = f"pip install --force-reinstall {pinned.distribution}=={pinned.version}"
        if pinned.version != found.version:
            cause = f"the plugin lock {self._path} has version {pinned.version}"
            raise Rejection("refused", cause, f"{wanted}, {again}")
        if pinned.sha256 != pin(found).sha256:
            cause = f"its files are not those of the plugin lock {self._path}"
            raise Rejection("refused", cause, f"{wanted}, {again}")

    def missing(self, found: Sequence[Found]) -> list[str]:
        """A sentence for each plugin that the file names and nobody has."""
        gone = sorted(self._pins.keys() - {one.name for one in found})
        return [
            f"plugin {name!r} of the plugin lock {self._path} is not installed: "
            f"pip install {self._pins[name].distribution}=={self._pins[name].version}"
            for name in gone
        ]


def pin(found: Found) -> Pin:
    """A plugin as it is installed now."""
    files = dict(_files(found))
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing")
    own = found.module.replace(".", "/")
    covers = bool(files.keys() & {f"{own}.py", f"{own}/__init__.py"}) or found.local
    return Pin(found.distribution, found.version, digest.hexdigest(), covers)


def text(pins: Mapping[str, Pin]) -> str:
    """The contents of a file of these pins."""
    return (
        json.dumps({"format": FORMAT, "plugins": {name: asdict(pins[name]) for name in sorted(pins)}}, indent=1) + "\n"
    )


def _files(found: Found) -> Iterable[tuple[str, Path]]:
    """What makes up a plugin, by name; without compiled files, which Python writes anew."""
    if found.installed is None:
        spec = find_spec(found.module)
        yield from [(found.module, Path(spec.origin))] if spec and spec.origin else []
        return
    for file in found.installed.files or ():
        name = PurePosixPath(str(file))
        installers = name.parent.suffix == ".dist-info" and name.name in _INSTALLERS
        # Programs lie outside, name the Python of their environment, and are nothing that the host imports.
        if not installers and name.suffix != ".pyc" and ".." not in name.parts:
            yield name.as_posix(), Path(str(file.locate()))
