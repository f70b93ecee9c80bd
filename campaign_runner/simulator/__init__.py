"""A stand-in for Tango that ships with the product: real HTTP on this machine, no credentials, no money.

It behaves as Tango's pages say, keeps its state in a file, explains itself in its own messages, and can be told to
fail in every way that Tango might (`faults`) or to treat single recipients badly (`magic`).
"""

from campaign_runner.simulator.erasing import erase
from campaign_runner.simulator.fault_effects import FAULTS
from campaign_runner.simulator.faults import Fault, FaultsUnreadable, read_faults
from campaign_runner.simulator.http_server import serve, wait_for_ever
from campaign_runner.simulator.stand_in import Simulator
from campaign_runner.simulator.test_values import ACCOUNTS, MAGIC

__all__ = [
    "ACCOUNTS",
    "FAULTS",
    "MAGIC",
    "Fault",
    "FaultsUnreadable",
    "Simulator",
    "erase",
    "read_faults",
    "serve",
    "wait_for_ever",
]
