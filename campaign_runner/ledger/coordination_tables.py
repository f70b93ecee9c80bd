"""Which tables hold what several processes agree on: who holds a campaign, and how fast Tango is asked?"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, UniqueConstraint

from campaign_runner.ledger.schema import metadata

# Who holds a campaign (`environment-campaign_id`), and until when: see `claims`. PostgreSQL has a change of `fence` wait
# for transactions that read it, because it is part of a unique index.
claims = Table(
    "claims", metadata,
    Column("name", String(200), primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("beats", BigInteger, nullable=False),
    # For people ("" = nobody holds it), and as `holders.proof` has it.
    Column("holder", String(300), nullable=False),
    Column("process", String(300), nullable=False),
    Column("since", String(40), nullable=False),
    Column("lease", Float, nullable=False),
    # By the database's clock; and by one of the holder's machine that nobody sets, when it was renewed last.
    Column("expires_at", Float, nullable=False),
    Column("beat_at", Float, nullable=False),
    UniqueConstraint("name", "fence"),
)  # fmt: skip

# Calls in a row, of everybody under one name, to which Tango gave no usable answer, and when the last one was made.
circuits = Table(
    "circuits", metadata,
    Column("name", String(200), primary_key=True),
    Column("silent", Integer, nullable=False),
    Column("at", Float, nullable=False),
)  # fmt: skip

pace = Table(
    "pace", metadata,
    Column("name", String(200), primary_key=True),
    Column("next_at", Float, nullable=False),
    # Until when nobody may call, because Tango asked for it; and when this row was written last.
    Column("held_until", Float, nullable=False, server_default="0"),
    Column("at", Float, nullable=False, server_default="0"),
    # The share of the quota that Tango was last found to bear, and when a 429 last taught that.
    Column("share", Float, nullable=False, server_default="1"),
    Column("slowed_at", Float, nullable=False, server_default="0"),
)  # fmt: skip
