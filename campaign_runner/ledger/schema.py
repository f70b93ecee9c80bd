"""Which tables does the ledger have?  This version of them; `migrations` has the steps from older ones.

Money is whole ten-thousandths, times are ISO 8601 in UTC. A line's `status` is NULL while its batch says it all
(`lifecycle.LINE_STATUS_OF_BATCH`), so that accepting a batch writes one row and not five hundred.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)  # fmt: skip

VERSION = 3
metadata = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta", metadata,
    Column("version", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)  # fmt: skip

campaigns = Table(
    "campaigns", metadata,
    Column("id", _Id, primary_key=True),
    Column("environment", String(20), nullable=False),
    Column("campaign_id", String(40), nullable=False),
    Column("customer", String(100), nullable=False),
    Column("account", String(100), nullable=False),
    Column("endpoint", String(20), nullable=False),
    Column("created_at", String(40), nullable=False),
    # Since when a `recover` is under way that did not finish ("" = none): until then nothing may be sent.
    Column("recovering", String(40), nullable=False, server_default=""),
    # How many lines go first until they have ended well, or somebody said otherwise (0 = no canary).
    Column("canary", Integer, nullable=False, server_default="0"),
    # The options of the newest run, as JSON: what it is told to do next has them, too.
    Column("asked", Text, nullable=False, server_default="{}"),
    # Until when Tango's list of orders is not relied on, for it was found wrong (seconds since 1970).
    Column("list_doubted_until", Float, nullable=False, server_default="0"),
    # Its own settings as JSON, in the form of campaign.toml, without secrets, addresses and the ledger's place.
    Column("settings", Text, nullable=False, server_default="{}"),
    # Since when nothing new leaves ("" = it does), who said so, and why; and before when nothing does (see `pauses`).
    Column("halted_at", String(40), nullable=False, server_default=""),
    Column("halted_by", Text, nullable=False, server_default=""),
    Column("halted_why", Text, nullable=False, server_default=""),
    Column("send_after", Float, nullable=False, server_default="0"),
    # In which time zone that was said ("" = in none): it is shown there.
    Column("send_zone", String(60), nullable=False, server_default=""),
    UniqueConstraint("environment", "campaign_id"),
)  # fmt: skip

uploads = Table(
    "uploads", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("plan", String(64), nullable=False, default=""),
    Column("rows", Integer, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("purged_at", String(40)),
    # "recipient": the copy was erased for the sake of one recipient, "file": the copy alone was; the hashes stay.
    Column("purged_for", String(10), nullable=False, server_default=""),
)  # fmt: skip

upload_parts = Table(
    "upload_parts", metadata,
    Column("upload", ForeignKey(uploads.c.id), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)  # fmt: skip

# Who is in an upload's lines, for a search by a part of a name: see `recipient_texts`.
recipient_texts = Table(
    "recipient_texts", metadata,
    Column("upload", ForeignKey(uploads.c.id), primary_key=True),
    Column("first_row", Integer, primary_key=True),
    Column("last_row", Integer, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)  # fmt: skip

# Rows of an upload that brought no new line: rejected, held, or known already (then `line` says which).
entries = Table(
    "entries", metadata,
    Column("upload", Integer, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("status", String(10), nullable=False),
    Column("line", _Id),
    Column("reference", String(100), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("remedy", Text, nullable=False, default=""),
    Column("units", BigInteger, nullable=False, default=-1),
    Column("currency", String(3), nullable=False, default=""),
    Column("rule", String(40), nullable=False, server_default=""),
    # Of a held row: the line that it seems to be, changed (0: none).
    Column("changed_line", _Id, nullable=False, server_default="0"),
)  # fmt: skip
# Few rows are held, and those of all uploads are asked for when a file is planned.
_HELD = entries.c.status == "held"
Index("entries_held", entries.c.upload, entries.c.reference, sqlite_where=_HELD, postgresql_where=_HELD)
_DROPPED = entries.c.status == "cancelled"
# Where a line that an earlier upload brought is in a later one.
_KNOWN = entries.c.line.is_not(None)
Index("entries_line", entries.c.line, sqlite_where=_KNOWN, postgresql_where=_KNOWN)
Index("entries_dropped", entries.c.upload, sqlite_where=_DROPPED, postgresql_where=_DROPPED)
NAMED = entries.c.line.is_(None) & (entries.c.reference != literal_column("''"))
Index("entries_reference", entries.c.upload, entries.c.reference, sqlite_where=NAMED, postgresql_where=NAMED)
# Rows without a line are counted by status, however many were rejected.
_LINELESS = entries.c.line.is_(None)
Index("entries_lineless", entries.c.upload, entries.c.status, sqlite_where=_LINELESS, postgresql_where=_LINELESS)

# When a batch is due that waits for money: never by itself, only as part of a new plan.
PUT_OFF = 4_102_444_800.0
batches = Table(
    "batches", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id), nullable=False),
    Column("reference", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("canary", Boolean, nullable=False, default=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("looks", Integer, nullable=False, default=0),
    Column("due_at", Float, nullable=False, default=0),
    Column("sent_at", String(40), nullable=False, default=""),
    Column("updated_at", String(40), nullable=False, default=""),
    Column("tango_order_id", String(100), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    # The most lines that a POST's answer accepted, that a look-up showed, that one counted; and how many fewer the
    # newest look-up has.
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("counted", Integer, nullable=False, server_default="0"),
    Column("fewer", Integer, nullable=False, server_default="0"),
    # Of how many lines the newest look-up states an amount that cannot be read.
    Column("unreadable", Integer, nullable=False, server_default="0"),
    # How often in a row, and since when, Tango says that it knows nothing of an order that it had accepted.
    Column("absent", Integer, nullable=False, server_default="0"),
    Column("absent_since", String(40), nullable=False, server_default=""),
    # When it was sent once more long after it was sent first ("" = never).
    Column("sent_late_at", String(40), nullable=False, server_default=""),
    Column("body", LargeBinary),  # last: SQLite reads through a long value to what stands behind it
    Index("batches_open", "campaign", "state", "due_at"),
    UniqueConstraint("campaign", "reference"),  # a rehearsal and the real campaign have the same references
)  # fmt: skip

line_items = Table(
    "line_items", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", _Id, nullable=False),
    Column("batch", _Id, nullable=False),
    Column("position", Integer, nullable=False),
    Column("upload", _Id, nullable=False),
    Column("row", Integer, nullable=False),
    Column("reference", String(100), nullable=False),
    Column("identity", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("contact", LargeBinary),
    Column("person", LargeBinary),
    Column("alias", LargeBinary),
    # The row's plain identity, whatever it was released under; a keyed hash of its folded key, and the key as typed.
    Column("origin", LargeBinary),
    Column("folded_key", LargeBinary),
    Column("key_text", Text),
    Column("method", String(20), nullable=False),
    Column("utid", String(20), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("face_units", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("attempt", Integer, nullable=False, default=1),
    Column("superseded", Boolean, nullable=False, default=False),
    Column("status", String(10)),
    Column("reason", Text, nullable=False, default=""),
    Column("tango_reference", String(100), nullable=False, default=""),
    Column("delivery_status", String(40), nullable=False, default=""),
    Column("stated", String(40), nullable=False, default=""),
    Column("stated_currency", String(3), nullable=False, default=""),
    Column("charged", String(40), nullable=False, default=""),
    Column("charged_currency", String(3), nullable=False, default=""),
    Column("fee", String(40), nullable=False, default=""),
    Column("shipping_fee", String(40), nullable=False, default=""),
    Column("exchange_rate", String(40), nullable=False, default=""),
    Column("updated_at", String(40), nullable=False, default=""),
    # When Tango first said that the line failed, and when it said so last: a retry wants both, some time apart.
    Column("failed_at", String(40), nullable=False, server_default=""),
    Column("failed_again_at", String(40), nullable=False, server_default=""),
    # How that is known: "shown" by a look-up, "refused" by name, "absent" from an order of which the answer was lost.
    Column("failed_by", String(10), nullable=False, server_default=""),
    # When the line's status first was final: the day on which the books turn "on its way" into what came of it.
    Column("final_at", String(40), nullable=False, server_default=""),
    # When Tango first stated a charge.
    Column("charged_at", String(40), nullable=False, server_default=""),
    # When the recipient was erased from the order that was sent ("" = never): such a line is not placed again.
    Column("erased_at", String(40), nullable=False, server_default=""),
)  # fmt: skip

# Built after a bulk insert: maintaining them row by row takes three times as long.
line_indexes = (
    Index("line_items_batch", line_items.c.batch),
    Index("line_items_row", line_items.c.upload, line_items.c.row),
    Index("line_items_reference", line_items.c.reference, line_items.c.campaign, unique=True),
    Index("line_items_contact", line_items.c.contact),
    # People look for a row by its recipient or its key: see `rows_page`.
    Index("line_items_person", line_items.c.person),
    Index("line_items_alias", line_items.c.alias),
    Index("line_items_key", line_items.c.key_text),
)
for _index in line_indexes:
    line_items.indexes.discard(_index)

# The totals of the lines of a batch, for each upload, status and currency: see `tallies`.
tallies = Table(
    "tallies", metadata,
    Column("batch", _Id, primary_key=True),
    Column("campaign", _Id, nullable=False),
    Column("upload", _Id, primary_key=True),
    Column("superseded", Boolean, primary_key=True),
    Column("status", String(10), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("lines", Integer, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("charged", BigInteger, nullable=False),
    Column("lines_charged", Integer, nullable=False),
    Column("odd", Integer, nullable=False),
    Index("tallies_campaign", "campaign"),
    Index("tallies_upload", "upload"),
)  # fmt: skip

attempts = Table(
    "attempts", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", _Id, nullable=False),
    Column("reference", String(100), nullable=False),
    Column("at", String(40), nullable=False),
    Column("method", String(4), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("http_status", Integer, nullable=False),
    Column("code", String(20), nullable=False),
    Column("request_id", String(100), nullable=False),
    Column("message", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    # Two signatures: of the request, and of its message, which is erased one day ("" = from before they were signed).
    Column("seal", String(64), nullable=False, server_default=""),
    Index("attempts_reference", "reference"),
    Index("attempts_answers", "method", "outcome", "http_status"),  # counted at every scrape
)  # fmt: skip

events = Table(
    "events", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", _Id, nullable=False),
    Column("at", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    # Who did it ("" = from before events named anybody), the name of the key that signed it, and the signature.
    Column("actor", Text, nullable=False, server_default=""),
    Column("signed_by", String(30), nullable=False, server_default=""),
    Column("mac", String(64), nullable=False, server_default=""),
    Index("events_kind", "campaign", "kind"),
)  # fmt: skip
