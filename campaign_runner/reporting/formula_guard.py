"""Which text would a spreadsheet program run as a formula, and how is it made harmless so that it can be undone?

Opened from a CSV, a text that begins with = + - @ (also after white space, or in full width), a tab or a line break
may be run. Such a text gets one apostrophe in front; so does a text that already has apostrophes before such a sign,
so that taking exactly one off again (`unguard`, and intake for a failures file) always gives the original back.
Numbers (`-5.00`) and phone numbers (`+14155550100`, `+1 (415) 555-0100`) stay as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SIGNS = "=+@\\-\uff1d\uff0b\uff0d\uff20"
RISKY = rf"^'*(?:[\s\x{{a0}}\x{{feff}}]*[{_SIGNS}]|[\t\r\n])"
_NUMBER = r"[+-]?\s?\p{Sc}?\s?[0-9][0-9., '\x{a0}]*(?:[eE][+-]?[0-9]+)?\s?(?:%|\p{Sc})?"
_PHONE = r"\+[0-9(][0-9 ().\-\x{a0}]{5,}"
HARMLESS = rf"^(?:{_NUMBER}|{_PHONE}|[+-])$"

# First bytes that a risky text can have; 0xEF begins the full-width signs, 0xC2 a non-breaking space.
_SUSPECT_BYTES = np.zeros(256, dtype=bool)
_SUSPECT_BYTES[list(b"'=+-@\t\r\n\x0b\x0c \xef\xc2")] = True


def guard(texts: Any) -> Any:
    """Arrow strings without nulls -> the same, harmless."""
    suspects = np.flatnonzero(_SUSPECT_BYTES[first_bytes(texts)])
    if not len(suspects):
        return texts
    suspicious = texts.take(pa.array(suspects))
    risky = pc.and_not(pc.match_substring_regex(suspicious, RISKY), pc.match_substring_regex(suspicious, HARMLESS))
    if not pc.any(risky).as_py():
        return texts
    mask = np.zeros(len(texts), dtype=bool)
    mask[suspects] = risky.to_numpy(zero_copy_only=False)
    return pc.replace_with_mask(texts, pa.array(mask), _quoted(suspicious.filter(risky)))


def unguard(texts: Any) -> Any:
    """Take off the apostrophe that `guard` put there."""
    return pc.replace_substring_regex(texts, rf"^'({RISKY.removeprefix('^')})", r"\1")


def first_bytes(texts: Any) -> Any:
    """The first byte of each text, 0 where it is empty."""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"\0", dtype=np.uint8)
    if not len(data):
        return np.zeros(len(texts), dtype=np.uint8)
    starts = np.minimum(offsets[:-1], len(data) - 1)
    return np.where(offsets[1:] > offsets[:-1], data[starts], 0)


def _quoted(texts: Any) -> Any:
    return pc.binary_join_element_wise(pa.scalar("'", texts.type), texts, pa.scalar("", texts.type))
