"""The host's own components keep the contract, as any plugin's do."""

from __future__ import annotations

from lmrs_plugins.testing import check_plugin


def test_conforms() -> None:
    options = {"finetune-partial": {"train": ["item"], "depth": {"history": 1}}}
    report = check_plugin("lmrs.builtin.plugin", options=options)
    assert report.exempt == {}
    assert {"fusion/gate", "scorer/dot", "task/next-item"} <= set(report.passed)
    assert {"strategy/finetune-partial", "strategy/finetune-extra"} <= set(report.passed)
