"""Was the recipient of a row sent something already?  In this file, from an earlier one, or by another campaign.

Recipients are compared by their keyed hashes (see `recipients`). Rows that name no recipient are not compared here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from campaign_runner.model.money import from_units
from campaign_runner.model.wording import cash
from campaign_runner.planning import duplicates
from campaign_runner.planning.duplicates import repeated
from campaign_runner.planning.pairing import Mask, is_hash, is_in, paired, places

_CONTACT, _PERSON = ["contact_hi", "contact_lo"], ["person_hi", "person_lo"]
# What other campaigns sent, or are about to send: the recipient, the campaign, the day ("" = not sent yet), the amount.
REWARDED_COLUMNS = (*_CONTACT, *_PERSON, "campaign", "day", "face_units", "currency")
ELSEWHERE, ALREADY = "duplicate-elsewhere", "already-rewarded"

_MEANT = "If it is also intended, release it with `campaign-runner release`; otherwise delete the row."
_SEVERAL = (
    "If it is one more reward, release it with `campaign-runner release`; where a recipient may have several in this "
    "campaign, set several_per_recipient = true in [identity]."
)


def same_in_file(lines: pd.DataFrame, go: pd.Series[bool], placed: pd.DataFrame) -> pd.DataFrame:
    """Of the `lines` that would `go`, those whose person gets the same reward in another row; `placed`: rows of this
    file that were placed before."""
    named = lines[["row", *_CONTACT]][go]
    named = named[is_hash(named, "contact")]
    both = named.assign(new=True)
    if len(placed):
        both = pd.concat([placed[["row", *_CONTACT]].assign(new=False), both], ignore_index=True)
    both = repeated(both, *_CONTACT)
    if both.empty:
        return _held(lines, go, {}, duplicates.RULE, duplicates.REMEDY)
    both = both.sort_values(["new", "row"], kind="stable")
    first = both.groupby(_CONTACT, sort=False)["row"].transform("first")
    again = (first != both["row"]) & both["new"].astype(bool)
    reasons = {row: f"The same person gets the same reward in row {other}."
               for row, other in zip(both["row"][again].tolist(), first[again].tolist(), strict=True)}  # fmt: skip
    return _held(lines, go, reasons, duplicates.RULE, duplicates.REMEDY)


def further(
    lines: pd.DataFrame, go: pd.Series[bool], known: pd.DataFrame, planned: pd.DataFrame, still: Mask, derive: str,
    placed: Iterable[int] = (),
) -> pd.DataFrame:  # fmt: skip
    """Rows for recipients whom an earlier file of this campaign was sent for; `planned` lines never left, and as many
    rows of their recipients go on. A failed line counts where it is among `placed`, the lines that this file still
    holds: it can be retried, or come back to life."""
    sent = known
    if len(known):
        lost = known["failed"].to_numpy(bool) & ~known["line_id"].isin(placed).to_numpy(bool)
        sent = known[is_hash(known, "person") & ~lost]
    if sent.empty or "person_hi" not in lines:
        return lines.iloc[:0].assign(rule="", reason="", remedy="", derive="")
    rows = go.to_numpy() & is_hash(lines, "person")
    rows &= is_in(lines, sent, _PERSON)
    mine = places(rows & still)  # what was planned just so comes before what was planned otherwise
    at = np.concatenate([mine, np.setdiff1d(places(rows), mine)])
    own = planned[is_hash(planned, "person")] if len(planned) else planned
    going, _ = paired(lines, at, own, np.arange(len(own)), _PERSON)
    held = np.setdiff1d(at, going)
    reason = (
        "An earlier file of this campaign was already sent for the same recipient: already rewarded in this campaign."
    )
    numbers = dict.fromkeys(lines["row"].to_numpy()[held].tolist(), reason)
    return _held(lines, go, numbers, ALREADY, _SEVERAL, derive)


def elsewhere(lines: pd.DataFrame, go: pd.Series[bool], rewarded: pd.DataFrame) -> pd.DataFrame:
    """Rows whose person was sent the same reward by another campaign, or is about to be."""
    if rewarded.empty:
        return lines.iloc[:0].assign(rule="", reason="", remedy="", derive="")
    named = lines[["row", *_CONTACT]][go]
    held = named[is_hash(named, "contact")].merge(rewarded.drop_duplicates(_CONTACT), on=_CONTACT, how="inner")
    columns = (held[name].tolist() for name in ("row", "campaign", "day"))
    reasons = {row: _same_reward(campaign, day) for row, campaign, day in zip(*columns, strict=True)}
    return _held(lines, go, reasons, ELSEWHERE, _MEANT)


def other_rewards(new: pd.DataFrame, rewarded: pd.DataFrame) -> list[tuple[int, str]]:
    """Rows whose person another campaign sent something else, each with a sentence."""
    if rewarded.empty or new.empty or "person_hi" not in new:
        return []
    named = new[["row", *_PERSON, *_CONTACT]][is_hash(new, "person")]
    theirs = rewarded[is_hash(rewarded, "person")].drop_duplicates([*_PERSON, "campaign"])
    both = named.merge(theirs, on=_PERSON, how="inner", suffixes=("", "_there")).sort_values("row")
    both = both[(both["contact_hi"] != both["contact_hi_there"]) | (both["contact_lo"] != both["contact_lo_there"])]
    columns = (both[name].tolist() for name in ("row", "campaign", "day", "face_units", "currency"))
    return [
        (
            row,
            f"row {row} ({cash(from_units(int(units)), currency)} in {campaign}, {f'on {day}' if day else 'planned'})",
        )
        for row, campaign, day, units, currency in zip(*columns, strict=True)
    ]


def _same_reward(campaign_id: str, day: str) -> str:
    if day:
        return f"The same person was sent the same reward in the campaign {campaign_id} on {day}."
    return (
        f"The same person was about to be sent the same reward in the campaign {campaign_id} when this row was held."
    )


def _held(
    lines: pd.DataFrame, go: pd.Series[bool], reasons: dict[int, str], rule: str, remedy: str, derive: str = ""
) -> pd.DataFrame:
    rows = lines[go & lines["row"].isin(reasons)] if reasons else lines.iloc[:0]
    held = rows.assign(rule=rule, remedy=remedy, derive=derive)
    held["reason"] = np.array([reasons[row] for row in held["row"].tolist()], object)
    return held
