"""How is a whole column of text changed at once?  As an arrow array, null where empty; Python per odd value only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

STR: Any = pd.StringDtype("pyarrow", na_value=np.nan)
TEXT = pa.large_string()


def arrow(column: pd.Series[Any]) -> Any:
    """A pandas column of text as one arrow array."""
    text = pa.array(column, type=TEXT, from_pandas=True)
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def series(text: Any, index: pd.Index[Any]) -> pd.Series[Any]:
    """An arrow array as a pandas column of text, NA where null; nothing is copied."""
    return pd.Series(STR.__from_arrow__(text), index=index, copy=False)


def where(text: Any, mask: Any, change: Callable[[Any], Any]) -> Any:
    """Change the cells of `mask` alone; the usual case, none at all, costs nothing."""
    mask = mask.fill_null(False)
    if not pc.any(mask).as_py():
        return text
    return pc.replace_with_mask(text, mask, change(text.filter(mask)))


def unless_matches(text: Any, pattern: str, change: Callable[[Any], Any]) -> Any:
    """Change the filled cells that are not as `pattern` (RE2) says."""
    return where(text, pc.invert(pc.match_substring_regex(text, pattern)), change)


def recode(text: Any, change: Callable[[str], str]) -> Any:
    """Change each distinct value once."""
    coded = text.dictionary_encode()
    words = coded.dictionary.to_pylist()
    changed = [change(word) for word in words]
    return text if changed == words else pa.array(changed, type=TEXT).take(coded.indices)


def joined(first: Any, *others: Any, by: str = "") -> Any:
    """Texts side by side, row by row; null where one is null. Each is an arrow column or one text for all rows."""
    parts = [pa.scalar(part, TEXT) if isinstance(part, str) else part for part in (first, *others, by)]
    return pc.binary_join_element_wise(*parts)


def extent(text: Any) -> tuple[int, int, bool, bool]:
    """The lowest and the highest byte of all cells; whether two blanks follow each other, and a quotation mark stands,
    somewhere."""
    offsets, data = text.buffers()[1:3]
    if data is None or not len(text):
        return 127, 0, False, False
    places = np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1]
    content = np.frombuffer(data, np.uint8)[places[0] : places[-1]]
    if not len(content):
        return 127, 0, False, False
    whole = content.tobytes()
    return int(content.min()), int(content.max()), b"  " in whole, b"'" in whole or b'"' in whole
