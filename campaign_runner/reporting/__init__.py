"""What do people and scripts get to read?  One file per report; `registry.py` has the list."""

from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.reporting.summary import summary
from campaign_runner.reporting.write import restate, write_finance, write_plan, write_reports

__all__ = [
    "FinanceOptions",
    "ProblemTally",
    "restate",
    "summary",
    "write_finance",
    "write_plan",
    "write_reports",
]
