"""Which part of the container is the workbook, and which part is each sheet?  Found by relationships, as Excel does.

Names are compared without case and whatever their slashes; targets may be absolute, relative, or escaped.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import Attributes, MarkupError, is_true, tags

_WORKSHEET, _CHART_SHEET = "worksheet", "chartsheet"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, its part ("" where the file lacks it), whether the user sees it."""

    name: str
    part: str
    visible: bool


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """`others`: names of sheets without cells, such as charts. `counts_1904`: days are counted from 1904.

    `is_usual`: calamine finds the same parts. `is_unsolved`: no program has worked out the formulas since the file was
    written; the results in it may be mere place holders.
    """

    workbook: str
    strings: str = ""
    styles: str = ""
    sheets: tuple[SheetPart, ...] = ()
    others: tuple[str, ...] = ()
    counts_1904: bool = False
    is_usual: bool = True
    is_unsolved: bool = False
    links: bool = False


def workbook_parts(container: Container) -> WorkbookParts:
    """Follow the relationships from the root; raises FileUnusable where there is no workbook."""
    try:
        return _workbook_parts(container)
    except MarkupError:
        raise container.damaged() from None


def workbook_part(container: Container) -> str:
    """The part that the container's root names as its document, "" if none."""
    for target, kind in _targets(container, "").values():
        if kind == "officeDocument":
            return target
    return container.find("xl/workbook.xml")


def _workbook_parts(container: Container) -> WorkbookParts:
    workbook = workbook_part(container)
    if not workbook:
        raise container.damaged()
    targets = _targets(container, workbook)
    by_kind = {kind: part for part, kind in reversed(targets.values()) if part}
    properties, calculation = {}, {}
    listed: list[Attributes] = []
    for name, attributes in tags(container.xml(workbook)):
        if name == "sheet":
            listed.append(attributes)
        elif name == "workbookPr":
            properties = attributes
        elif name == "calcPr":
            calculation = attributes
    sheets, others = _sheets(listed, targets)
    strings = by_kind.get("sharedStrings", "") or container.find(_beside(workbook, "sharedStrings.xml"))
    styles = by_kind.get("styles", "") or container.find(_beside(workbook, "styles.xml"))
    return WorkbookParts(
        workbook, strings, styles, sheets, others,
        counts_1904=is_true(properties.get("date1904", "")),
        is_usual=container.is_usual and workbook == "xl/workbook.xml"
        and strings in ("", "xl/sharedStrings.xml") and styles in ("", "xl/styles.xml"),
        is_unsolved=is_true(calculation.get("fullCalcOnLoad", "")) and "calcChain" not in by_kind,
        links="externalLink" in by_kind or any("xl/externallinks/externallink" in n.lower() for n in container.names),
    )  # fmt: skip


def _sheets(
    listed: list[Attributes], targets: Mapping[str, tuple[str, str]]
) -> tuple[tuple[SheetPart, ...], tuple[str, ...]]:
    sheets, others = [], []
    for attributes in listed:
        reference = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
        part, kind = targets.get(reference, ("", _WORKSHEET))
        name = attributes.get("name", "")
        if kind == _WORKSHEET:
            sheets.append(SheetPart(name, part, attributes.get("state", "visible") not in ("hidden", "veryHidden")))
        else:
            others.append(name)
    return tuple(sheets), tuple(others)


def _targets(container: Container, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id -> (part, last word of the kind); the part is "" where the file lacks it."""
    folder, name = posixpath.split(part.replace("\\", "/"))
    relations = container.find(posixpath.join(folder, "_rels", f"{name}.rels"))
    targets: dict[str, tuple[str, str]] = {}
    for tag, attributes in tags(container.xml(relations)) if relations else ():
        if tag == "Relationship" and attributes.get("TargetMode", "Internal") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            targets[attributes.get("Id", "")] = (_target(container, folder, attributes.get("Target", "")), kind)
    return targets


def _target(container: Container, folder: str, target: str) -> str:
    """The part that a target means: absolute from the root, else from the folder of the part that names it."""
    plain = re.sub(r"[?#].*", "", target).replace("\\", "/").strip()
    for form in (plain, unquote(plain)):
        whole = posixpath.normpath(posixpath.join("/", folder, form)).lstrip("/")
        if part := container.find(whole):
            return part
    return container.find(posixpath.normpath("/" + unquote(plain)).lstrip("/"))


def _beside(workbook: str, name: str) -> str:
    return posixpath.join(posixpath.dirname(workbook.replace("\\", "/")), name)
