"""How does the process that parses a foreign file answer?  As data alone: JSON, and the columns of cells as arrow streams.

Anyone who took that process over by a file can say what is in the file, and nothing more: no object of the answer is made
by a call that the answer chooses. What is not an answer raises ValueError.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from campaign_runner.intake.cells.format_codes import FormatSection, Look
from campaign_runner.intake.cells.marks import CellMarks, Typed
from campaign_runner.intake.grid import TEXT, Block, Defect
from campaign_runner.intake.scan import Scan
from campaign_runner.intake.sheet_choice import Sheet
from campaign_runner.model import errors

_RECORDS: dict[str, type] = {kind.__name__: kind for kind in (Sheet, Scan, Defect, Look, FormatSection)}
_SERIES: dict[str, Callable[[list[Any]], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_NUMBERS, _LEFT_OUT = "numbers", "look"  # a sheet's way to its first rows is nothing to hand over


def packed(value: Any) -> list[bytes | memoryview]:
    """The answer in pieces: JSON first, then what it refers to. Raises TypeError for what is not a plain value."""
    pieces: list[bytes | memoryview] = []
    return [orjson.dumps(_plain(value, pieces), option=orjson.OPT_SERIALIZE_NUMPY), *pieces]


def unpacked(pieces: Sequence[bytes | bytearray]) -> Any:
    """The value again."""
    try:
        return _value(orjson.loads(pieces[0]), pieces[1:])
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError, pa.ArrowException) as error:
        raise ValueError(f"no answer: {error!r}") from None


def _plain(value: Any, pieces: list[bytes | memoryview]) -> Any:
    """Lists as they are, everything else that JSON does not have as `{kind: content}`."""
    if value is None or isinstance(value, (bool, float, int)):
        return value
    if isinstance(value, Typed):
        return {"Typed": str(value)}
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Decimal):
        return {"Decimal": str(value)}
    if isinstance(value, list):
        return [_plain(each, pieces) for each in value]
    if isinstance(value, dict):
        return {"dict": [[_plain(key, pieces), _plain(each, pieces)] for key, each in value.items()]}
    if type(value).__name__ in _SERIES:
        return {type(value).__name__: [_plain(each, pieces) for each in value]}
    if isinstance(value, Block):
        pieces.append(_stream(value))
        return {"Block": [len(pieces) - 1, _plain(value.defects, pieces)]}
    if isinstance(value, CellMarks):
        arrays, known = value.parts()
        pieces += [array.tobytes() for array in arrays]
        return {"CellMarks": [len(pieces) - len(arrays), _plain(known, pieces)]}
    if isinstance(value, Exception):
        return {"Exception": [type(value).__name__, str(value), getattr(value, "__notes__", [])]}
    if type(value).__name__ in _RECORDS:
        own = [_plain(getattr(value, each.name), pieces) for each in fields(value) if each.name != _LEFT_OUT]
        return {type(value).__name__: own}
    raise TypeError(f"{type(value).__name__} is no part of an answer")


def _value(plain: Any, pieces: Sequence[bytes | bytearray]) -> Any:
    if isinstance(plain, list):
        return [_value(each, pieces) for each in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, content),) = plain.items()
    if kind in _RECORDS:
        names = [each.name for each in fields(_RECORDS[kind]) if each.name != _LEFT_OUT]
        return _RECORDS[kind](**dict(zip(names, _value(content, pieces), strict=True)))
    if kind in _SERIES:
        return _SERIES[kind](_value(content, pieces))
    return _KINDS[kind](content, pieces)


def _dict(content: Any, pieces: Sequence[bytes | bytearray]) -> Any:
    return {_value(key, pieces): _value(each, pieces) for key, each in content}


def _block(content: Any, pieces: Sequence[bytes | bytearray]) -> Block:
    """Each column is checked to the last byte before anybody reads it."""
    with pa.ipc.open_stream(pa.py_buffer(pieces[content[0]])) as stream:
        batch = stream.read_next_batch()
    batch.validate(full=True)
    numbers, *columns = batch.columns
    if numbers.type != pa.int64() or any(column.type != TEXT for column in columns):
        raise ValueError("no block of cells")
    return Block(numbers.to_numpy(), columns, _value(content[1], pieces))


def _stream(block: Block) -> memoryview:
    """Columns as they are, numbers of rows in front."""
    arrays = [pa.array(np.asarray(block.numbers, np.int64)), *block.columns]
    batch = pa.record_batch(arrays, names=[_NUMBERS, *map(str, range(len(block.columns)))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return memoryview(sink.getvalue())


def _marks(content: Any, pieces: Sequence[bytes | bytearray]) -> CellMarks:
    first, known = content
    return CellMarks.of([pieces[first + at] for at in range(3)], _value(known, pieces))


def _exception(content: Any, _: Sequence[bytes | bytearray]) -> Exception:
    """One of ours by its name, or one of Python's: both are made of a sentence alone."""
    name, text, notes = str(content[0]), str(content[1]), list(map(str, content[2]))
    kind = getattr(errors, name, None) or getattr(builtins, name, None)
    made: Exception = RuntimeError(f"{name}: {text}")
    if isinstance(kind, type) and issubclass(kind, Exception):
        with suppress(TypeError):  # one that takes more than a sentence
            made = kind(text)
    for note in notes:
        made.add_note(note)
    return made


_KINDS: dict[str, Callable[[Any, Sequence[bytes | bytearray]], Any]] = {
    "Typed": lambda content, _: Typed(content),
    "Decimal": lambda content, _: Decimal(content),
    "dict": _dict,
    "Block": _block,
    "CellMarks": _marks,
    "Exception": _exception,
}
