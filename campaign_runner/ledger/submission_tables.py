"""Which tables hold what came in by any door, what was found in it, what is wanted done, and the reports made of it?

Their state is derived from these rows, never stored beside them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from campaign_runner.ledger.schema import campaigns, metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

# A file that somebody submitted. `number` counts within its campaign; `corrects` is the submission of which this one is
# the correction (0: none); `upload` is the planned file that became of it (0: none yet), which has the bytes from then on.
submissions = Table(
    "submissions", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("options", Text, nullable=False),
    Column("corrects", Integer, nullable=False, server_default="0"),
    Column("upload", _Id, nullable=False, server_default="0"),
    Column("erased_at", String(40), nullable=False, server_default=""),
    Unique("campaign", "number"),
)  # fmt: skip

submission_parts = Table(
    "submission_parts", metadata,
    Column("submission", ForeignKey(submissions.c.id), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)  # fmt: skip

# What the newest check of a submission found: `state` is checked or unusable, `result` the rest as JSON.
checks = Table(
    "checks", metadata,
    Column("submission", ForeignKey(submissions.c.id), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("plan", String(64), nullable=False),
    # When somebody asked for its plan to be approved or sent ("" = not yet).
    Column("asked_at", String(40), nullable=False, server_default=""),
    # What a list of campaigns needs of it ("" = from before that was kept).
    Column("brief", Text, nullable=False, server_default=""),
    Column("result", Text, nullable=False),
)  # fmt: skip

# Lists of rows that a check made, in parts: see `check_parts`.
check_parts = Table(
    "check_parts", metadata,
    Column("submission", ForeignKey(submissions.c.id), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)  # fmt: skip

problems = Table(
    "problems", metadata,
    Column("submission", ForeignKey(submissions.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("cell", String(20), nullable=False),
    Column("field", String(60), nullable=False),
    Column("header", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("what_to_do", Text, nullable=False),
    Column("severity", String(10), nullable=False),
    Column("rule", String(60), nullable=False),
)  # fmt: skip

# A cell of a submission that somebody corrected: `submission` is the new one.
corrections = Table(
    "corrections", metadata,
    Column("submission", ForeignKey(submissions.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("field", String(60), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", String(40), nullable=False),
)  # fmt: skip

# What a campaign was last told to send, by whom and how: anyone who drives the campaign keeps to it.
sendings = Table(
    "sendings", metadata,
    Column("campaign", ForeignKey(campaigns.c.id), primary_key=True),
    Column("submission", _Id, nullable=False),
    Column("plan", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("options", Text, nullable=False),
    # Why the driver could not go on ("" = it can, or has).
    Column("refused", Text, nullable=False, server_default=""),
)  # fmt: skip

# Work that is wanted: `wanted` counts the wishes, so that one made meanwhile is not lost with the work that is done.
jobs = Table(
    "jobs", metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("wanted", Integer, nullable=False),
    Column("wanted_at", String(40), nullable=False),
    Column("due_at", Float, nullable=False),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("leased_until", Float, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Index("jobs_due", "due_at"),
)  # fmt: skip

report_files = Table(
    "report_files", metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id), nullable=False),
    # "" for the reports of the campaign, else those of the check of a submission: its number.
    Column("about", String(20), nullable=False),
    Column("name", String(100), nullable=False),
    Column("at", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Unique("campaign", "about", "name"),
    Index("report_files_digest", "sha256"),
)  # fmt: skip

report_parts = Table(
    "report_parts", metadata,
    Column("file", ForeignKey(report_files.c.id), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)  # fmt: skip

# Up to when an inbox has done what its timetable says (seconds since 1970).
inboxes = Table(
    "inboxes", metadata,
    Column("name", String(500), primary_key=True),
    Column("collected_at", Float, nullable=False),
)  # fmt: skip

# Events that Tango sent, so that a repeated one does nothing.
tango_events = Table(
    "tango_events", metadata,
    Column("id", _Id, primary_key=True),
    Column("event", String(200), nullable=False, unique=True),
    Column("at", String(40), nullable=False),
)  # fmt: skip

# Rewards with which somebody tried a plan out, by the reference of their order; they are in no books. `state` is wanted,
# sending, sent or refused; the bytes to send are kept until one of the last two is known.
trial_rewards = Table(
    "trial_rewards", metadata,
    Column("reference", String(100), primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id), nullable=False),
    Column("plan", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

# Tango's catalogue of an environment and address as it was fetched last: every machine judges by the same.
catalogues = Table(
    "catalogues", metadata,
    Column("environment", String(20), primary_key=True),
    Column("source", String(300), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("content", Text, nullable=False),
)  # fmt: skip

# Requests for one person's data. `state` is wanted, working, done or failed; `bytes` is the address until the work begins,
# then the export, for a day, for the account `user` alone.
person_requests = Table(
    "person_requests", metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("at", String(40), nullable=False),
    Column("user", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)  # fmt: skip
