"""What are the rules, in words?  The rule book as a table for the terminal and as the reference page docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_runner.model import Field, Method, RuleBook


@dataclass(frozen=True, slots=True)
class RulesTable:
    """The headers, and the rows under them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON: each row by its headers."""
        return {"rules": [dict(zip(self.head, row, strict=True)) for row in self.rows]}


def rules_table(book: RuleBook, method: str | None = None) -> RulesTable:
    """All fields against all methods, or one method's fields with their rules."""
    if method is None:
        methods = book.methods.values()
        rows = [(f.name, f.title, *(m.presence(f.name) for m in methods)) for f in book.fields.values()]
        return RulesTable(("Field", "Column", *book.methods), tuple(rows))
    chosen = book.methods[method]
    fields = [field for field in book.fields.values() if chosen.presence(field.name) != "not allowed"]
    rules = [(f.name, f.title, chosen.presence(f.name), " ".join(rules_of(f, chosen)), f.example) for f in fields]
    head = ("Field", "Column", "Presence", "Rules", "Example")
    return RulesTable(head, tuple(sorted(rules, key=lambda row: row[2] != "required")))


def rules_of(field: Field, method: Method | None = None) -> list[str]:
    """The rules of a field as sentences, for one method where it has rules of its own."""
    checks = ((method.rules.get(field.name) if method else None) or field.schema)["checks"]
    return [sentence for name, arguments in checks.items() if (sentence := _SAY[name](arguments, field))]


def rules_page(book: RuleBook) -> str:
    """docs/rules.md, written from the book; a test fails when the file says something else."""
    lines = ["# The rules of a row", "", _PREFACE, "", "## Which method takes which column", ""]
    lines += _markdown(rules_table(book))
    for method in book.methods.values():
        lines += ["", f"## {method.name}: {method.title}", "", method.description, "", f"> {method.source}", ""]
        lines += _markdown(rules_table(book, method.name))
    lines += ["", "## Every column", ""]
    for field in book.fields.values():
        lines += _field_section(field)
    return "\n".join(lines).rstrip() + "\n"


def _field_section(field: Field) -> Iterator[str]:
    spellings = ", ".join(f"`{spelling}`" for spelling in field.spellings)
    yield from (f"### {field.title}", "", f"`{field.name}`: {field.description}", "")
    yield from (f"- {rule}" for rule in rules_of(field))
    for choice, variants in (field.metadata.get("variants") or {}).items():
        for value, checks in variants.items():
            for name, arguments in checks.items():
                yield f'- With `{choice} = "{value}"` in `[rules]`: {_SAY[name](arguments, field)}'
    yield from (f"- Example: `{field.example}`", f"- Headers: {spellings}", "", f"> {field.source}", "")


def _markdown(table: RulesTable) -> list[str]:
    """Without the field's own name."""
    head, *body = [[cell.replace("|", "\\|") for cell in row[1:]] for row in (table.head, *table.rows)]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body)]


def _by_country(arguments: Mapping[str, Any], field: Field) -> str:
    sentences = [(code, text["remedy"]) for code, text in arguments["options"].get("countries", {}).items()]
    texts = [text if code == "other" and len(sentences) == 1 else f"{_COUNTRY.get(code, code)}: {text}"
            for code, text in sentences]  # fmt: skip
    if "other" not in dict(sentences):
        texts.append(f"Other countries: {arguments['options']['remedy']}")
    return " ".join(texts).replace("{length}", "more")


def _one_of(arguments: Mapping[str, Any], field: Field) -> str:
    allowed = arguments["allowed_values"]
    return (
        f"One of {', '.join(allowed)}." if len(allowed) <= 20 else f"One of {len(allowed)} two-letter country codes."
    )


_COUNTRY = {"US": "United States", "CA": "Canada", "other": "Other countries"}
_PREFACE = (
    "`make golden` writes this page from the rule book in `schemas/`; do not edit it here. A filled cell in a column "
    "that the method does not allow is a problem. `campaign-runner rules METHOD` shows the "
    "same on the terminal. Quoted sentences are Tango's own.\n\n"
    "If you write your own rule book, editors that support JSON Schema complete keys and mark mistakes with "
    "[rulebook.schema.json](rulebook.schema.json). In Visual Studio Code with the YAML extension, put it beside the folder "
    'of the rule book and add this to the settings: `"yaml.schemas": {"./rulebook.schema.json": "schemas/*.yaml"}`. '
    "A comment in the files also works, but changes the digest of the rule book: campaigns in progress are planned again."
)
_SAY: dict[str, Callable[[Mapping[str, Any], Field], str]] = {
    "isin": _one_of,
    "str_length": lambda a, f: f"At most {a['max_value']} characters.",
    "str_matches": lambda a, f: str(a["options"]["remedy"]).format(example=f.example),
    "only_characters": lambda a, f: str(a["options"]["remedy"]),
    "without_characters": lambda a, f: f"None of the characters {' '.join(a['characters'])} anywhere.",
    "by_country": _by_country,
    "email_address": lambda a, f: "One e-mail address.",
    "likely_domain": lambda a, f: "A warning where the domain looks like a typing mistake.",
    "likely_name": lambda a, f: "A warning where it has no letter, or is a word such as TBD or null.",
    "phone_number": lambda a, f: str(a["options"]["remedy"]).format(example=f.example),
    "dialable": lambda a, f: str(a["options"]["remedy"]).format(example=f.example),
    "decimal_amount": lambda a, f: "A number with at most two places after the point.",
    "amount_positive": lambda a, f: "More than 0.",
    "amount_digits": lambda a, f: f"At most {a['value']} digits before the point.",
    "whole_number": lambda a, f: "A whole number.",
    "count_at_least": lambda a, f: f"At least {a['value']}.",
    "count_at_most": lambda a, f: (
        "No more than 1; more in bulk only." if a["value"] == 1 else f"At most {a['value']}."
    ),
    "iso_date": lambda a, f: "A day, best as year-month-day.",
    "days_ahead": lambda a, f: f"At least {a['value']} days after the day of the run.",
    "days_ahead_at_most": lambda a, f: f"A warning beyond {a['value']} days.",
    "iso_instant": lambda a, f: "Date, time and offset in ISO 8601 format.",
    "expires_after": lambda a, f: f"At least {a['value']} day after the day of the run.",
    "expires_within": lambda a, f: f"At most {a['value']} days after it.",
}
