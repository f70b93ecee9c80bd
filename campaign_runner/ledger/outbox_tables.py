"""Which tables hold what people and other programs are to be told of?  One row for one message to one receiver.

Everything here is made of the log of events, and follows it with a cursor; addresses with secrets are never kept.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from campaign_runner.ledger.schema import metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

# Up to which event the log was read for messages.
outbox_cursor = Table(
    "outbox_cursor", metadata,
    Column("name", String(20), primary_key=True),
    Column("event", _Id, nullable=False),
)  # fmt: skip

# `notice` names what happened, once; `channel` is notify or webhook; `target` who is told, by the name in the settings;
# `person` is the e-mail address of somebody of the company ("" = whoever the target is).
deliveries = Table(
    "deliveries", metadata,
    Column("id", _Id, primary_key=True),
    Column("notice", String(120), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("campaign", _Id, nullable=False, server_default="0"),
    Column("channel", String(10), nullable=False),
    Column("target", String(60), nullable=False),
    Column("person", String(200), nullable=False, server_default=""),
    Column("facts", Text, nullable=False),
    Column("at", String(40), nullable=False),
    # waiting, sent or failed (given up)
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", Float, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Column("sent_at", String(40), nullable=False, server_default=""),
    Unique("notice", "channel", "target", "person"),
    Index("deliveries_due", "state", "due_at"),
)  # fmt: skip
