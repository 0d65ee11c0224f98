"""An entry point whose hook imports numpy."""

from lmrs_plugins import Card, hookimpl


@hookimpl
def lmrs_objectives() -> list[Card]:
    import numpy

    assert numpy.__version__
    return []
