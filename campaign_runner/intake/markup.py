"""Which tags does an XML part hold?  One streaming pass; a document type is refused, so nothing is ever expanded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

Attributes = dict[str, str]


class MarkupError(ValueError):
    """Not well-formed, or with a document type."""


def parse(
    pieces: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start(name, attributes)` and the others for each tag; names are without their prefix."""
    parser = expat.ParserCreate("utf-8")  # whatever the part says of itself: it was made UTF-8 on the way
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end:
        parser.EndElementHandler = lambda name: end(local(name))
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise MarkupError(str(error)) from None


def tags(pieces: Iterable[bytes]) -> Iterator[tuple[str, Attributes]]:
    """The start tags of a small part, in order; names without their prefix."""
    pairs: list[tuple[str, Attributes]] = []
    parse(pieces, lambda name, attributes: pairs.append((name, attributes)))
    return iter(pairs)


def local(name: str) -> str:
    """`x:row` -> `row`."""
    return name.rpartition(":")[2]


def _refuse(*_: object) -> None:
    raise MarkupError("a document type")


def is_true(text: str) -> bool:
    """`1`, `true`, `on`."""
    return text.strip().lower() in ("1", "true", "on")
