"""What does one cell of an OpenDocument sheet hold?  Its value as text, and whether it is an error or not worked out."""

from __future__ import annotations

import re

from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import Attributes, MarkupError, tags
from campaign_runner.intake.opendocument import ods_format

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
    return tag.get(ods_format.VALUE_OF.get(kind, "office:value"), "") == ""


def cell_text(tag: Attributes, shown: str) -> str:
    """A typed cell as text, like `typed.text`."""
    kind = tag.get("office:value-type", "")
    if kind in ("float", "currency", "percentage"):
        return ods_format.number(tag.get("office:value", ""), shown)
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
