"""Before any test: with importlib's mode, pytest would take the folder `lmrs_plugins` for the package of that name."""

import os

import lmrs_plugins  # noqa: F401

# What a test keeps, it keeps in a folder of its own, and says so: nobody's cache is filled or read by tests.
os.environ["LMRS_CACHE"] = "off"
