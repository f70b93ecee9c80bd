"""Clean rows -> Plan: which lines, under which references, in which batches, for how much money.  Pure."""

from campaign_runner.planning.attempts import attempt_again, next_reference
from campaign_runner.planning.bodies import rebatch
from campaign_runner.planning.canary import with_canary
from campaign_runner.planning.cutting import FORMATS
from campaign_runner.planning.line_builder import LineBuilder
from campaign_runner.planning.matching import KNOWN_COLUMNS, PLANNED_COLUMNS
from campaign_runner.planning.plan import Plan, make_plan
from campaign_runner.planning.plan_limits import check_limits, refuse
from campaign_runner.planning.recovered_lines import adopted_lines, known_lines
from campaign_runner.planning.single import undeliverable
from campaign_runner.planning.standing import Decisions, RowStanding

__all__ = [
    "FORMATS",
    "KNOWN_COLUMNS",
    "PLANNED_COLUMNS",
    "Decisions",
    "LineBuilder",
    "Plan",
    "RowStanding",
    "adopted_lines",
    "attempt_again",
    "check_limits",
    "known_lines",
    "make_plan",
    "next_reference",
    "rebatch",
    "refuse",
    "undeliverable",
    "with_canary",
]
