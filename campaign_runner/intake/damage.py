"""Which cells hold text that was damaged on its way: UTF-8 read as Latin-1 (`JosÃ©`), broken characters, NULs?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.intake import leftovers
from campaign_runner.intake.grid import Block, Defect

# What UTF-8 looks like in the encodings that programs take it for; the second is the usual one.
_CODECS = ("cp1252", "latin-1", "mac_roman", "cp437", "cp850", "cp1251", "cp1250")
_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0))
_GARBLED = (
    f"[\u00c2-\u00df\u0102\u0139][{_CONTINUATION}\x80-\xbf\u02d8\u02dd]|[\u00e0-\u00ef][{_CONTINUATION}\x80-\xbf]{{2}}|\u00e2\u20ac|"
    "\u00f0\u0178|[\u221a\u00ac\u251c\u252c][^ A-Za-z0-9]|\u0413[^ \u0430-\u044f]|(?:[\u0420\u0421].){3}"
)  # fmt: skip
_SUSPECT = f"[\\x00\ufffd]|{_GARBLED}"


def mended(block: Block, positions: Iterable[int]) -> Block:
    """The block without NULs, and with a defect at every damaged cell; plain ASCII columns cost one look."""
    columns = list(block.columns)
    defects = list(block.defects)
    for position in positions:
        content = _content(columns[position])
        if content.size and not (content.max() < 0x80 and content.min() > 0):
            defects += _defects(block, position)
            columns[position] = pc.replace_substring(columns[position], "\0", "")
        if leftovers.may_hold(data := content.tobytes()):
            there = {(defect.row, defect.position) for defect in defects}
            cells = columns[position].to_pylist()
            found = leftovers.defects(block.numbers.tolist(), position, cells, data)
            defects += [defect for defect in found if (defect.row, position) not in there]
    return Block(block.numbers, columns, tuple(defects))


def repaired(text: str) -> str:
    """What a garbled text was before, even where that happened twice; "" if it is not garbled."""
    before = _once(text)
    return (repaired(before) or before) if before else ""


def _once(text: str) -> str:
    for codec in _CODECS:
        try:
            before = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if before != text:
            return before
    return ""


def _content(texts: Any) -> Any:
    """The bytes of a column as one array."""
    data = texts.buffers()[2]
    if data is None:
        return np.empty(0, dtype=np.uint8)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)
    return np.frombuffer(data, dtype=np.uint8)[offsets[texts.offset] : offsets[texts.offset + len(texts)]]


def _defects(block: Block, position: int) -> Iterator[Defect]:
    texts = block.columns[position]
    hits = np.flatnonzero(pc.match_substring_regex(texts, _SUSPECT).to_numpy(zero_copy_only=False))
    for row, text in zip(block.numbers[hits].tolist(), texts.take(pa.array(hits)).to_pylist(), strict=True):
        if "\0" in text:
            yield Defect(row, position, "cell:NUL character", text.replace("\0", "␀"), "holds a NUL character.",
                         "Type the cell again.")  # fmt: skip
        elif "\ufffd" in text:
            yield Defect(row, position, "cell:broken character", text, "holds a character that is broken (shown as �).",
                         "Type the cell again, or save the file as “CSV UTF-8”.")  # fmt: skip
        elif before := repaired(text):
            yield Defect(row, position, "cell:garbled", text, f'is garbled: it was probably "{before}" once.',
                         f"{leftovers.retype(before)}, or export the file again as UTF-8.")  # fmt: skip
