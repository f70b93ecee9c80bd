"""Which column is which field: spellings, `[columns]`, near misses."""

from __future__ import annotations

import pytest

from campaign_runner.model.errors import FileUnusable, SettingsError

ROWS = "Ana,ana@example.com,5\n"


def _fields(table):
    return {column.header: column.field for column in table.columns}


def test_case_accents_spaces_and_punctuation_do_not_count(read):
    table = read("q4.csv", "prenom,E_MAIL *,REWARD-AMOUNT\n" + ROWS)
    assert _fields(table) == {
        "prenom": "recipient.firstName",
        "E_MAIL *": "recipient.email",
        "REWARD-AMOUNT": "amount",
    }


def test_columns_maps_a_header_and_wins_over_the_spellings(read):
    table = read(
        "q4.csv",
        "First name,E-mail,Amount,Work email\nAna,a@x,5,ana@example.com\n",
        columns={"Work email": "recipient.email"},
    )
    assert _fields(table)["Work email"] == "recipient.email"
    assert _fields(table)["E-mail"] is None
    assert table.notes == (
        '"E-mail" (column B) is kept as your own: [columns] takes recipient.email from "Work email".',
    )


def test_an_empty_name_under_columns_keeps_a_column_as_the_users_own(read):
    table = read("q4.csv", "Amount,Reward amount\n5,50\n", columns={"Reward amount": ""})
    assert _fields(table) == {"Amount": "amount", "Reward amount": None}


def test_columns_with_an_unknown_field_names_the_nearest(read):
    with pytest.raises(
        SettingsError, match=r'"recipient.emial", which is not a field. Did you mean "recipient.email"\?'
    ):
        read("q4.csv", "Amount\n5\n", columns={"Work email": "recipient.emial"})


def test_columns_with_a_header_that_is_not_there_names_the_nearest(read):
    with pytest.raises(SettingsError, match=r'has no such header. Did you mean "Work e-mail"\?'):
        read("q4.csv", "Amount,Work e-mail\n5,x\n", columns={"Work emails": "recipient.email"})
    with pytest.raises(SettingsError, match='Its headers are: "Amount"'):
        read("q4.csv", "Amount\n5\n", columns={"Telephone": "recipient.mobileNumber"})
    with pytest.raises(SettingsError, match='Known fields: "deliveryMethod"'):
        read("q4.csv", "Amount\n5\n", columns={"Amount": "zzz"})


def test_two_columns_of_one_field_are_named_with_their_letters(read):
    with pytest.raises(
        FileUnusable, match=r'"E-mail" \(column A\) and "Email address" \(column C\) both mean recipient.email'
    ):
        read("q4.csv", "E-mail,Amount,Email address\na,5,b\n")


def test_a_near_miss_is_proposed_and_a_header_far_off_is_not(read):
    table = read("q4.csv", "Emial,Amount,Team,Mobil\na,5,b,c\n")
    assert table.notes == (
        'Column A ("Emial") is kept as a column of your own. Did you mean E-mail? Then correct the header.',
        'Column D ("Mobil") is kept as a column of your own. Did you mean Mobile? Then correct the header.',
    )


def test_the_header_is_the_row_that_names_the_most_fields(read):
    table = read("q4.csv", "Amount of work,,\nAmount,,\nFirst name,E-mail,Amount\n" + ROWS)
    assert table.header_row == 3
    assert "The header is in row 3; what is above it (rows 1 and 2) is not data." in table.notes


def test_a_row_with_an_address_in_it_is_no_header(read):
    with pytest.raises(FileUnusable, match="no header row found in the first 50 rows"):
        read("q4.csv", "E-mail,ana@example.com\nAmount,bo@example.com\n")
