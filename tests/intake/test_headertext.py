"""What stands round the known name of a field: numbering, a unit, a remark, an owner, a second language."""

from __future__ import annotations

import pytest

from campaign_runner import intake
from campaign_runner.intake.headers import spellings
from campaign_runner.model.errors import FileUnusable
from campaign_runner.validation import compile_rules, load_book
from tests.validation.tables import TODAY

KNOWN = spellings(load_book(), {})
FIRST, EMAIL, AMOUNT = "recipient.firstName", "recipient.email", "amount"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("First name (as on ID)", FIRST), ("1. First name", FIRST), ("Employee's first name", FIRST),
        ("Vorname / First name", FIRST), ("(1) First name *", FIRST), ("Recipient: First name", FIRST),
        ("First name\n(as on ID)", FIRST), ("E-mail (work)", EMAIL), ("2. E-mail", EMAIL), ("A) E-mail", EMAIL),
        ("E-mail - required", EMAIL), ("Column B: E-mail", EMAIL), ("E-mail [mandatory]", EMAIL),
        ("3. Amount", AMOUNT), ("Amount (max 500)", AMOUNT), ("AMOUNT (required)", AMOUNT),
    ],
)  # fmt: skip
def test_a_remark_round_a_known_name_does_not_count(header, field):
    assert KNOWN.meaning(header).field == field


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Amount (EUR)", "EUR"), ("Amount EUR", "EUR"), ("Betrag in €", "EUR"), ("USD Amount", "USD"), ("Montant (€)", "EUR"),
     ("Reward Amount (USD)", "USD"), ("Amount_USD", "USD"), ("Amount [US dollars]", "USD"), ("Amount: CHF", "CHF"),
     ("Value\n(GBP)", "GBP"), ("3. Amount (A$)", "AUD")],
)  # fmt: skip
def test_a_unit_in_the_header_of_the_amounts_is_kept(header, unit):
    meaning = KNOWN.meaning(header)
    assert (meaning.field, meaning.unit) == (AMOUNT, unit)


@pytest.mark.parametrize(
    "header",
    ["amount_cents", "Amount (cents)", "Amount in points", "Betrag (Tsd. €)", "Amount (k)", "Amount %", "Amount (hours)",
     "Amount ('000)", "Value in minor units", "E-mail (manager)", "Manager e-mail", "E-mail / phone", "City/State",
     "First name / Last name", "Message (internal)", "Amount (paid)", "Amount (last year)", "Country (office)"],
)  # fmt: skip
def test_another_measure_person_or_purpose_keeps_a_column_the_users_own(header):
    assert not KNOWN.meaning(header).field


def test_what_was_left_out_of_a_header_is_noted_and_the_plain_name_wins(read):
    table = read("q4.csv", "First name,E-mail (work),Amount (EUR)\nAna,ana@example.com,5\n")
    assert table.notes == (
        '"E-mail (work)" (column B) was read as E-mail.',
        '"Amount (EUR)" (column C) was read as Amount in EUR.',
    )
    table = read("q4.csv", "E-mail,E-mail (private),Amount\na@example.com,b@example.com,5\n")
    assert [column.field for column in table.columns] == ["recipient.email", None, "amount"]


def test_two_headers_with_remarks_of_one_field_are_asked(read):
    with pytest.raises(FileUnusable, match=r'"E-mail \(work\)" .* and "E-mail \(private\)" .* both mean'):
        read("q4.csv", "E-mail (work),E-mail (private),Amount\na@example.com,b@example.com,5\n")


def test_a_header_of_two_rows_is_read_together(read, shown):
    table = read("q4.csv", "First,Email,Reward\nname,address,amount\nAna,ana@example.com,5\n")
    assert [column.field for column in table.columns] == ["recipient.firstName", "recipient.email", "amount"]
    assert "The header is in rows 1 and 2, read together." in table.notes
    assert shown(table) == {3: ["Ana", "ana@example.com", "5"]}


def test_labels_with_values_above_the_header_are_not_taken_for_it(read):
    table = read("q4.csv", "Amount,500\nQuantity,20\nName,E-mail,Points\nAna,ana@example.com,5\n")
    assert table.header_row == 3


def _missing(tmp_path, header):
    book = load_book()
    (tmp_path / "q4.csv").write_text(f"{header}\nAna,ana@example.com,5\n", "utf-8")
    table = intake.read(tmp_path / "q4.csv", book)
    defaults = {"deliveryMethod": "EMAIL", "utid": "U561593"}
    with pytest.raises(FileUnusable) as error:
        compile_rules(book, columns=table.columns, today=TODAY, defaults=defaults)(next(table.chunks()))
    return str(error.value)


def test_all_missing_columns_are_told_at_once_with_the_likely_ones(tmp_path):
    assert _missing(tmp_path, "Full Name,Email,Money") == (
        'The file has no column for the recipient\'s first name, which EMAIL needs. Split column A, "Full Name", into two '
        'columns "First name" and "Last name". The file has no column for the reward\'s amount, which every row needs. '
        'Add a column with a header such as "Amount", "Reward amount", "Reward value", "Value", or a value under '
        "[defaults] in campaign.toml. Nothing was sent."
    )
    assert 'Is it column C, "EUR"? Then call it "Amount (EUR)".' in _missing(tmp_path, "First name,Email,EUR")


@pytest.mark.parametrize("header", ["amount_cents", "Amount (points)", "Reward value (k)", "Betrag in Tsd."])
def test_cents_points_and_thousands_are_never_advised_to_be_amounts(tmp_path, header):
    sentence = _missing(tmp_path, f"recipient_first_name,recipient_email,{header}")
    assert f'It cannot be column C, "{header}": that is in ' in sentence
    assert "call it" not in sentence


def test_the_mark_that_salesforce_puts_behind_own_fields_is_no_unit(read, shown):
    table = read("q4.csv", "FIRST_NAME__c,Email__c,AMOUNT__c,Team__c\nAna,ana@example.com,25,x\n")
    assert [column.field for column in table.columns] == ["recipient.firstName", "recipient.email", "amount", None]
