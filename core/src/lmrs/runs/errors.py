"""What can be wrong with a stored file."""

from __future__ import annotations

from lmrs_plugins.errors import InputError


class CorruptError(InputError):
    """A stored file is damaged, incomplete or not what it says it is."""


class MismatchError(InputError):
    """A stored file is sound, but belongs to something else: other parameters, shapes, classes or vocabularies."""
