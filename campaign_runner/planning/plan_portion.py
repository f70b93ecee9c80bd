"""How do some lines of a plan become batches?  Each portion has all that this takes: any process makes it, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from campaign_runner.model import Batch, LineColumns, Order
from campaign_runner.planning import references
from campaign_runner.planning.bodies import batch
from campaign_runner.planning.line_builder import wholes

NO_CONTACT = bytes(16)


@dataclass(frozen=True)
class PlanPortion:
    """`bounds`: first and last line of each batch in the plan, whose first `canary` lines go alone; `rows` are the lines
    of all of them, `texts` their payloads, each with its key as typed behind it."""

    order: Order
    format: str
    bounds: Sequence[tuple[int, int]]
    canary: int
    rows: pd.DataFrame
    texts: list[bytes]

    def batches(self) -> list[Batch]:
        """The batches with the exact bytes to send."""
        before, lines = self.bounds[0][0], self._lines()
        made = [
            batch(self.order, lines[start - before : end - before], format=self.format) for start, end in self.bounds
        ]
        return [replace(one, canary=start < self.canary) for one, (start, _) in zip(made, self.bounds, strict=True)]

    def _lines(self) -> LineColumns:
        rows, kinds = self.rows, ("", "content_", "contact_", "person_", "alias_")
        digests = [wholes(rows[f"{kind}hi"], rows[f"{kind}lo"]) for kind in kinds]
        identities, contents, contacts, people, aliases = digests
        origins = wholes(rows["origin_hi"], rows["origin_lo"]) if "origin_hi" in rows else identities
        payloads, keys, folded = self._keys()
        names = ("row", "method", "utid", "quantity", "face_units", "currency")
        return LineColumns({
            "reference": references.references(self.order, identities), "identity": identities, "content": contents,
            "contact": _named(contacts), "person": _named(people), "alias": _named(aliases), "origin": origins,
            "folded_key": folded, "key_text": keys, "payload": payloads,
            **{name: rows[name].tolist() for name in names},
        })  # fmt: skip

    def _keys(self) -> tuple[list[bytes], list[str | None], list[bytes | None]]:
        """The payloads without the keys that stand behind them, the keys as typed, and folded."""
        texts, lengths = self.texts, self.rows["key_length"].tolist()
        if not any(lengths):
            return texts, [None] * len(texts), [None] * len(texts)
        keys = [text[len(text) - length :].decode() for text, length in zip(texts, lengths, strict=True)]
        payloads = [text[: len(text) - length] for text, length in zip(texts, lengths, strict=True)]
        return payloads, [*keys], _named(wholes(self.rows["folded_hi"], self.rows["folded_lo"]))


def _named(digests: list[bytes]) -> list[bytes | None]:
    """None for zeros: the line names nobody, or has no key."""
    return [digest if digest != NO_CONTACT else None for digest in digests]
