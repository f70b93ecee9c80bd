"""A stand-in for Tango that ships with the product: real HTTP on this very machine, no credentials, no money.

It behaves as Tango's pages say, keeps its state in a file, explains itself in its own messages, and can be told to
fail in every way that Tango might (`faults`) or to treat single recipients badly (`magic`).
"""

from campaign_runner.tango.simulator.erasing import erase
from campaign_runner.tango.simulator.faults import FAULTS, Fault, read_faults
from campaign_runner.tango.simulator.magic import ACCOUNTS, MAGIC
from campaign_runner.tango.simulator.server import serve, wait_for_ever
from campaign_runner.tango.simulator.simulator import Simulator

__all__ = ["ACCOUNTS", "FAULTS", "MAGIC", "Fault", "Simulator", "erase", "read_faults", "serve", "wait_for_ever"]
