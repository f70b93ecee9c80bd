"""The only place with HTTP: the client, the table of answers, Tango's words, and a stand-in server (`simulator/`)."""

from campaign_runner.tango.client import Client
from campaign_runner.tango.connection import Record
from campaign_runner.tango.pace import Pace
from campaign_runner.tango.words import line_status, order_is_final

__all__ = [
    "Client",
    "Pace",
    "Record",
    "line_status",
    "order_is_final",
]
