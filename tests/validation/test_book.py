"""The rule book is complete, and a mistake in it is an error that names file and key."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from campaign_runner.model.errors import SettingsError
from campaign_runner.model.words import fold
from campaign_runner.validation import load_book
from campaign_runner.validation.book import shipped
from campaign_runner.validation.grammar import Checks, Kind
from campaign_runner.validation.kinds import EXPLAIN, NORMALISE
from tests.validation.tables import BOOK, check


def test_the_seven_methods_of_tango_are_there() -> None:
    assert set(BOOK.methods) >= {"EMAIL", "PHONE", "EMBEDDED", "NONE", "ADDRESS", "BULKDIGITAL", "BULKSHIPMENT"}


def test_every_file_cannot_do_without_method_reward_and_amount() -> None:
    assert BOOK.required_always == ("deliveryMethod", "utid", "amount")


@pytest.mark.parametrize("name", BOOK.fields)
def test_every_field_has_a_title_a_description_a_noun_a_source_and_spellings(name: str) -> None:
    field = BOOK.fields[name]
    assert all((field.title, field.description, field.metadata["noun"], field.source))
    assert field.spellings[:2] == (name, field.title)


@pytest.mark.parametrize("name", BOOK.fields)
def test_the_example_of_every_field_passes_its_own_rules(name: str) -> None:
    method = next(m for m in BOOK.methods.values() if m.presence(name) != "not allowed")
    checked = check(
        {**method.example, name: BOOK.fields[name].example} if name != "deliveryMethod" else method.example
    )
    assert [p.sentence for p in checked.problems if p.severity == "error"] == []


def test_every_method_says_who_is_allowed_what_by_the_table_of_the_seed() -> None:
    for name, method in BOOK.methods.items():
        assert (method.presence("recipient.firstName") == "required") is not name.startswith("BULK")
        assert (method.presence("shipping.address.city") == "required") is (name == "BULKSHIPMENT")
        assert ("quantity" in method.rules) is not name.startswith("BULK")


def test_no_two_fields_share_a_spelling() -> None:
    owners: dict[str, str] = {}
    for field in BOOK.fields.values():
        for spelling in field.spellings:
            assert owners.setdefault(fold(spelling), field.name) == field.name


def test_countries_are_the_officially_assigned_ones() -> None:
    choices = BOOK.fields["recipient.address.country"].choices
    assert len(choices) == 249
    assert {"US", "CA", "NO", "NA", "GB"} <= set(choices)
    assert not {"UK", "EU", "XK"} & set(choices)


def test_regions_are_states_territories_military_codes_and_provinces() -> None:
    regions = BOOK.fields["recipient.address.stateOrProvince"].metadata["regions"]
    assert len(regions["US"]) == 50 + 1 + 9 + 3
    assert len(regions["CA"]) == 13
    assert "ON" in regions["CA"]


def test_the_grammar_knows_every_kind_that_the_program_can_treat() -> None:
    assert set(get_args(Kind)) - {"text", "message"} == set(NORMALISE)
    assert set(EXPLAIN) <= set(NORMALISE)


def test_every_check_of_the_grammar_is_used_somewhere() -> None:
    used = {name for field in BOOK.fields.values() for name in field.schema["checks"]}
    assert used == set(Checks.model_fields)


def test_the_digest_changes_with_the_content(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    assert load_book(folder).digest == BOOK.digest
    _change(folder / "EMAIL.yaml", "title: E-mail", "title: Mail")
    assert load_book(folder).digest != BOOK.digest


MISTAKES = [
    ("EMAIL.yaml", "required: [deliveryMethod", "requird: [deliveryMethod", "requird: unknown key. Did you mean required?"),
    ("EMAIL.yaml", "recipient.email, utid", "recipient.mail, utid", 'required: there is no field "recipient.mail" in '
     "columns.yaml. Did you mean recipient.email?"),
    ("EMAIL.yaml", "method: EMAIL", "method: MAIL", 'method: "MAIL" must be the file\'s own name, EMAIL.'),
    ("EMAIL.yaml", "optional: [", "optional: [utid, ", "utid is both required and optional. Name it once."),
    ("EMAIL.yaml", "  utid: U561593\n", "", "example: the required field utid is missing."),
    ("EMAIL.yaml", "title: E-mail\n", "", "title: a text is missing."),
    ("EMAIL.yaml", "        value: 1\n", "        valu: 1\n", "rules.quantity.checks.count_at_most.valu: unknown key. Did "
     "you mean value?"),
    ("EMAIL.yaml", "source:", "- source:", "this is not valid YAML: "),
    ("columns.yaml", "      str_matches:\n        pattern: \"^U", "      str_match:\n        pattern: \"^U",
     "fields.utid.checks.str_match: unknown key. Did you mean str_matches?"),
    ("columns.yaml", "        pattern: \"^U[0-9]{1,9}$\"\n", "",
     "fields.utid.checks.str_matches.pattern: a text is missing."),
    ("columns.yaml", "^U[0-9]{1,9}$", "^U[0-9{1,9}$",
     "fields.utid.checks.str_matches.pattern: '^U[0-9{1,9}$' is not a pattern: "),
    ("columns.yaml", "^U[0-9]{1,9}$", "^U(?=[0-9])$", "uses look-around or back-references, which are too slow."),
    ("columns.yaml", "has {length} characters; at most 1024", "has {lenth} characters; at most 1024",
     "fields.message.checks.str_length.options.error: {lenth} is unknown. Did you mean length?"),
    ("columns.yaml", "spellings: [ETID, Template,", "spellings: [ETID, UTID, Template,",
     'the header "UTID" stands for both utid and etid.'),
    ("columns.yaml", "      kind: amount", "      kind: amont", 'fields.amount.metadata.kind: "amont" is unknown. Did you '
     "mean amount?"),
    ("columns.yaml", "          rule: positive\n          error: \"is not more", "          error: \"is not more",
     "fields.amount.checks.amount_positive.options.rule: a text is missing."),
    ("columns.yaml", "max_value: 1024", "max_value: many", "fields.message.checks.str_length.max_value: 'many' is not a "
     "whole number."),
    ("columns.yaml", '    "NO": [Norway,', "    NO: [Norway,", "metadata.choices: False is not a text. Put it in "
     'quotes, like "NO".'),
    ("columns.yaml", "    FR: [France, FRA, Frankreich, Francia, França]",
     "    FR: France", "metadata.choices.FR: expected a list, in [brackets]: the words that will do, "
     "each with a list of other spellings."),
    ("columns.yaml", "      choices: *countries", "      choices: US",
     "metadata.choices: expected keys and values: the words that will do, each with a list"),
    ("columns.yaml", '        other: ".{1,35}"\n', "        US: AL\n", "patterns.other: a text is missing."),
    ("columns.yaml", '            remedy: "Type it like K1A 0B1."\n', "", "countries.CA.remedy: a text is missing."),
    ("EMAIL.yaml", "[deliveryMethod, recipient.firstName, recipient.email, utid, amount]", "utid",
     "required: expected a list, in [brackets]: names of fields."),
    ("columns.yaml", "\nfields:\n", "\nfelder:\n", "felder: unknown key. Did you mean fields?"),
    ("columns.yaml", "  column-missing:", "  colum-missing:", "sentences.colum-missing: unknown key. Did you mean "
     "column-missing?"),
    ("columns.yaml", "      noun: the reward's UTID\n", "", "fields.utid.metadata.noun: a text is missing."),
    ("columns.yaml", "      likely_name: *likely_name", "      likely_name:", "checks.likely_name: a value is missing."),
    ("columns.yaml", "        severity: warning", "        severity: warn",
     'options.severity: "warn" is unknown. Did you mean warning?'),
    ("columns.yaml", "        stop: true", "        stop: please", "options.stop: 'please' is neither true nor false."),
    ("EMAIL.yaml", "  quantity:\n    checks:", "  quantity:\n    check:", "rules.quantity.check: unknown key. Did you mean "
     "checks?"),
    ("EMAIL.yaml", "title: E-mail", "NO: E-mail", 'EMAIL.yaml: False is not a text. Put it in quotes, like "NO".'),
    ("EMAIL.yaml", "title: E-mail", "title: NO", 'title: False is not a text. Put it in quotes, like "NO".'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "good", "bad", "message"), MISTAKES)
def test_a_mistake_in_a_book_names_file_and_key(tmp_path: Path, file: str, good: str, bad: str, message: str) -> None:
    folder = _copy(tmp_path)
    _change(folder / file, good, bad)
    with pytest.raises(SettingsError) as error:
        load_book(folder)
    assert str(error.value).startswith(str(folder / file))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected keys and values"),
        ("fields: {}", "fields: there are none"),
        ("fields: [1]", "fields: expected keys and values"),
    ],
)
def test_a_book_without_fields_is_refused(tmp_path: Path, content: str, message: str) -> None:
    folder = _copy(tmp_path)
    (folder / "columns.yaml").write_text(content)
    with pytest.raises(SettingsError, match=message):
        load_book(folder)


def test_a_folder_without_a_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no columns\.yaml"):
        load_book(tmp_path)
    shutil.copy(shipped() / "columns.yaml", tmp_path)
    with pytest.raises(SettingsError, match="there is no delivery method"):
        load_book(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    (folder / "EMAIL.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"EMAIL\.yaml: cannot be read"):
        load_book(folder)


def test_a_new_method_is_one_new_file(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    text = (
        (folder / "PHONE.yaml")
        .read_text()
        .replace("PHONE", "WHATSAPP")
        .replace("SMS, Text, Text message, Mobile", "")
    )
    (folder / "WHATSAPP.yaml").write_text(text.replace("title: Text message", "title: WhatsApp"))
    book = load_book(folder)
    assert "WHATSAPP" in book.fields["deliveryMethod"].choices
    row = {**book.methods["WHATSAPP"].example, "deliveryMethod": "whats-app"}
    assert list(check(row, book=book).clean.fields["deliveryMethod"]) == ["WHATSAPP"]


def test_a_tighter_book_tightens_the_rule(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    _change(folder / "columns.yaml", "max_value: 1024", "max_value: 10")
    row = {**BOOK.methods["EMAIL"].example, "message": "Thank you all"}
    assert [p.rule for p in check(row, book=load_book(folder)).problems] == ["message:length"]


def _copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped(), tmp_path / "book"))


def _change(path: Path, good: str, bad: str) -> None:
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad, 1), "utf-8")
