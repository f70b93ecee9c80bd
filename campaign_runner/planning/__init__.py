"""Clean rows -> Plan: which lines, under which references, in which batches, for how much money.  Pure."""

from campaign_runner.planning.bodies import rebatch
from campaign_runner.planning.collector import Collector
from campaign_runner.planning.limits import check_limits, refuse
from campaign_runner.planning.plan import KNOWN_COLUMNS, Plan, plan

__all__ = ["KNOWN_COLUMNS", "Collector", "Plan", "check_limits", "plan", "rebatch", "refuse"]
