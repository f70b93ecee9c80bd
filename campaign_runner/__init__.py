"""campaign-runner: from a spreadsheet of reward recipients to rewards that arrived, and books that close."""

__version__ = "0.1.0"
