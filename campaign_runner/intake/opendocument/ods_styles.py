"""Which styles of an OpenDocument spreadsheet strike through?  A style says so itself, or its parent does."""

from __future__ import annotations

from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import Attributes, MarkupError, tags

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
