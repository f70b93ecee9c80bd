"""How does somebody begin?  A commented campaign.toml, an empty workbook, and a Tango stand-in to practise with."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from campaign_runner import intake, validation
from campaign_runner.app.template import write_empty_template
from campaign_runner.model.errors import CampaignRunnerError, StateError

WORKBOOK = "rewards.xlsx"


LONGEST_ID = 40


SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv")


# Headers of columns that name a person or a row, without case, spaces and punctuation.
KEYS = frozenset({
    "employeeid", "employeenumber", "employeeno", "empid", "personnelnumber", "personid", "staffid", "staffnumber",
    "workerid", "payrollid", "payrollnumber", "participantid", "respondentid", "memberid", "personalnummer",
    "mitarbeiternummer", "mitarbeiterid", "personalnr", "mitarbeiternr", "iddeempleado", "idempleado", "numerodeempleado",
    "matricule", "matricola", "personeelsnummer",
})  # fmt: skip


CAMPAIGN_TOML = """\
# What campaign-runner needs to know. Lines with a # in front show what else can be said.

[campaign]
id = "my-first-campaign"       # letters, digits, hyphens, at most 40; part of every reference: one id per campaign
name = "My first campaign"     # becomes the order's `campaign`, at most 1024 characters
purchase_order = ""            # at most 100 characters
notes = ""                     # at most 150 characters
# sender = { firstName = "Acme", lastName = "Rewards", email = "rewards@example.com" }

[tango]
environment = "simulator"      # simulator (no money, no credentials) | sandbox | production
customer = "acme-customer"     # customerIdentifier, as the Tango portal shows it
account = "acme-account"       # accountIdentifier
# endpoint = "asyncOrders"     # asyncOrders | orders (for accounts without async orders: one call per line)
# requests_per_second = 1.0    # for all calls together: Tango's limit
# batch_size = 500             # line items per order
# timeout_seconds = 60
# currency = "USD"             # of the amounts
# base_url = ""                # overrides the environment's address

# [columns]                    # "header in the spreadsheet" = "field", where the built-in spellings do not fit
# "Work email" = "recipient.email"

# [defaults]                   # used where a cell is empty or the column is missing
# deliveryMethod = "EMAIL"
# utid = "U561593"

# [identity]
# key = ["Employee ID"]        # columns that name a row within the campaign; without it, the row's content does
# duplicate_window_days = 21   # who was rewarded so recently by another campaign is held
# several_per_recipient = false  # true: a later file of this campaign may send a recipient more

# [limits]                     # more, or other, than this is refused before anything is sent
# max_amount = 500
# max_rows = 5000
# max_total = { USD = 50000 }
# expected_rows = 120
# expected_total = { USD = 6000 }
# max_per_person_year = { USD = 600 }   # more than this for one person in a calendar year is a warning

# [preflight]                  # what is asked of Tango, and looked for, before anything is sent
# catalogue = "auto"           # auto (used where it can be had) | require | off
# funds = "auto"               # auto | require | off
# unusual = "warn"             # warn | ask (refused until --accept NAME) | off
# accept = []                  # warnings that are fine: amount, person-year, two-addresses, plan-twice, weekend, …
# refuse = []                  # warnings that are errors

# [finance]
# group_by = ["Cost centre"]   # your own columns, for totals in finance.xlsx and the journal
# time_zone = "Europe/Berlin"  # where the books are kept: decides on the day of each booking; "" = UTC
# accounts = { rewards = "Expenses:Rewards:Staff" }   # account names of the journal

# [reports]
# csv = "excel"                # excel-de: semicolons and decimal commas, as Excel opens them in German and other settings

# [approval]                   # what comes to more is placed only after somebody else said yes: approve, reject
# required_above = { USD = 1000 }
# approvers = ["finance@example.com"]
# not_by_submitter = true      # whoever hands the file in may not approve it
# shared_account = false       # true: several people share one account of this machine, so only the names count
# submitter = ""               # who hands it in; "" = the user of this machine

# [ledger]
# url = ""                     # "" = SQLite in the state folder; postgresql://… for two machines on one campaign

# [rules]
# phone_countries = "us"       # us | all (any E.164 number)
# postal_codes = "by_country"  # by_country | strict (five characters everywhere)
# address_utids = []           # digital rewards that need an address

# Every setting can also come from the environment: CAMPAIGN_RUNNER__TANGO__ENVIRONMENT=sandbox
# Credentials come from there alone: TANGO_PLATFORM_NAME and TANGO_PLATFORM_KEY, or, for OAuth, TANGO_CLIENT_ID,
# TANGO_CLIENT_SECRET, TANGO_USERNAME and TANGO_PASSWORD; NAME_FILE reads any of them from a file.
"""


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
        if path.suffix.lower() in SPREADSHEETS and path.name != WORKBOOK and not path.name.startswith((".", "~$")):
            with suppress(CampaignRunnerError):
                columns = intake.read(path, book).columns
                found = [column.header for column in columns if not column.field and _bare(column.header) in KEYS]
                if found:
                    return found[0]
    return ""


def _bare(header: str) -> str:
    return re.sub(r"[\W_]+", "", header).casefold()


def init_folder(folder: Path, schemas: Path | None = None, key: Sequence[str] = (), *, now: datetime) -> list[Path]:
    """Write campaign.toml, with an id of its own and the columns `key` that name a row, and a template workbook into
    `folder`; returns their paths."""
    settings, workbook = folder / "campaign.toml", folder / WORKBOOK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings.write_text(_settings(folder, key, now), "utf-8")
    except OSError as error:
        raise StateError(f"{folder}: cannot be written ({error.strerror}). Choose another folder.") from None
    write_empty_template(workbook, schemas)
    return [settings, workbook]


def _settings(folder: Path, key: Sequence[str], now: datetime) -> str:
    """campaign.toml for a folder."""
    title = re.sub(r"[<>/\x00-\x1f]", " ", folder.resolve().name).strip()[:100] or "Campaign"
    text = CAMPAIGN_TOML.replace('"my-first-campaign"      ', f'"{campaign_id(folder, now)}"')
    text = text.replace('"My first campaign"    ', json.dumps(title, ensure_ascii=False))
    if not key:
        return text
    columns = ", ".join(json.dumps(name, ensure_ascii=False) for name in key)
    commented = '# [identity]\n# key = ["Employee ID"]     '
    assert commented in text
    return text.replace(commented, f"[identity]\nkey = [{columns}]")
