"""Which campaigns and uploads does the ledger know?  Each is bound to one account; each file is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from campaign_runner.ledger import events
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.schema import batches, campaigns, upload_parts, uploads
from campaign_runner.model import Order
from campaign_runner.model.errors import SettingsError, StateError, UsageError
from campaign_runner.model.wording import day

PART = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was submitted. `reading` says how it was read (sheet, columns, hidden rows), `rows` counts the
    non-blank ones, `fingerprint` names settings and rules under which it was planned, `plan` the plan."""

    id: int
    campaign: int
    sha256: str
    fingerprint: str
    name: str
    sheet: str
    reading: Mapping[str, Any]
    rows: int
    created_at: str
    purged_at: str | None = None
    plan: str = ""
    purged_for: str = ""


def register(connection: Connection, environment: str, order: Order, at: str) -> int:
    """The campaign's number; raises SettingsError if its references are bound to another account.

    As long as no file was planned for good, there are none: what was only looked at binds nobody.
    """
    row = connection.execute(
        select(campaigns).where(campaigns.c.environment == environment, campaigns.c.campaign_id == order.campaign_id)
    ).one_or_none()
    if row is None:
        values = {"environment": environment, "campaign_id": order.campaign_id, "customer": order.customer,
                  "account": order.account, "endpoint": order.endpoint, "created_at": at}  # fmt: skip
        number = connection.execute(campaigns.insert().values(**values).returning(campaigns.c.id)).scalar_one()
        events.append(connection, number, at, "campaign opened", **values)
        return int(number)
    if (row.customer, row.account, row.endpoint) != (order.customer, order.account, order.endpoint):
        if _nothing_placed(connection, row.id):
            values = {"customer": order.customer, "account": order.account, "endpoint": order.endpoint}
            connection.execute(campaigns.update().where(campaigns.c.id == row.id).values(**values))
            events.append(connection, row.id, at, "campaign bound anew", **values)
            return int(row.id)
        raise SettingsError(
            f"The campaign {order.campaign_id} was started with customer {row.customer}, account {row.account} and "
            f"endpoint {row.endpoint}; with other settings its recipients would be rewarded a second time. Restore those "
            "settings, or give this campaign a new id. Nothing was sent."
        )
    return int(row.id)


def _nothing_placed(connection: Connection, campaign_key: int) -> bool:
    """Neither a file nor (recovered) orders."""
    order = connection.execute(select(batches.c.id).where(batches.c.campaign == campaign_key).limit(1)).first()
    return order is None and latest_upload(connection, campaign_key) is None


def find(connection: Connection, environment: str, campaign_id: str) -> int:
    """The campaign's number; raises UsageError that names those there are."""
    rows = connection.execute(select(campaigns).where(campaigns.c.environment == environment)).all()
    for row in rows:
        if row.campaign_id == campaign_id:
            return int(row.id)
    known = ", ".join(sorted(row.campaign_id for row in rows)) or "none yet"
    raise UsageError(
        f'There is no campaign "{campaign_id}" in this ledger for the environment {environment}. Known: {known}. '
        "Check the name, --state and the environment."
    )


def binding(connection: Connection, campaign_key: int) -> dict[str, str]:
    """The customer, account and endpoint that the campaign's references are bound to."""
    query = select(campaigns.c.customer, campaigns.c.account, campaigns.c.endpoint).where(
        campaigns.c.id == campaign_key
    )
    return dict(connection.execute(query).mappings().one())


def canary(connection: Connection, campaign_key: int) -> int:
    """How many lines go first until they have ended well (0 = no canary)."""
    return int(connection.execute(select(campaigns.c.canary).where(campaigns.c.id == campaign_key)).scalar_one())


def set_canary(connection: Connection, campaign_key: int, lines: int) -> None:
    """From now on this many lines go first."""
    connection.execute(campaigns.update().where(campaigns.c.id == campaign_key).values(canary=lines))


def asked(connection: Connection, campaign_key: int) -> dict[str, str]:
    """The options of the newest run, by name; a switch has the value ""."""
    stored: dict[str, str] = orjson.loads(
        connection.execute(select(campaigns.c.asked).where(campaigns.c.id == campaign_key)).scalar_one()
    )
    return stored


def set_asked(connection: Connection, campaign_key: int, options: Mapping[str, str]) -> None:
    """Keep the options of a run."""
    written = orjson.dumps(dict(options), option=orjson.OPT_SORT_KEYS).decode()
    connection.execute(campaigns.update().where(campaigns.c.id == campaign_key).values(asked=written))


def settings_of(connection: Connection, campaign_key: int) -> dict[str, Any]:
    """The campaign's own settings, in the form of campaign.toml; {} where its file alone has them."""
    kept = connection.execute(select(campaigns.c.settings).where(campaigns.c.id == campaign_key)).scalar_one()
    values: dict[str, Any] = orjson.loads(kept)
    return values


def set_settings(connection: Connection, campaign_key: int, values: Mapping[str, Any], at: str) -> None:
    """Keep the campaign's own settings, for anyone who goes on with it on another machine."""
    written = orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS, default=str).decode()
    query = campaigns.update().where(campaigns.c.id == campaign_key, campaigns.c.settings != written)
    if connection.execute(query.values(settings=written)).rowcount:
        digest = sha256(written.encode()).hexdigest()
        events.append(connection, campaign_key, at, "settings kept", sha256=digest)


def row(connection: Connection, campaign_key: int) -> Mapping[str, Any]:
    """A campaign as `listing` gives it."""
    return dict(connection.execute(select(campaigns).where(campaigns.c.id == campaign_key)).mappings().one())


def one_at_a_time(connection: Connection, campaign_key: int) -> None:
    """Wishes about a campaign come one after another: the next one waits until this transaction ends."""
    connection.execute(select(campaigns.c.id).where(campaigns.c.id == campaign_key).with_for_update())


def listing(connection: Connection) -> list[Mapping[str, Any]]:
    """All campaigns, newest first."""
    return [dict(row) for row in connection.execute(select(campaigns).order_by(campaigns.c.id.desc())).mappings()]


def keys_of(connection: Connection, campaign_id: str) -> dict[str, int]:
    """The numbers of the campaigns of this id by their environment, the newest first."""
    query = select(campaigns.c.environment, campaigns.c.id).where(campaigns.c.campaign_id == campaign_id)
    return {environment: int(key) for environment, key in connection.execute(query.order_by(campaigns.c.id.desc()))}


def add_upload(connection: Connection, upload: Upload, path: Path) -> Upload:
    """Keep a file and how it was read; returns the upload with its number."""
    values = {name: getattr(upload, name) for name in Upload.__slots__ if name not in ("id", "purged_at", "reading")}
    values["reading"] = orjson.dumps(upload.reading).decode()
    number = int(connection.execute(uploads.insert().values(**values).returning(uploads.c.id)).scalar_one())
    packed = ((number, i, pack(part)) for i, part in enumerate(parts(path)))
    insert_many(connection, upload_parts, ("upload", "part", "bytes"), packed)
    return replace(upload, id=number)


def latest_upload(connection: Connection, campaign_key: int) -> Upload | None:
    """The newest upload of a campaign."""
    query = select(uploads).where(uploads.c.campaign == campaign_key).order_by(uploads.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return Upload(**{**row, "reading": orjson.loads(row["reading"])}) if row else None


def upload_of_plan(connection: Connection, campaign_key: int, plan: str) -> Upload | None:
    """The newest upload that was planned as a plan of this name; None where it never was."""
    query = select(uploads.c.id).where(uploads.c.campaign == campaign_key, uploads.c.plan == plan)
    number = connection.execute(query.order_by(uploads.c.id.desc()).limit(1)).scalar()
    return upload(connection, number) if number else None


def uploads_about(connection: Connection, upload: int) -> list[Upload]:
    """The uploads that are reports about an upload, the oldest first (`reading` names it as `about`)."""
    query = (
        select(uploads).where(uploads.c.id > upload, uploads.c.reading.contains('"about":')).order_by(uploads.c.id)
    )
    listed = [Upload(**{**row, "reading": orjson.loads(row["reading"])})
             for row in connection.execute(query).mappings()]  # fmt: skip
    return [each for each in listed if each.reading.get("about") == upload]


def reports_run(connection: Connection, campaign_key: int) -> list[Upload]:
    """The uploads of a campaign that are reports of failures, the newest first."""
    query = select(uploads).where(uploads.c.campaign == campaign_key).order_by(uploads.c.id.desc())
    listed = [Upload(**{**row, "reading": orjson.loads(row["reading"])})
             for row in connection.execute(query).mappings()]  # fmt: skip
    return [each for each in listed if each.reading.get("report") == "failures"]


def upload(connection: Connection, number: int) -> Upload:
    """An upload by its number."""
    row = connection.execute(select(uploads).where(uploads.c.id == number)).mappings().one()
    return Upload(**{**row, "reading": orjson.loads(row["reading"])})


def restore_upload(connection: Connection, upload: Upload, target: Path) -> None:
    """Write the kept file to `target`; raises StateError where it was purged or is not what it was."""
    digest = sha256()
    query = select(upload_parts.c.bytes).where(upload_parts.c.upload == upload.id).order_by(upload_parts.c.part)
    with target.open("wb") as file:
        for (packed,) in connection.execute(query):
            part = unpack(packed)
            digest.update(part)
            file.write(part)
    if upload.purged_at:
        raise StateError(f"The file {upload.name} was erased on {day(upload.purged_at)}; its totals are kept.")
    if digest.hexdigest() != upload.sha256:
        raise StateError(f"The ledger's copy of {upload.name} is damaged. Run again with the file itself.")


def parts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part
