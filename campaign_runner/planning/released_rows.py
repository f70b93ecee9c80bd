"""Which held rows were released, dropped or sent under their released reference?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from campaign_runner.model import Hold, Order
from campaign_runner.model.row_entry import HIDDEN, STRUCK
from campaign_runner.model.spreadsheet import HIDDEN_ROW, STRUCK_ROW
from campaign_runner.planning import references
from campaign_runner.planning.line_builder import halves, whole
from campaign_runner.planning.standing import DROPPED, Decisions


def hidden_rows(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.assign(
        rule=HIDDEN, reason=HIDDEN_ROW, derive="",
        remedy="Show the row (or delete it), or decide for all of them with --hidden include or --hidden skip.",
    )  # fmt: skip


def struck_rows(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.assign(
        rule=STRUCK, reason=STRUCK_ROW, derive="",
        remedy="Delete the row if it is not to be sent. Otherwise remove the strikethrough and run again, or release the "
        "row with `campaign-runner release`.",
    )  # fmt: skip


def together(held: list[pd.DataFrame]) -> pd.DataFrame:
    """All held rows, in the order of the file."""
    whole = pd.concat([each for each in held if len(each)] or [held[0]], ignore_index=True)
    if "line" not in whole:
        whole["line"] = 0
    return whole.sort_values("row", ignore_index=True) if len(whole) else whole


def held_digests(held: pd.DataFrame) -> list[bytes]:
    """What the held rows would be sent under."""
    if held.empty:
        return []
    parts = (held[name].tolist() for name in ("hi", "lo", "content_hi", "content_lo", "derive"))
    return [
        derived(whole(hi, lo), whole(content_hi, content_lo), derive)
        for hi, lo, content_hi, content_lo, derive in zip(*parts, strict=True)
    ]


def release_held(
    held: pd.DataFrame, decisions: Decisions, order: Order, columns: list[str]
) -> tuple[pd.DataFrame, tuple[Hold, ...]]:
    """Split held rows into those that a person released (under a reference of their own) and the rest."""
    if held.empty:
        return held, ()
    digests = held_digests(held)
    names = pd.Series(references.references(order, digests))
    free = names.isin(decisions.released) & ~names.duplicated()
    kept = held[~free].assign(
        name=names[~free], worth=lambda held: held["quantity"].astype(np.int64) * held["face_units"],
        line=lambda held: held["line"].fillna(0).astype(np.int64),
    )  # fmt: skip
    kept_columns = (
        kept[c].tolist() for c in ("row", "rule", "reason", "remedy", "name", "worth", "currency", "line")
    )
    freed = held[columns].assign(origin_hi=held["hi"], origin_lo=held["lo"])
    freed["hi"], freed["lo"] = halves(digests)
    return freed[free], tuple(marked_dropped(Hold(*values), decisions) for values in zip(*kept_columns, strict=True))


def marked_dropped(hold: Hold, decisions: Decisions) -> Hold:
    standing = decisions.of(hold.reference) if hold.reference in decisions.dropped else None
    if standing is None or hold.rule == DROPPED:
        return hold
    return replace(hold, rule=standing.rule, reason=standing.reason, remedy=standing.remedy)


def sent_under(free: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(Not sent yet, known): a ledger of before knows released lines by what they were sent under alone."""
    if free.empty or known.empty:
        return free, free.iloc[:0]
    joined = free.merge(known[["hi", "lo", "line_id"]].drop_duplicates(["hi", "lo"]), on=["hi", "lo"], how="left")
    sent = joined["line_id"].notna()
    return joined.loc[~sent, [*free]], joined[sent].astype({"line_id": np.int64})


def derived(digest: bytes, content: bytes, derive: str) -> bytes:
    if derive.startswith("occurrence"):
        return references.derived(digest, *derive.split())
    return references.derived(digest, "changed", content.hex()) if derive == "changed" else digest
