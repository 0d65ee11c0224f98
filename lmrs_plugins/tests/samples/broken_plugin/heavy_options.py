"""An entry point whose options stand beside a component that needs torch."""

from lmrs_plugins import Card, hookimpl


@hookimpl
def lmrs_strategies() -> list[Card]:
    return [
        Card(
            family="strategy",
            name="all",
            summary="everything",
            load="broken_plugin.torch_options:Everything",
            options="broken_plugin.torch_options:Options",
        )
    ]
