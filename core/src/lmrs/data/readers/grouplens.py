"""MovieLens 100K and 1M by name: fetched from GroupLens, checked, cached.

The archives are frozen; their sha256 go with the md5 that GroupLens publishes beside them, `NAME.zip.md5`:
0e33842e24a9c977be4e0107933c0723 and c4d9eecfca2ab87c1945afe126590906.
"""

from __future__ import annotations

from pathlib import Path

from lmrs.data.archive import members
from lmrs.data.cache_folder import cache_folder
from lmrs.data.download import fetch
from lmrs.data.readers.movielens import read_files
from lmrs.data.readers.options import DownloadOptions
from lmrs.data.report import Report
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

_MOST = 200_000_000
_ARCHIVE = 20_000_000


class _GroupLens:
    name: str
    sha256: str
    files: tuple[str, ...]

    def __init__(self, options: DownloadOptions) -> None:
        self._address = options.address or f"https://files.grouplens.org/datasets/movielens/{self.name}.zip"

    @staticmethod
    def recognises(path: Path) -> bool:
        """Nothing: it is known by name."""
        return False

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Events, movies and users; the archive is kept in the cache."""
        archive = fetch(self._address, self.sha256, _ARCHIVE, cache_folder() / f"{self.name}.zip")
        found = members(archive, [f"{self.name}/{file}" for file in self.files], _MOST)
        if len(found) != len(self.files):
            raise InputError(f"{archive}: lacks some of {', '.join(self.files)}; remove it so that it is fetched again")
        files = {name.rpartition("/")[2]: (lambda data=data: data) for name, data in found.items()}
        return read_files(self.name, files, str(archive), Report(policy))


class MovieLens100K(_GroupLens):
    """943 users, 1,682 movies, 100,000 ratings."""

    name = "ml-100k"
    sha256 = "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"
    files = ("u.data", "u.item", "u.user", "u.genre")


class MovieLens1M(_GroupLens):
    """6,040 users, 3,706 movies, 1,000,209 ratings."""

    name = "ml-1m"
    sha256 = "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20"
    files = ("ratings.dat", "movies.dat", "users.dat")
