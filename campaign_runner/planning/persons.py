"""Would the same person get the same reward twice?  Rows and earlier lines are compared by contact, utid and amount.

A contact is the e-mail address without case, else the phone number, else name and street of a letter. It leaves here
only as a keyed hash. Bulk orders and rows without any contact name no person and are not compared.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.planning.payloads import as_text, each, joined

_PAIR = ["contact_hi", "contact_lo"]
# What the ledger says of people who were sent something: hashes, campaign, the day, and whether it is this campaign.
REWARDED_COLUMNS = ("contact_hi", "contact_lo", "campaign", "day", "same")
_LETTER = (
    "recipient.firstName",
    "recipient.lastName",
    "recipient.address.streetLine1",
    "recipient.address.postalCode",
)
_REMEDY = "If it is meant as well, let it go with `campaign-runner release`; else delete the row."


def contact_hashes(fields: pd.DataFrame, key: bytes) -> list[bytes]:
    """Person, reward and amount: 16 bytes a row; all zero where the row names no person."""
    what = joined("\n", _column(fields, "utid"), "\n", _column(fields, "amount"))
    return _hashed(joined(_contact(fields), what), key)


def person_hashes(fields: pd.DataFrame, key: bytes) -> list[bytes]:
    """The person alone: 16 bytes a row; all zero where the row names no person."""
    return _hashed(_contact(fields), key)


def same_persons(
    lines: pd.DataFrame, go: pd.Series[bool], placed: pd.DataFrame, rewarded: pd.DataFrame
) -> pd.DataFrame:
    """Of the `lines` that would `go`, those whose person gets, or got, the same reward elsewhere: held.

    `placed`: rows of this file that were placed before; `rewarded`: earlier lines (`REWARDED_COLUMNS`).
    """
    named = lines[["row", *_PAIR]][go]
    named = named[(named["contact_hi"] != 0) | (named["contact_lo"] != 0)]
    reasons = _in_file(named, placed)
    reasons |= _earlier(named[~named["row"].isin(reasons)], placed, rewarded)
    held = lines[go & lines["row"].isin(reasons)].assign(rule="duplicate", remedy=_REMEDY, derive="")
    held["reason"] = np.array([reasons[row] for row in held["row"]], object)
    return held


def repeated(lines: pd.DataFrame, high: str, low: str) -> pd.DataFrame:
    """The lines whose digest, in two halves, is there more than once; the second half is seldom needed."""
    alike = lines[lines[high].duplicated(keep=False)]
    return alike[alike.duplicated([high, low], keep=False)]


def _in_file(named: pd.DataFrame, placed: pd.DataFrame) -> dict[int, str]:
    both = pd.concat([placed[["row", *_PAIR]].assign(new=False), named.assign(new=True)], ignore_index=True)
    both = repeated(both, *_PAIR).sort_values(["new", "row"], kind="stable")
    both["first"] = both.groupby(_PAIR, sort=False)["row"].transform("first")
    again = both[(both["first"] != both["row"]) & both["new"].astype(bool)]
    return {
        row: f"The same person gets the same reward in row {first}."
        for row, first in zip(again["row"].tolist(), again["first"].tolist(), strict=True)
    }


def _earlier(named: pd.DataFrame, placed: pd.DataFrame, rewarded: pd.DataFrame) -> dict[int, str]:
    if rewarded.empty:
        return {}
    if len(placed):  # a line that this file still has is told apart by its row
        mine = placed[_PAIR].drop_duplicates().assign(here=True)
        rewarded = rewarded.merge(mine, on=_PAIR, how="left")
        rewarded = rewarded[~(rewarded["same"] & rewarded["here"].notna())]
    held = named.merge(rewarded.drop_duplicates(_PAIR), on=_PAIR, how="inner")
    reasons = [
        "The same person was sent the same reward from an earlier file of this campaign."
        if same
        else f"The same person was sent the same reward in the campaign {campaign} on {day}."
        for campaign, day, same in zip(held["campaign"], held["day"], held["same"], strict=True)
    ]
    return dict(zip(held["row"].tolist(), reasons, strict=True))


def _contact(fields: pd.DataFrame) -> pa.Array:
    kinds = [_lower(fields, "recipient.email"), _column(fields, "recipient.mobileNumber"), _letter(fields)]
    return pc.coalesce(*kinds)


def _hashed(texts: pa.Array, key: bytes) -> list[bytes]:
    there = texts.is_valid().to_pylist()
    return [
        blake2b(text, key=key, digest_size=16).digest() if named else bytes(16)
        for text, named in zip(each(texts), there, strict=True)
    ]


def _column(fields: pd.DataFrame, name: str) -> pa.Array:
    return as_text(fields[name]) if name in fields else pa.nulls(len(fields), pa.large_string())


def _lower(fields: pd.DataFrame, name: str) -> pa.Array:
    return pc.utf8_lower(_column(fields, name))


def _letter(fields: pd.DataFrame) -> pa.Array:
    return joined(*(_lower(fields, name) for name in _LETTER), separator="\n")
