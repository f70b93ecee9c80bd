"""Which tables hold the users of the server, and by what they are known?

Of everything that opens a door (passwords, links, sessions, tokens) there is a hash, never the thing itself. People are
never deleted, only disabled: the log names them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from campaign_runner.ledger.schema import campaigns, metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

# `email` is folded; `issuer` vouches for them: local, or the address of an identity provider with its `subject`.
users = Table(
    "users", metadata,
    Column("id", _Id, primary_key=True),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("issuer", Text, nullable=False, server_default="local"),
    Column("subject", Text, nullable=False, server_default=""),
    Column("password", Text, nullable=False, server_default=""),
    # The key of one-time codes ("" = none), and the step of the newest code that was used: none is taken twice.
    Column("totp_key", Text, nullable=False, server_default=""),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("language", String(10), nullable=False, server_default=""),
    Column("created_at", String(40), nullable=False),
    Column("disabled_at", String(40), nullable=False, server_default=""),
)  # fmt: skip

# A link that sets a password, once; the one without a user makes the first administrator.
password_links = Table(
    "password_links", metadata,
    Column("hash", String(64), primary_key=True),
    Column("user", _Id, nullable=False, server_default="0"),
    Column("until", Float, nullable=False),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("hash", String(64), primary_key=True),
    Column("user", ForeignKey(users.c.id), nullable=False),
    Column("began", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("agent", String(200), nullable=False),
    Column("address", String(60), nullable=False),
    # What the identity provider needs at sign-out ("" = a local account).
    Column("id_token", Text, nullable=False, server_default=""),
    # 1 while the password was right and the one-time code is still to come: such a session opens nothing else.
    Column("awaits_code", Integer, nullable=False, server_default="0"),
    Index("sessions_user", "user"),
)  # fmt: skip

tokens = Table(
    "tokens", metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("user", ForeignKey(users.c.id), nullable=False),
    Column("name", String(100), nullable=False),
    # The roles that it is confined to ("" = all of the user's).
    Column("roles", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("used_at", String(40), nullable=False, server_default=""),
    Column("revoked_at", String(40), nullable=False, server_default=""),
)  # fmt: skip

# Failed sign-ins by account and by address: until when the next one has to wait.
sign_in_failures = Table(
    "sign_in_failures", metadata,
    Column("about", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", Float, nullable=False),
    Column("until", Float, nullable=False),
)  # fmt: skip

# The first answer to a request that carries an Idempotency-Key ("status" 0: it is under way).
idempotency = Table(
    "idempotency", metadata,
    Column("user", ForeignKey(users.c.id), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("status", Integer, nullable=False, server_default="0"),
    Column("content_type", String(100), nullable=False, server_default=""),
    Column("body", Text, nullable=False, server_default=""),
)  # fmt: skip

# Sign-ins at an identity provider that are under way: the state that comes back, by its hash.
provider_sign_ins = Table(
    "provider_sign_ins", metadata,
    Column("hash", String(64), primary_key=True),
    Column("verifier", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("until", Float, nullable=False),
)  # fmt: skip

# With whom a campaign is shared, besides those who made it or submitted to it.
shares = Table(
    "shares", metadata,
    Column("campaign", ForeignKey(campaigns.c.id), primary_key=True),
    Column("user", ForeignKey(users.c.id), primary_key=True),
)  # fmt: skip
