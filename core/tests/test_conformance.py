"""The host's own components keep the contract, as any plugin's do."""

from __future__ import annotations

from lmrs_plugins.testing import check_plugin


def test_conforms() -> None:
    report = check_plugin("lmrs.builtin.plugin", options={"finetune-partial": {"train": ["history.layer.1"]}})
    assert report.exempt == {}
    assert {"fusion/gate", "scorer/dot", "task/next-item", "strategy/finetune-partial"} <= set(report.passed)
