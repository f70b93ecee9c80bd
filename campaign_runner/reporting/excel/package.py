"""How is a workbook changed without losing anything?  Its parts are copied byte for byte, but for the few that change.

Text is edited as text: a parser that writes the tree out again would rename prefixes that other parts rely on.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr
from zipfile import BadZipFile, ZipFile

from defusedxml import ElementTree

Pieces = Iterable[bytes]
_PIECE = 1 << 20
_MOST_TEXT = 64 << 20  # of a part that is read as a whole; sheets go by in pieces
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WITH_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_WORKBOOK = "xl/workbook.xml"


class Package:
    """The parts of a workbook; changes are collected and take effect in `write`."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._changed: dict[str, str] = {}
        self._streams: dict[str, Callable[[Pieces], Iterator[bytes]]] = {}
        self._last: list[tuple[str, Callable[[], str]]] = []
        self._first_sheet = ""
        self._left_out: set[str] = set()

    def text(self, part: str) -> str:
        """A small part as it is now; "" where there is none."""
        if part not in self._changed and part in self._archive.namelist():
            if (size := self._archive.getinfo(part).file_size) > _MOST_TEXT:
                raise BadZipFile(f"{part} has {size >> 20:,} MB")
            return self._archive.read(part).decode("utf-8-sig")
        return self._changed.get(part, "")

    def beginning(self, part: str) -> bytes:
        """The first kilobytes of a part."""
        if part in self._changed:
            return self._changed[part].encode()
        with self._archive.open(part) as file:
            return file.read(_PIECE)

    def replace(self, part: str, text: str) -> None:
        """Give a part a new content, or add it."""
        self._changed[part] = text

    def stream(self, part: str, change: Callable[[Pieces], Iterator[bytes]]) -> None:
        """Change a large part piece by piece while it is copied."""
        self._streams[part] = change

    def finally_replace(self, part: str, text: Callable[[], str]) -> None:
        """Give a part a content that is known only when all streams have been written."""
        self._last.append((part, text))

    def sheets(self) -> dict[str, str]:
        """Sheet name -> part, in the order of the workbook."""
        targets = self.targets(_WORKBOOK)
        root = ElementTree.fromstring(self.text(_WORKBOOK))
        sheets_found = {}
        for sheet in root.iter():
            if sheet.tag.endswith("}sheet"):
                identity = next((value for key, value in sheet.items() if key.endswith("}id")), "")
                if identity in targets:
                    sheets_found[sheet.get("name", "")] = targets[identity][1]
        return sheets_found

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id -> (last word of the type, part)."""
        text = self.text(_relations_of(part))
        root = ElementTree.fromstring(text) if text else ()
        folder = "/" + posixpath.dirname(part)
        return {
            item.get("Id", ""): (
                item.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join(folder, item.get("Target", ""))).lstrip("/"),
            )
            for item in root
        }

    def relate(self, part: str, kind: str, target: str) -> str:
        """Make a part refer to another; returns the id."""
        text = self.text(_relations_of(part)) or f'<Relationships xmlns="{_RELATIONS}"></Relationships>'
        text = re.sub(r"<Relationships([^>]*)/>", r"<Relationships\1></Relationships>", text)
        number = next(n for n in range(1, 100_000) if f'"rIdProblems{n}"' not in text)
        entry = f'<Relationship Id="rIdProblems{number}" Type="{OFFICE}/{kind}" Target={quoteattr("/" + target)}/>'
        self.replace(_relations_of(part), insert_before(text, "</Relationships>", entry))
        return f"rIdProblems{number}"

    def declare(self, part: str, content_type: str) -> None:
        """Say what kind of part this is."""
        text = self.text("[Content_Types].xml")
        if f'"/{part}"' not in text:
            entry = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
            self.replace("[Content_Types].xml", insert_before(text, "</Types>", entry))

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Say what kind of parts end like this."""
        text = self.text("[Content_Types].xml")
        if f'Extension="{extension}"' not in text:
            entry = f'<Default Extension="{extension}" ContentType="{content_type}"/>'
            self.replace("[Content_Types].xml", re.sub(r"(<Types[^>]*>)", rf"\1{entry}", text, count=1))

    def free_name(self, pattern: str) -> str:
        """A part name that is not taken, `{}` standing for a number."""
        taken = {*self._archive.namelist(), *self._changed}
        return next(name for n in range(1, 100_000) if (name := pattern.format(n)) not in taken)

    def styles_part(self) -> str:
        """The part of the cell formats; made where there is none."""
        for kind, target in self.targets(_WORKBOOK).values():
            if kind == "styles":
                return target
        target = "xl/styles.xml"
        self.replace(target, _BARE_STYLES)
        self.declare(target, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")
        self.relate(_WORKBOOK, "styles", target)
        return target

    def leave_out_macros(self) -> None:
        """Make a plain workbook of one with macros."""
        types = self.text("[Content_Types].xml")
        if _WITH_MACROS not in types:
            return
        self.replace(
            "[Content_Types].xml", re.sub(r"<Override[^>]*vba[^>]*/>", "", types.replace(_WITH_MACROS, _PLAIN))
        )
        relations = _relations_of(_WORKBOOK)
        self.replace(relations, re.sub(r'<Relationship\b[^>]*/vbaProject"[^>]*/>', "", self.text(relations)))
        self._left_out |= {part for part in self._archive.namelist() if re.search(r"(?:^|/)vba[^/]*$", part)}

    def leave_out_calculation_order(self) -> None:
        """Excel works the order of the formulas out again; a list with one that is gone is damage to it."""
        for kind, part in self.targets(_WORKBOOK).values():
            if kind == "calcChain":
                types, relations = "[Content_Types].xml", _relations_of(_WORKBOOK)
                self.replace(types, re.sub(r"<Override[^>]*calcChain[^>]*/>", "", self.text(types)))
                self.replace(relations, re.sub(r'<Relationship\b[^>]*/calcChain"[^>]*/>', "", self.text(relations)))
                self._left_out.add(part)

    def add_first_sheet(self, name: str, content: str) -> None:
        """Put a sheet in front; names that belong to one sheet move with their sheet."""
        part = self.free_name("xl/worksheets/problems{}.xml")
        self.replace(part, content)
        self.declare(part, _SHEET_TYPE)
        identity = self.relate(_WORKBOOK, "worksheet", part)
        text = self.text(_WORKBOOK)
        number = 1 + max((int(n) for n in re.findall(r'\bsheetId="([0-9]{1,9})"', text)), default=0)
        text = re.sub(r'\blocalSheetId="([0-9]{1,6})"', lambda m: f'localSheetId="{int(m[1]) + 1}"', text)
        opening = re.search(r"<(\w+:)?sheets\b[^>]*>", text)
        if not opening:
            raise ValueError("the workbook lists no sheets")
        entry = (
            f"<{opening[1] or ''}sheet xmlns:pr={quoteattr(OFFICE)} name={quoteattr(name)} "
            f'sheetId="{number}" pr:id="{identity}"/>'
        )
        self.replace(_WORKBOOK, text[: opening.end()] + entry + text[opening.end() :])

    def select_first_sheet(self) -> None:
        """Open the workbook at its first sheet, and let no other be selected with it."""
        text = re.sub(r' (?:activeTab|firstSheet)="[0-9]+"', "", self.text(_WORKBOOK))
        self.replace(_WORKBOOK, text)
        self._first_sheet = next(iter(self.sheets().values()))

    def write(self, copy: ZipFile) -> None:
        """Write all parts."""
        sheets = set(self.sheets().values()) - {self._first_sheet}
        later = {part for part, _ in self._last} | self._left_out
        for part in self._archive.namelist():
            if part not in self._changed and part not in later and not part.endswith("/"):
                pieces = self._pieces(part)
                pieces = _unselected(pieces) if self._first_sheet and part in sheets else pieces
                self._write(copy, part, self._streams[part](pieces) if part in self._streams else pieces)
        for part, text in self._changed.items():
            if part not in later:
                self._write(copy, part, [text.encode()])
        for part, content in self._last:
            self._write(copy, part, [content().encode()])

    def _pieces(self, part: str) -> Iterator[bytes]:
        with self._archive.open(part) as file:
            while piece := file.read(_PIECE):
                yield piece

    def _write(self, copy: ZipFile, part: str, pieces: Pieces) -> None:
        with copy.open(part, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)


def insert_before(text: str, closing: str, addition: str) -> str:
    """Put something before a closing tag, whatever prefix it has."""
    at = text.rfind(closing)
    if at < 0:
        raise ValueError(f"{closing} is missing")
    return text[:at] + addition + text[at:]


def xml_text(text: str) -> str:
    """Text for XML: characters that XML cannot hold are shown as �."""
    return escape(re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text))


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _unselected(pieces: Pieces) -> Iterator[bytes]:
    """Two selected sheets would be edited together."""
    for number, piece in enumerate(pieces):
        yield piece if number else re.sub(rb'\btabSelected="(?:1|true)"', b'tabSelected="0"', piece)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BARE_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1">'
    '<xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>'
)
