"""How does an OpenDocument cell show its number?  The cell says so itself: its kind, its currency, the text it shows.

From that a format code is made, so that all formats of files are judged in one place (`numberformat`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from campaign_runner.intake.cells import typed
from campaign_runner.intake.cells.format_codes import look
from campaign_runner.intake.cells.marks import Mark, Typed
from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import Attributes, MarkupError, tags

_SHOWN_WHOLE = 1e10  # from here on numbers are shown with an exponent where no format was chosen
VALUE_OF = {
    "date": "office:date-value",
    "time": "office:time-value",
    "boolean": "office:boolean-value",
}
_TYPES = {"date": Typed.DATE, "time": Typed.TIME, "boolean": Typed.BOOLEAN}
_NUMBERS = ("float", "currency", "percentage")
_GROUPED = re.compile(r"[-+(\u2212\s]*[0-9][0-9.,'\u2019\s\u00a0\u202f]*[)\s]*")
_EXPONENT = re.compile(r"-?[0-9](?:[.,]([0-9]+))?E[+-]?[0-9]+", re.I)
_FRACTION = re.compile(r"-?(?:[0-9]+\s+)?[0-9]+\s*/\s*([0-9]+)")
_MASK = re.compile(r"[0-9() -]*[0-9][-)][0-9() -]*[0-9]")


def number(value: str, shown: str) -> str:
    """The number of a cell as text."""
    try:
        text = typed.number(float(value))
    except ValueError:
        return shown
    return shown.upper() if shown.upper() in ("TRUE", "FALSE") else text


def marks(tag: Attributes, shown: str, has_text: bool) -> Iterator[Mark]:
    """What the cell is besides its text."""
    kind = tag.get("office:value-type", "")
    if kind in _TYPES:
        yield _TYPES[kind]
    if kind not in _NUMBERS:
        return
    text = number(tag.get("office:value", ""), shown)
    if text in ("TRUE", "FALSE"):
        yield Typed.BOOLEAN
        return
    code = ";;;" if has_text and not shown else _code(kind, tag.get("office:currency", ""), text, shown.strip())
    if format_of := look(1000, code) if code else None:
        yield format_of
    if typed.is_ambiguous(text):
        yield Typed.DECIMALS


def _code(kind: str, currency: str, text: str, shown: str) -> str:
    """A format code that shows the number like this."""
    if kind == "percentage" or shown.endswith("%"):
        return "0%"
    if kind == "currency" and re.fullmatch(r"[A-Za-z]{3}", currency):
        return f'0.00 "{currency.upper()}"'
    if match := _EXPONENT.fullmatch(shown):
        if abs(float(text)) >= _SHOWN_WHOLE:
            return ""
        return f"0.{'0' * len(match[1] or '')}E+00"
    if match := _FRACTION.fullmatch(shown):
        return f"# ?/{'?' * len(match[1])}"
    if _MASK.fullmatch(shown) or (shown.isascii() and shown.isdigit() and shown.startswith("0")):
        return re.sub(r"[^0-9]", r"\\\g<0>", re.sub("[0-9]", "0", shown)) if _same_digits(shown, text) else ""
    if _GROUPED.fullmatch(shown):
        return _places(text, shown)
    return _with_words(shown)


def _with_words(shown: str) -> str:
    """Words and signs before and behind the digits."""
    match = re.fullmatch(r"([^0-9]*)[0-9](?:.*[0-9])?([^0-9]*)", shown, re.S)
    before, behind = (match[1], match[2]) if match else ("", "")
    return f'"{_bare(before)}"General"{_bare(behind)}"' if _bare(before + behind) else ""


def _bare(words: str) -> str:
    return words.replace('"', "").strip(" \u00a0\u202f-+()\u2212")


def _places(text: str, shown: str) -> str:
    """`0`, `0.0` … where fewer places are shown than the number has."""
    for places in range(3):
        value = Decimal(text)
        if value == value.to_integral_value() or value.adjusted() > 20:
            return ""
        if _same_digits(shown, f"{abs(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"):
            return "0" if not places else f"0.{'0' * places}"
    return ""


def _same_digits(shown: str, text: str) -> bool:
    return re.sub("[^0-9]", "", shown).lstrip("0") == re.sub("[^0-9]", "", text).lstrip("0")


MAX_ROWS = 1 << 20
_ERROR = re.compile(r"#[A-Z/0_]{2,20}[!?]?|Err:[0-9]{3}")


def repetitions(attributes: Attributes, name: str) -> int:
    """How often something stands there: a number of the tag, 1 without one."""
    text = attributes.get(name, "1")
    return min(max(int(text), 1), MAX_ROWS) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def is_error(tag: Attributes, shown: str) -> bool:
    """A cell that shows an error."""
    return tag.get("calcext:value-type") == "error" or ("table:formula" in tag and bool(_ERROR.fullmatch(shown)))


def is_unsolved(tag: Attributes, shown: str) -> bool:
    """A formula without a result: no kind of value, or a kind without the value."""
    if "table:formula" not in tag:
        return False
    kind = tag.get("office:value-type", "")
    if kind == "string":
        return not shown and "office:string-value" not in tag
    return tag.get(VALUE_OF.get(kind, "office:value"), "") == ""


def cell_text(tag: Attributes, shown: str) -> str:
    """A typed cell as text, like `typed.text`."""
    kind = tag.get("office:value-type", "")
    if kind in ("float", "currency", "percentage"):
        return number(tag.get("office:value", ""), shown)
    if kind == "date":
        day, _, time = tag.get("office:date-value", "").partition("T")
        time = time.partition(".")[0]
        return f"{day}T{time}" if time.strip("0:") else day
    if kind == "time":
        return _clock(tag.get("office:time-value", "")) or shown
    if kind == "boolean":
        return tag.get("office:boolean-value", "").upper()
    return shown or (tag.get("office:string-value", "") if kind == "string" else "")


def _clock(duration: str) -> str:
    match = re.fullmatch(r"PT([0-9]{1,6})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]+)?S", duration)
    return ":".join(part.zfill(2) for part in match.groups()) if match else ""


_LINES = ("style:text-line-through-style", "style:text-line-through-type")
CELL, TEXT = "table-cell", "text"


class StruckStyles:
    """Styles by family and name; `add` and `text_properties` are called for the tags of content.xml, in order."""

    def __init__(self) -> None:
        self._parents: dict[tuple[str, str], tuple[str, str]] = {}
        self._lines: dict[tuple[str, str], bool] = {}
        self._open = ("", "")

    def add(self, attributes: Attributes) -> None:
        """A style begins."""
        family = attributes.get("style:family", "")
        self._open = (family, attributes.get("style:name", ""))
        self._parents[self._open] = (family, attributes.get("style:parent-style-name", ""))

    def text_properties(self, attributes: Attributes) -> None:
        """Of the style that is open."""
        lines = [attributes[name] for name in _LINES if name in attributes]
        if lines:
            self._lines[self._open] = any(line != "none" for line in lines)

    def add_shared(self, container: Container) -> None:
        """Those that users name themselves, of styles.xml."""
        shared = container.text("styles.xml")
        try:
            for name, attributes in tags([shared]) if shared else ():
                if name == "style":
                    self.add(attributes)
                elif name == "text-properties":
                    self.text_properties(attributes)
        except MarkupError:
            raise container.damaged() from None

    def strike(self, family: str, name: str) -> bool:
        """Whether text in this style is struck through."""
        at, seen = (family, name), set()
        while self._lines and at[1] and at not in seen:
            if at in self._lines:
                return self._lines[at]
            seen.add(at)
            at = self._parents.get(at, ("", ""))
        return False
