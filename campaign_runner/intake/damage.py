"""Which cells hold text that was damaged on its way: UTF-8 read as Latin-1 (`JosÃ©`), broken characters, NULs? And
which hold what a program left there: errors of formulas, marks of web pages, empty words?"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
        if may_hold(data := content.tobytes()):
            places = {(defect.row, defect.position) for defect in defects}
            cells = columns[position].to_pylist()
            damaged = leftover_defects(block.numbers.tolist(), position, cells, data)
            defects += [defect for defect in damaged if (defect.row, position) not in places]
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
            yield Defect(row, position, "cell:garbled", text, f'is garbled; it was probably "{before}" once.',
                         f"{retype(before)}, or export the file again as UTF-8.")  # fmt: skip


# As Excel, LibreOffice, Google Sheets and Numbers write them in the languages of Europe.
_ERRORS = """#REF! #NAME? #VALUE! #DIV/0! #N/A #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #UNKNOWN! #CONNECT! #BUSY!
    #GETTING_DATA #ERROR! #FMT? #EXTERNAL! #PYTHON! #TIMEOUT! #BEZUG! #WERT! #ZAHL! #NV #ÜBERLAUF! #KALK! #FELD! #BLOCKIERT!
    #VALEUR! #NOM? #NOMBRE! #NUL! #PROPAGATION! #CALCUL! #CHAMP! #BLOQUE! #¡REF! #¡VALOR! #¿NOMBRE? #¡NUM! #¡NULO! #¡DIV/0!
    #N/D #¡DESBORDAMIENTO! #¡CALC! #¡CAMPO! #RIF! #VALORE! #NOME? #NULLO! #ESPANSIONE! #VALOR! #NÚM! #NULO! #DESPEJAR!
    #DESPEJO! #VERW! #WAARDE! #NAAM? #GETAL! #LEEG! #N/B #OVERLOOP! #ADR! #ARG! #NAZWA? #LICZBA! #ZERO! #DZIEL/0!
    #REFERENS! #VÄRDEFEL! #NAMN? #OGILTIGT! #SKÄRNING! #SAKNAS! #DIVISION/0! #REFERENCE! #VÆRDI! #NAVN? #I/T #NULPUNKT!
    #HIV! #ÉRTÉK! #NÉV? #SZÁM! #HIÁNYZIK #ODKAZ! #HODNOTA! #NÁZEV? #ČÍSLO! #BAŞV! #DEĞER! #AD? #SAYI! #YOK
    #ССЫЛКА! #ЗНАЧ! #ИМЯ? #ЧИСЛО! #ПУСТО! #Н/Д #ДЕЛ/0!"""
ERRORS = frozenset(_ERRORS.split())
_PROPOSED = 60
_FORMULA_ERROR = re.compile(r"#[¡¿]?[^\W\d]+(?:/[^\W_]{1,2})?[!?]?|Err:5[0-9]{2}|#{3,}")
_PLACEHOLDER = re.compile(
    r"undefined|NaN|\[object \w+\]|\\N|\(null\)|<null>|\{\{.*\}\}|\$\{.*\}|<<.*>>|%%.+%%|\*\|.+\|\*", re.S
)
_REFERENCE = r"(?:(?:'[^']+'|\w+)!)?\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?"
_FORMULA = re.compile(rf"=\s*[+-]?(?:[^\W\d][\w.]*\(.*\)|{_REFERENCE})(?:\s*[-+*/&^].*)?", re.S)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ESCAPED = re.compile(r"\\u00[0-9A-Fa-f]{2}|\\x[89A-Fa-f][0-9A-Fa-f]|%C[23]%[89AB][0-9A-F]|=C[23]=[89AB][0-9A-F]")


class _Kind(NamedTuple):
    """`signs`: bytes without which no cell of a column can be one, by a byte of theirs that is rare; `find`: the defect
    of a cell, or None."""

    signs: dict[bytes, tuple[bytes, ...]]
    find: Callable[[int, int, str], Defect | None]


def leftover_defects(rows: list[int], position: int, texts: list[str], content: bytes) -> Iterator[Defect]:
    """What is left over in the cells of one column; `content`: its bytes, for a quick no."""
    kinds = [kind for kind in _KINDS if _has_any(content, kind)]
    for row, text in zip(rows, texts, strict=True) if kinds else ():
        defect_here = next((defect for kind in kinds if (defect := kind.find(row, position, text))), None)
        if defect_here:
            yield defect_here


def may_hold(content: bytes) -> bool:
    """Whether a look at the cells of a column is worth its time."""
    return any(_has_any(content, kind) for kind in _KINDS)


def _has_any(content: bytes, kind: _Kind) -> bool:
    """One byte is looked for a hundred times faster than several."""
    return any(byte in content and any(sign in content for sign in signs) for byte, signs in kind.signs.items())


def _error(row: int, position: int, text: str) -> Defect | None:
    bare = text.strip()
    if not _FORMULA_ERROR.fullmatch(bare) or not (bare.upper() in ERRORS or bare[0] == "E" or set(bare) == {"#"}):
        return None
    return Defect(row, position, "cell:formula error", text, "is the error of a formula, not a value.",
                  "Correct the formula, or type the value itself.")  # fmt: skip


def _placeholder(row: int, position: int, text: str) -> Defect | None:
    if not _PLACEHOLDER.fullmatch(text.strip()):
        return None
    return Defect(row, position, "cell:placeholder", text, "is what a program writes where a value is missing.",
                  "Type the value, or empty the cell.")  # fmt: skip


def _formula(row: int, position: int, text: str) -> Defect | None:
    if not _FORMULA.fullmatch(text.strip()):
        return None
    return Defect(row, position, "cell:formula", text, "is a formula, not its result.",
                  "Type the value itself, or export the file again with values in place of formulas.")  # fmt: skip


def _entity(row: int, position: int, text: str) -> Defect | None:
    if not _ENTITY.search(text):
        return None
    before = _settled(text, html.unescape).replace("\u00a0", " ")
    return _spelled_out(row, position, text, before, "has marks of a web page in it")


def _escape(row: int, position: int, text: str) -> Defect | None:
    if not _ESCAPED.search(text):
        return None
    unquoted = re.sub(r"=([0-9A-F]{2})", r"%\1", text) if "=C" in text else text
    before = unquote(re.sub(r"\\(?:u00|x)([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), unquoted))
    return None if "\ufffd" in before else _spelled_out(row, position, text, before, "has codes in place of letters")


def _spelled_out(row: int, position: int, text: str, before: str, what: str) -> Defect | None:
    if before == text:
        return None
    return Defect(row, position, "cell:garbled", text, f'{what}: it was probably "{before}" once.',
                  f"{retype(before)}, or export the file again as plain text.")  # fmt: skip


def retype(before: str) -> str:
    """A short text is proposed as it is."""
    return f"Type {before}" if len(before) <= _PROPOSED else "Type the cell again"


def _settled(text: str, change: Callable[[str], str]) -> str:
    """Some were written twice: `&amp;eacute;`."""
    for _ in range(3):
        if (changed := change(text)) == text:
            break
        text = changed
    return text


_KINDS = (
    _Kind({b"#": (b"#",), b":": (b"Err:5",)}, _error),
    _Kind(
        {
            b"f": (b"undefined",), b"N": (b"NaN", b"\\N"), b"[": (b"[object ",), b"(": (b"(null)",),
            b"<": (b"<null>", b"<<"), b"{": (b"{{", b"${"), b"%": (b"%%",), b"*": (b"*|",),
        },
        _placeholder,
    ),
    _Kind({b"=": (b"=",)}, _formula),
    _Kind({b"&": (b"&",)}, _entity),
    _Kind({b"\\": (b"\\u00", b"\\x"), b"%": (b"%C2", b"%C3"), b"=": (b"=C2", b"=C3")}, _escape),
)  # fmt: skip
