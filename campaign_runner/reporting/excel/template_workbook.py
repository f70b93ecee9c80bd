"""What does HR fill in?  An empty spreadsheet from the rule book, with drop-downs, comments and example rows.

The example rows are the rule book's own, word for word, marked as such in the note column: intake leaves them out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from campaign_runner.model import Field, Method, RuleBook
from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.reporting.atomic import replacing
from campaign_runner.reporting.excel.workbook_writer import HEADER, PLAIN_TEXT
from campaign_runner.reporting.formula_guard import guard
from campaign_runner.reporting.rules_table import rules_of

_ROWS = 1_048_575
_OWN_FORMAT = {"amount": "0.00", "count": "0", "date": "yyyy-mm-dd"}  # every other column is text: Excel keeps zeros
_WIDTHS = {"message": 40, "email": 28, "instant": 27, "place": 24, "choice": 18, "phone": 18, "text": 20}
_LIST_LIMIT = 255  # characters of choices that a drop-down may hold itself; longer lists stand on the second sheet
_NEEDED = {"bg_color": "#C65911"}


def write_template(
    path: Path, book: RuleBook, methods: Sequence[str] | None = None, rewards: Sequence[str] = ()
) -> None:
    """Write a template for these delivery methods (None: all) to a .xlsx or .csv file.

    With the names of `rewards`, the column for the utid is one of names to choose from.
    """
    wanted = [book.methods[name] for name in methods] if methods else list(book.methods.values())
    fields = [field for field in book.fields.values() if any(_takes(method, field) for method in wanted)]
    if rewards:
        fields = [_by_name(field, rewards) if field.name == "utid" else field for field in fields]
    write = _write_csv if path.suffix.lower() == ".csv" else _write_workbook
    with replacing(path) as draft:
        write(draft, fields, wanted)


def _by_name(field: Field, rewards: Sequence[str]) -> Field:
    return replace(field, title="Reward", choices=tuple(rewards), description="The reward, by its name or its utid.")


# The colour of the tabs by which intake knows the sheets that are not the user's.
TEMPLATE_TAB = "#1F3865"


def _write_csv(path: Path, fields: Sequence[Field], methods: Sequence[Method]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in ([field.title for field in fields],
                    *([method.example.get(field.name, "") for field in fields] for method in methods)):  # fmt: skip
            writer.writerow(guard(pa.array(row, pa.large_string())).to_pylist())


def _write_workbook(path: Path, fields: Sequence[Field], methods: Sequence[Method]) -> None:
    with xlsxwriter.Workbook(path, PLAIN_TEXT) as book:
        sheet, lists = book.add_worksheet("Rewards"), book.add_worksheet("Choices")
        rules = book.add_worksheet("Rules")
        for own in (lists, rules):
            own.set_tab_color(TEMPLATE_TAB)
        for position, field in enumerate(fields):
            _column(book, sheet, position, field, methods)
            _drop_down(sheet, lists, position, field, methods)
        for row, method in enumerate(methods, 1):
            for position, field in enumerate(fields):
                _example(book, sheet, row, position, field, method.example.get(field.name, ""))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, 0, len(fields) - 1)
        _rules(book, rules, fields, methods)
        sheet.activate()


def _column(book: Any, sheet: Any, position: int, field: Field, methods: Sequence[Method]) -> None:
    """The header, its comment, and how the cells below it are kept."""
    always = all(field.name in method.required for method in methods)
    cells = book.add_format({"num_format": _OWN_FORMAT.get(_kind(field), "@")})
    sheet.set_column(position, position, max(_WIDTHS.get(_kind(field), 14), len(field.title) + 3), cells)
    sheet.write_string(0, position, field.title, book.add_format({**HEADER, **(_NEEDED if always else {})}))
    sheet.write_comment(0, position, _comment(field, methods), {"x_scale": 2.4, "y_scale": 2.2, "visible": False})


def _comment(field: Field, methods: Sequence[Method]) -> str:
    """What the column is for, who needs it, and its rules."""
    parts = [field.description, f"Example: {field.example}"]
    for presence in ("required", "optional", "not allowed"):
        names = [method.name for method in methods if method.presence(field.name) == presence]
        if names:
            parts.append(f"{presence.capitalize()}: {', '.join(names)}")
    return "\n".join([*parts, *dict.fromkeys(rule for method in methods for rule in rules_of(field, method))])


def _drop_down(sheet: Any, lists: Any, position: int, field: Field, methods: Sequence[Method]) -> None:
    """A list to choose from; other spellings may still be typed, the check reads them."""
    choices = [method.name for method in methods] if field.name == "deliveryMethod" else list(field.choices)
    if not choices:
        return
    source: Any = choices
    if len(",".join(choices)) > _LIST_LIMIT or any("," in choice for choice in choices):
        for row, choice in enumerate(choices):
            lists.write_string(row, position, choice)
        letter = f"${column_letters(position)}"
        source = f"=Choices!{letter}$1:{letter}${len(choices)}"
    title = field.title[:32]
    sheet.data_validation(1, position, _ROWS, position, {
        "validate": "list", "source": source, "error_type": "warning", "error_title": title,
        "error_message": f"This is not one of the choices. {field.description}"[:255],
    })  # fmt: skip
    lists.hide()


def _example(book: Any, sheet: Any, row: int, position: int, field: Field, value: str) -> None:
    """An example cell, grey as long as it is the example; amounts and counts as numbers, everything else as text."""
    look = {"num_format": _OWN_FORMAT.get(_kind(field), "@")}
    if value:
        quoted = value.replace('"', '""')
        grey = book.add_format({"font_color": "#7F7F7F", "italic": True})
        same = f'EXACT(TRIM({xl_rowcol_to_cell(row, position)}&""),"{quoted}")'
        number = (
            f"{xl_rowcol_to_cell(row, position)}={value}" if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", value) else "FALSE"
        )
        rule = {"type": "formula", "criteria": f"=OR({same},{number})", "format": grey}
        sheet.conditional_format(row, position, row, position, rule)
    if _kind(field) in ("amount", "count") and re.fullmatch(r"[0-9.]+", value):
        sheet.write_number(row, position, float(value), book.add_format(look))
    else:
        sheet.write_string(row, position, value, book.add_format(look)) if value else sheet.write_blank(
            row, position, None, book.add_format(look)
        )


def _rules(book: Any, sheet: Any, fields: Iterable[Field], methods: Sequence[Method]) -> None:
    """A sheet that says for every column which method needs it."""
    head = book.add_format(HEADER)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for position, text in enumerate(["Column", *(method.name for method in methods), "What to type", "Example"]):
        sheet.write_string(0, position, text, head)
    for row, field in enumerate(fields, 1):
        words = [field.title, *(method.presence(field.name) for method in methods), field.description, field.example]
        for position, text in enumerate(words):
            sheet.write_string(row, position, text, wrapped)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(methods), 16)
    sheet.set_column(len(methods) + 1, len(methods) + 2, 44)
    sheet.freeze_panes(1, 1)


def _takes(method: Method, field: Field) -> bool:
    return method.presence(field.name) != "not allowed"


def _kind(field: Field) -> str:
    return str(field.metadata.get("kind", "text"))
