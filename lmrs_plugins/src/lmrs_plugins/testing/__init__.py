"""Conformance checks: what a plugin's author calls from one test.

```python
from lmrs_plugins.testing import check_plugin

def test_conforms():
    check_plugin("my_plugin.plugin")
```

Every card that the plugin offers is checked on small generated data of what it says it needs; `check_plugin` says how
to pass options, data and exemptions. Checks need what the components need (torch, where there are modules), which this
package itself does not import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmrs_plugins.testing.case import Case as Case
    from lmrs_plugins.testing.generated import generated_bundle as generated_bundle
    from lmrs_plugins.testing.generated import grown as grown
    from lmrs_plugins.testing.plugin import Report as Report
    from lmrs_plugins.testing.plugin import check_plugin as check_plugin

_HOME = {
    "Case": "case",
    "Report": "plugin",
    "check_plugin": "plugin",
    "generated_bundle": "generated",
    "grown": "generated",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'lmrs_plugins.testing' has no attribute {name!r}")
    return getattr(import_module(f"lmrs_plugins.testing.{_HOME[name]}"), name)
