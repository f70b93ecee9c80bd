"""The office of the pipeline's tests, for tests of one person's day."""

from tests.pipeline.conftest import office

__all__ = ["office"]
