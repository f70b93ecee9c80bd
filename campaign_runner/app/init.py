"""How does somebody begin?  A commented campaign.toml, an empty workbook, and a Tango stand-in to practise with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from campaign_runner import intake, validation
from campaign_runner.app.template import WrittenTemplate, write_empty_template
from campaign_runner.intake.formats import SUFFIXES
from campaign_runner.model.errors import CampaignRunnerError, StateError
from campaign_runner.settings.commented_toml import campaign_toml

WORKBOOK = "rewards.xlsx"
LONGEST_ID = 40

# Headers of columns that name a person or a row, without case, spaces and punctuation.
KEYS = frozenset({
    "employeeid", "employeenumber", "employeeno", "empid", "personnelnumber", "personid", "staffid", "staffnumber",
    "workerid", "payrollid", "payrollnumber", "participantid", "respondentid", "memberid", "personalnummer",
    "mitarbeiternummer", "mitarbeiterid", "personalnr", "mitarbeiternr", "iddeempleado", "idempleado", "numerodeempleado",
    "matricule", "matricola", "personeelsnummer",
})  # fmt: skip


def campaign_id(folder: Path, now: datetime) -> str:
    """A valid id from the folder's name and the day, with four characters that no other folder or moment has.

    `init` twice never gives two campaigns one id: their rewards would be taken for the same.
    """
    name = unicodedata.normalize("NFKD", folder.resolve().name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "campaign"
    mark = sha256(f"{folder.resolve()} {now.isoformat()}".encode()).hexdigest()[:4]
    end = f"-{now.date().isoformat()}-{mark}"
    return slug[: LONGEST_ID - len(end)].strip("-") + end


def proposed_key(folder: Path, schemas: Path | None = None) -> str:
    """The header of a column that names people in a spreadsheet of the folder; "" where there is none."""
    book = validation.load_book(schemas)
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in SUFFIXES and path.name != WORKBOOK and not path.name.startswith((".", "~$")):
            with suppress(CampaignRunnerError):
                columns = intake.read(path, book).columns
                keys = [column.header for column in columns if not column.field and _bare(column.header) in KEYS]
                if keys:
                    return keys[0]
    return ""


def _bare(header: str) -> str:
    return re.sub(r"[\W_]+", "", header).casefold()


def init_folder(
    folder: Path, schemas: Path | None = None, key: Sequence[str] = (), *, now: datetime
) -> WrittenTemplate:
    """Write campaign.toml, with an id of its own and the columns `key` that name a row, and a template workbook into
    `folder`."""
    settings, workbook = folder / "campaign.toml", folder / WORKBOOK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings.write_text(_settings(folder, key, now), "utf-8")
    except OSError as error:
        raise StateError(f"{folder}: cannot be written ({error.strerror}). Choose another folder.") from None
    return WrittenTemplate((settings, *write_empty_template(workbook, schemas).written))


def _settings(folder: Path, key: Sequence[str], now: datetime) -> str:
    """campaign.toml for a folder."""
    title = re.sub(r"[<>/\x00-\x1f]", " ", folder.resolve().name).strip()[:100] or "Campaign"
    return campaign_toml(campaign_id(folder, now), title, key)
