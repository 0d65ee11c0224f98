"""Before any test: with importlib's mode, pytest would take the folder `lmrs_plugins` for the package of that name."""

import lmrs_plugins  # noqa: F401
