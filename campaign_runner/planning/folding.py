"""When are two spellings of a key the same key?  A pure rule over whole columns; a reference never sees it.

Spreadsheet programs and people change how a key is written without meaning another row: blanks, case, full-width
letters, the apostrophe that marks a text, leading zeros, the `.0` of a number.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.planning.line_template import TEXT
from campaign_runner.planning.payloads import joined

# Between the parts of a key, where it has several: no cell holds it.
PART = "\x1f"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\xad"))
_APOSTROPHES = "^['\u2018\u2019`\u00b4]+"
_ZEROS = r"^0+(.)"
# In this order, each done to what the ones before it left; only where one of the signs stands in any of the texts.
_FOLDS = (
    (b" \t\n\r", r"\s+", " "),
    (b"'`\xe2\xc2", _APOSTROPHES, ""),
    (b" ", r"^ +| +$", ""),
    (b".", r"^([0-9]+)\.0+$", r"\1"),
    (b"0", _ZEROS, r"\1"),
)


def folded_keys(columns: Sequence[pa.Array]) -> pa.Array:
    """The folded key of each row: its parts, each folded, with `PART` between them."""
    return joined(*(folded(column) for column in columns), separator=PART)


def typed_keys(columns: Sequence[pa.Array]) -> pa.Array:
    """The key of each row as it was typed."""
    return joined(*columns, separator=PART)


def folded(texts: pa.Array) -> pa.Array:
    """Trimmed, blanks made one, NFKC, without case, apostrophe, leading zeros and `.0`; what is nothing else stays."""
    plain = _plain(texts)
    signs = _signs(plain)
    for either, pattern, by in _FOLDS:
        if signs.intersection(either) and (pattern is not _ZEROS or pc.any(pc.starts_with(plain, "0")).as_py()):
            plain = pc.replace_substring_regex(plain, pattern, by)
    return pc.if_else(pc.equal(plain, ""), texts, plain)


def shown(key: str) -> str:
    """A key as people read it."""
    return ", ".join(key.split(PART))


def _signs(texts: pa.Array) -> set[int]:
    """Which bytes stand in these texts."""
    data = texts.buffers()[2]
    return set(np.flatnonzero(np.bincount(np.frombuffer(data, np.uint8))).tolist()) if data is not None else set()


def _plain(texts: pa.Array) -> pa.Array:
    lower = pc.utf8_lower(texts)
    odd = pc.invert(pc.string_is_ascii(texts))
    if not pc.any(odd).as_py():
        return lower
    folds = [_one(text) for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(lower, odd, pa.array(folds, TEXT))


def _one(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold())
