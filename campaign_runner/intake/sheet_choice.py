"""Which sheet of a workbook is read, and what to say of the others?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from campaign_runner.intake.grid import Row
from campaign_runner.intake.headers import Spellings, score
from campaign_runner.model.errors import FileUnusable

PROBLEMS_SHEET = "Problems"  # of the annotated workbook; in .xlsx it is known by the colour of its tab


def _nothing() -> Sequence[Row]:
    return ()


@dataclass(slots=True)
class Sheet:
    """A worksheet: its name, whether the user sees it, whether it holds anything, whether it is our list of problems.

    `rows`: its first rows that are not blank, None until `look()` was asked for them; `asked`: the user named this sheet.
    """

    name: str
    visible: bool = True
    filled: bool = False
    ours: bool = False
    look: Callable[[], Sequence[Row]] = _nothing
    asked: bool = False
    rows: Sequence[Row] | None = None

    def head(self) -> Sequence[Row]:
        """The first rows that are not blank."""
        if self.rows is None:
            self.rows = self.look()
        return self.rows


def choose(source: str, sheets: Sequence[Sheet], wanted: str | None, known: Spellings) -> Sheet:
    """The sheet asked for, or the first visible one that has a header; our own list of problems is passed over."""
    if wanted is not None:
        asked = next((sheet for sheet in sheets if sheet.name == wanted), None)
        if asked is None:
            listed = ", ".join(f'"{sheet.name}"' for sheet in sheets)
            raise FileUnusable(f'{source} has no sheet "{wanted}". It has {listed}. Name one of them with --sheet.')
        asked.asked = True
        return asked
    if not sheets:
        raise FileUnusable(f"{source} has no sheet with cells. Add one row per reward below a header row.")
    ranked = sorted(sheets, key=lambda sheet: (sheet.ours, not sheet.visible))
    visible = [sheet for sheet in ranked if sheet.visible and not sheet.ours]
    if len(visible) < 2:
        return ranked[0]
    scores = [len(_header(sheet, known)[1]) for sheet in visible]
    enough = next((least for least in (2, 1) if max(scores) >= least), 0)
    return next(sheet for sheet, score in zip(visible, scores, strict=True) if score >= enough)


def _header(sheet: Sheet, known: Spellings) -> tuple[int, frozenset[str]]:
    """The row number of a sheet's header and the fields that it names; 0 and none where there is no header."""
    best: tuple[int, frozenset[str]] = (0, frozenset())
    for number, cells in sheet.head():
        fields = frozenset(field for cell in cells if (field := known.field(cell)))
        if score(cells, known) and len(fields) > len(best[1]):
            best = number, fields
    return best


def sheets_unread(chosen: Sheet, sheets: Sequence[Sheet], known: Spellings) -> Iterator[str]:
    """Other visible sheets with rows below the same header: it names the amount if this one does, and most fields."""
    others = [sheet for sheet in sheets if sheet is not chosen and sheet.visible and sheet.filled and not sheet.ours]
    mine = _header(chosen, known)[1] if others else frozenset()
    for sheet in others:
        number, fields = _header(sheet, known)
        has_rows = any(row > number for row, _ in sheet.head())
        same = len(fields & mine) >= max(1, 0.6 * len(mine)) and ("amount" in fields or "amount" not in mine)
        if number and has_rows and same:
            yield sheet.name


def elsewhere(chosen: Sheet, sheets: Sequence[Sheet], known: Spellings) -> str:
    """Which other sheet has a header."""
    others = [(sheet, _header(sheet, known)) for sheet in sheets if sheet is not chosen and not sheet.ours]
    usable = sorted((each for each in others if each[1][0]), key=lambda each: (not each[0].visible, -len(each[1][1])))
    if not usable:
        return ""
    sheet, (number, _) = usable[0]
    hidden = "" if sheet.visible else "hidden "
    return f'The {hidden}sheet "{sheet.name}" has a header in row {number}: use --sheet "{sheet.name}".'


def about_sheets(chosen: Sheet, sheets: Sequence[Sheet], unread: Sequence[str], known: Spellings) -> Iterator[str]:
    if ours := [sheet.name for sheet in sheets if sheet.ours and sheet is not chosen]:
        yield f'The sheet "{ours[0]}" lists the problems of an earlier check, and was skipped.'
    others = [sheet for sheet in sheets if sheet.filled and not sheet.ours and sheet is not chosen]
    for name in unread:
        yield (
            f'The sheet "{name}" has rows below the same header, and was not read. Run it too with --sheet "{name}", or '
            f'confirm this sheet with --sheet "{chosen.name}".'
        )
    first = next((sheet for sheet in others if sheet.visible and _stands_before(sheet, chosen, sheets)), None)
    if first and not _header(first, known)[0] and _header(chosen, known)[0]:
        yield f'The sheet "{first.name}" has no header row, so the sheet "{chosen.name}" was read.'
    others = [sheet for sheet in others if sheet.name not in unread]
    if others:
        listed = ", ".join(f'"{other.name}"' for other in others)
        holds = "hold" if others[1:] else "holds"
        yield f'Only the sheet "{chosen.name}" was read; {listed} {holds} data too (see --sheet).'
    if not chosen.visible:
        yield f'The sheet "{chosen.name}" is hidden.'


def _stands_before(sheet: Sheet, chosen: Sheet, sheets: Sequence[Sheet]) -> bool:
    return list(map(id, sheets)).index(id(sheet)) < list(map(id, sheets)).index(id(chosen))
