"""Which tables hold what people were shown of a plan, and what they decided about it and its rows?"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from campaign_runner.ledger.schema import metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

releases = Table(
    "releases", metadata,
    Column("campaign", _Id, primary_key=True),
    Column("reference", String(100), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("decision", String(10), nullable=False, server_default="release"),
    Column("actor", String(200), nullable=False, server_default=""),
    # The line that the row was, before it was changed: it is accounted for (0: none).
    Column("changed_line", _Id, nullable=False, server_default="0"),
)  # fmt: skip

# The held rows of the plan that was shown last: they can be decided before anything is run.
held_shown = Table(
    "held_shown", metadata,
    Column("campaign", _Id, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("reference", String(100), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("changed_line", _Id, nullable=False),
    Column("file", Text, nullable=False),
    Column("at", String(40), nullable=False),
)  # fmt: skip

# Plans that somebody was shown, by their identity; anyone who was shown one first is its submitter.
plans_shown = Table(
    "plans_shown", metadata,
    Column("campaign", _Id, primary_key=True),
    Column("identity", String(64), primary_key=True),
    Column("file", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("totals", Text, nullable=False),
    Column("submitter", String(200), nullable=False),
    Column("at", String(40), nullable=False),
)  # fmt: skip

# What was decided about a plan: the newest row counts.
approvals = Table(
    "approvals", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", _Id, nullable=False),
    Column("identity", String(64), nullable=False),
    Column("decision", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("approvals_plan", "campaign", "identity"),
)  # fmt: skip
