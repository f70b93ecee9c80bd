"""What of the clean rows must be kept until the whole file has been read?  A few numbers a row; payloads on disk.

All of it waits in unnamed temporary files: 90 MB for a million rows, and 300 MB and more for their payloads.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Checked, CleanRows, Order
from campaign_runner.model.scratch_file import scratch_file
from campaign_runner.planning import folding, recipients, references
from campaign_runner.planning.line_template import LineTemplate
from campaign_runner.planning.payloads import as_text, joined, payloads, wire_names

Numbers = np.ndarray[Any, Any]


class Spool:
    """Takes columns of equal length, part after part, and gives one frame of all of them.

    A column is an array of numbers, or dictionary-encoded text, of which the file has the codes.
    """

    def __init__(self) -> None:
        self._file: Any = scratch_file(self)
        self._kinds: dict[str, np.dtype[Any]] = {}
        self._words: dict[str, dict[str, int]] = {}
        self._parts: list[tuple[int, int]] = []

    def add(self, columns: Mapping[str, Any]) -> None:
        """Put a part aside; all parts have the same columns."""
        numbers = {name: self._numbers(name, column) for name, column in columns.items()}
        self._kinds = self._kinds or {name: column.dtype for name, column in numbers.items()}
        self._parts.append((self._file.seek(0, 2), len(next(iter(numbers.values())))))
        for name, kind in self._kinds.items():
            self._file.write(np.ascontiguousarray(numbers[name], kind).data)

    def frame(self) -> pd.DataFrame:
        """All parts, in the order in which they came; each column is read by itself, so that none is there twice."""
        return pd.DataFrame({name: self._column(name) for name in self._kinds}, copy=False)

    def _column(self, name: str) -> Any:
        kind, place = self._kinds[name], 0
        column = np.empty(sum(rows for _, rows in self._parts), kind)
        before = sum(self._kinds[other].itemsize for other in list(self._kinds)[: list(self._kinds).index(name)])
        for start, rows in self._parts:
            self._file.seek(start + before * rows)
            self._file.readinto(column[place : place + rows].data.cast("B"))
            place += rows
        if name not in self._words:
            return column
        return pd.Categorical.from_codes(column, pd.Index(list(self._words[name])))

    def _numbers(self, name: str, column: Any) -> Numbers:
        if not isinstance(column, pa.DictionaryArray):
            return np.asarray(column)
        known = self._words.setdefault(name, {})
        codes = [known.setdefault(word, len(known)) for word in column.dictionary.to_pylist()]
        numbers: Numbers = np.asarray(codes, np.int32).take(column.indices.to_numpy())
        return numbers


@dataclass(frozen=True)
class BuiltLines:
    """What is kept of some valid rows: a column each, and their payloads end to end; `None` = there are no rows."""

    columns: dict[str, Any] | None
    payloads: bytes = b""


@dataclass
class LineBuilder:
    """Takes checked rows chunk by chunk; `lines()` gives one frame of all of them.

    `key`: headers of the identity columns (own headers or Tango fields), () = the row's content names it;
    `contact_key`: the ledger's secret for hashing contacts; `groups`: own headers whose values are kept as the
    columns `group 0`, `group 1`, …; `currencies`: the currency of a reward by utid, where it is not `currency`; `dry`:
    nothing will be sent, so that neither payloads nor persons are kept.
    """

    order: Order
    key: Sequence[str] = ()
    currency: str = "USD"
    bulk_shipping: str = "shipping"
    contact_key: bytes = b""
    groups: Sequence[str] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False
    _lines: Spool = field(default_factory=Spool)
    _spill: IO[bytes] = field(init=False)
    _size: int = 0

    def __post_init__(self) -> None:
        self._spill = scratch_file(self)

    def __getstate__(self) -> dict[str, Any]:
        """For another process, which collects and keeps nothing."""
        return {name: value for name, value in vars(self).items() if name not in ("_lines", "_spill")}

    def collected(
        self, checked: Checked, hidden: frozenset[int] = frozenset(), struck: frozenset[int] = frozenset()
    ) -> BuiltLines:
        """What is to be kept of a chunk's valid rows; changes nothing, so that another process may find it.

        `hidden` are rows that the user does not see, `struck` those that are struck through.
        """
        fields, payloads = checked.clean.fields, b""
        if fields.empty:
            return BuiltLines(None)
        columns = {str(name): as_text(fields[name]) for name in fields.columns}
        rows = LineTemplate(columns)
        contents = references.content(rows)
        identities = self._keys(checked.clean) if self.key else contents
        frame: dict[str, Any] = {"row": fields.index.to_numpy(np.int32)}
        frame["hi"], frame["lo"] = halves(references.line_digests(self.order, identities))
        frame["content_hi"], frame["content_lo"] = halves(references.content_digests(contents))
        frame["contact_hi"], frame["contact_lo"] = halves(recipients.contact_hashes(fields, self.contact_key))
        frame["folded_hi"], frame["folded_lo"] = self._folded(checked.clean)
        if not self.dry:
            frame["offset"], frame["length"], frame["key_length"], payloads = self._texts(
                checked.clean, columns, rows
            )
            for kind, hashes in (("person", recipients.person_hashes), ("alias", recipients.alias_hashes)):
                frame[f"{kind}_hi"], frame[f"{kind}_lo"] = halves(hashes(fields, self.contact_key))
        frame["method"] = pc.dictionary_encode(columns["deliveryMethod"])
        frame["utid"] = pc.dictionary_encode(columns["utid"])
        frame["quantity"] = _quantities(fields)
        frame["face_units"] = _units(fields["amount"])
        frame["currency"] = self._currencies(frame["utid"])
        frame["hidden"] = np.isin(frame["row"], list(hidden))
        frame["struck"] = np.isin(frame["row"], list(struck))
        frame["stale"] = np.isin(frame["row"], list(checked.stale))
        for number, header in enumerate(self.groups):
            frame[f"group {number}"] = pc.dictionary_encode(as_text(checked.clean.own[header].fillna("")))
        return BuiltLines(frame, payloads)

    def keep(self, collected: BuiltLines) -> None:
        """Keep it; chunks in the order of the file."""
        columns = collected.columns
        if columns is None:
            return
        if "offset" in columns:
            columns = {**columns, "offset": columns["offset"] + self._size}
            self._spill.write(collected.payloads)
            self._spill.flush()
            self._size += len(collected.payloads)
        self._lines.add(columns)

    def lines(self) -> pd.DataFrame:
        """All lines in file order: numbers and short codes only."""
        return self._lines.frame()

    def payload(self, offset: int, length: int) -> bytes:
        """The stored payload of one line."""
        return os.pread(self._spill.fileno(), length, offset)

    def typed_key(self, offset: int, length: int) -> str:
        """The key of one line as it was typed, its parts joined by `folding.PART`; it stands behind the payload."""
        return self.payload(offset, length).decode()

    def _folded(self, clean: CleanRows) -> tuple[Numbers, Numbers]:
        """The folded keys, hashed; zeros where rows have no key."""
        if not self.key:
            none = np.zeros(len(clean.fields), np.uint64)
            return none, none
        return halves(recipients.hashed(folding.folded_keys(self._typed(clean)), self.contact_key))

    def _typed(self, clean: CleanRows) -> list[pa.Array]:
        return [as_text(self._key_column(clean, name).fillna("")) for name in self.key]

    def _key_column(self, clean: CleanRows, name: str) -> pd.Series[str]:
        return clean.own[name] if name in clean.own else clean.fields[name]

    def _texts(
        self, clean: CleanRows, columns: Mapping[str, pa.Array], rows: LineTemplate
    ) -> tuple[Numbers, Numbers, Numbers, bytes]:
        """Where each payload begins, how long it is, how long the typed key behind it is, and all of them."""
        texts = self._payloads(columns, rows)
        if not self.key:
            starts, lengths, whole = _end_to_end(texts)
            return starts, lengths, np.zeros(len(lengths), np.int32), whole
        keys = folding.typed_keys(self._typed(clean))
        starts, lengths, whole = _end_to_end(joined(texts, keys))
        own = pc.binary_length(texts).to_numpy().astype(np.int32)
        return starts, own, lengths - own, whole

    def _currencies(self, utids: Any) -> Any:
        """What each row's reward is paid in."""
        names = [self.currencies.get(utid, self.currency) for utid in utids.dictionary.to_pylist()]
        return pc.dictionary_encode(pa.array(names, pa.large_string()).take(utids.indices))

    def _payloads(self, columns: Mapping[str, pa.Array], rows: LineTemplate) -> pa.Array:
        wired = wire_names(columns, self.bulk_shipping)
        return payloads(rows if wired is columns else LineTemplate(wired))

    def _keys(self, clean: CleanRows) -> pa.Array:
        return references.keys([self._key_column(clean, name) for name in self.key])


def _end_to_end(texts: pa.Array) -> tuple[Numbers, Numbers, bytes]:
    """Where each text begins, how long it is, and all of them."""
    whole = pa.concat_arrays([texts])
    bounds = np.frombuffer(whole.buffers()[1], np.int64)[whole.offset : whole.offset + len(whole) + 1]
    content = bytes(memoryview(whole.buffers()[2])[bounds[0] : bounds[-1]])
    return bounds[:-1] - bounds[0], np.diff(bounds).astype(np.int32), content


def halves(digests: Sequence[bytes]) -> tuple[Numbers, Numbers]:
    """16-byte digests as two columns of unsigned 64-bit numbers: sorts and joins as fast as integers."""
    pairs = np.frombuffer(b"".join(digests), ">u8").reshape(-1, 2).astype(np.uint64)
    return pairs[:, 0], pairs[:, 1]


def wholes(high: pd.Series[Any], low: pd.Series[Any]) -> list[bytes]:
    """The digests of a column of halves."""
    pairs = np.column_stack([high.to_numpy(np.uint64), low.to_numpy(np.uint64)]).astype(">u8")
    digests: list[bytes] = pairs.view("V16").ravel().tolist()
    return digests


def whole(high: int, low: int) -> bytes:
    """The digest of its two halves."""
    return int(high).to_bytes(8, "big") + int(low).to_bytes(8, "big")


def _quantities(fields: pd.DataFrame) -> Numbers:
    if "quantity" not in fields:
        return np.ones(len(fields), np.int32)
    numbers: Numbers = pc.cast(pc.fill_null(as_text(fields["quantity"]), "1"), pa.int32()).to_numpy()
    return numbers


def _units(amounts: pd.Series[str]) -> Numbers:
    """`25.00` -> 250000: exact, as the clean amount always has two places."""
    cents: Numbers = pc.cast(pc.replace_substring(as_text(amounts), ".", ""), pa.int64()).to_numpy()
    return cents * 100
