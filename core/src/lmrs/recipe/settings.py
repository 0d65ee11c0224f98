"""Settings of a recipe that are the host's own: optimiser, stopping, candidates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Precision = Literal["float32", "bfloat16", "float16"]
Fraction = Annotated[float, Field(ge=0, lt=1)]


class Settings(BaseModel):
    """Unknown keys are refused, types are exact (an integer may stand for a number), values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class OptimizerSettings(Settings):
    """How parameters move."""

    use: Literal["adamw", "adam", "sgd"] = Field(default="adamw", description="algorithm")
    rate: float = Field(default=0.001, gt=0, description="learning rate; a strategy's groups multiply it")
    decay: float = Field(default=0.0, ge=0, description="weight decay")
    betas: Annotated[tuple[Fraction, Fraction], Field(strict=False)] = Field(
        default=(0.9, 0.999), description="Adam's two averages; sgd takes the first as its momentum"
    )
    clip: float = Field(default=0.0, ge=0, description="largest norm of the gradient; 0 for none")
    warmup: int = Field(default=0, ge=0, description="optimiser steps of linear warm-up")
    schedule: Literal["constant", "linear", "cosine"] = Field(default="constant", description="after the warm-up")


class StopSettings(Settings):
    """When a stage ends before its last epoch; its best epoch is kept."""

    metric: str = Field(description="a metric with its cut-off, as printed (NDCG@10), on the validation part")
    patience: int = Field(default=5, ge=1, description="validations without a better value before the stage ends")
    every: int = Field(default=1, ge=1, description="epochs between two validations")


class SampleSettings(Settings):
    """Rank each positive among sampled negatives."""

    sample: int = Field(ge=1, description="negatives for each case")
    by: Literal["uniform", "popularity"] = Field(default="uniform", description="how they are drawn")
