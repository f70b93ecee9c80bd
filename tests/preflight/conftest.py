"""The office of the pipeline's tests serves here too."""

from __future__ import annotations

from tests.pipeline.conftest import office

__all__ = ["office"]
