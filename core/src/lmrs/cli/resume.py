"""`lmrs resume`."""

from __future__ import annotations

import typer

from lmrs.cli import device as devices
from lmrs.cli import finished
from lmrs.cli.options import Device, Groups, Json, NoPlugin, Plugins, Run
from lmrs.cli.progress import watching
from lmrs.cli.shell import Shell

EXAMPLES = ("lmrs resume runs/first",)


def command(
    context: typer.Context,
    run: Run,
    device: Device = "auto",
    groups: Groups = False,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Go on with a run that was stopped.

    It ends as it would have ended undisturbed; a finished run only shows its numbers.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    host, chosen = shell.host(), devices.chosen(device)
    from lmrs.answer.run import resume

    with watching(shell) as listener:
        pipeline = resume(run, device=chosen, host=host, listener=listener)
    finished.show(shell, pipeline, groups)
