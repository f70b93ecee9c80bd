"""What does an OpenDocument spreadsheet hold?  The sheet asked for, or the first visible one.

calamine would read the values too, but not what is hidden, merged or an error, and it unfolds repeated cells without
a limit.
"""

from __future__ import annotations

from pathlib import Path

from campaign_runner.intake.container import Container
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.markup import MarkupError, parse
from campaign_runner.intake.opendocument.ods_document import BeyondLimitError, OdsDocument
from campaign_runner.intake.sheet_choice import choose
from campaign_runner.intake.sheets import Contents
from campaign_runner.intake.unreadable import protected
from campaign_runner.model.errors import FileUnusable


def read_ods(path: Path, sheet: str | None, known: Spellings) -> Contents:
    """The sheet asked for, or the first visible one."""
    container = Container(path)
    if b"encryption-data" in container.text("META-INF/manifest.xml"):
        raise FileUnusable(protected(path))
    document = _read(container, sheet)
    chosen = choose(path.name, document.sheets, sheet, known)
    if document.reading != chosen.name:
        document = _read(container, chosen.name)
        chosen = choose(path.name, document.sheets, chosen.name, known)
        chosen.asked = sheet is not None
    document.close_block()
    return Contents(chosen, document.sheets, document.blocks, document.scan)


def _read(container: Container, wanted: str | None) -> OdsDocument:
    document = OdsDocument(wanted)
    document.struck.add_shared(container)
    try:
        parse(container.xml("content.xml"), document.start, document.end, document.text)
    except MarkupError:
        raise container.damaged() from None
    except BeyondLimitError as error:
        raise container.unsafe(str(error)) from None
    return document
