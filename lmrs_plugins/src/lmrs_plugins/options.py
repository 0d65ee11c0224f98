"""The base of every component's options."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Typed options of a component: unknown keys are refused, values are frozen.

    Write one subclass a component, in a module that does not import torch, and give each field a
    `Field(description=…)`: that text is the reference page.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
