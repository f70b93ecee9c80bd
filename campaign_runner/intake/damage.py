"""Which cells hold text that was damaged on its way: UTF-8 read as Latin-1 (`JosÃ©`), broken characters, NULs?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.intake.grid import Block, Defect

_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0))
_GARBLED = f"[\u00c2-\u00c5][{_CONTINUATION}\x80-\xbf]|\u00e2\u20ac|\u00f0\u0178"
_SUSPECT = f"[\\x00\ufffd]|{_GARBLED}"


def mended(block: Block, positions: Iterable[int]) -> Block:
    """The block without NULs, and with a defect at every damaged cell; plain ASCII columns cost one look."""
    columns = list(block.columns)
    defects = list(block.defects)
    for position in positions:
        if not _is_plain(columns[position]):
            defects += _defects(block, position)
            columns[position] = pc.replace_substring(columns[position], "\0", "")
    return Block(block.numbers, columns, tuple(defects))


def repaired(text: str) -> str:
    """What a garbled text was before, "" if it is not garbled."""
    for codec in ("cp1252", "latin-1"):
        try:
            before = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if before != text:
            return before
    return ""


def _is_plain(texts: Any) -> bool:
    data = texts.buffers()[2]
    if data is None:
        return True
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)
    view = np.frombuffer(data, dtype=np.uint8)[offsets[texts.offset] : offsets[texts.offset + len(texts)]]
    return not len(view) or bool(view.max() < 0x80 and view.min() > 0)


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
                         "Type the cell again, or export the file again as UTF-8.")  # fmt: skip
