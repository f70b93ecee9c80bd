"""Text files that are not written as RFC 4180 says: the values are the same."""

from __future__ import annotations

import pytest

from campaign_runner.model.errors import FileUnusable

HEAD = "First name,E-mail,Amount\n"
ANA = ["Ana", "ana@example.com", "25"]
ANA_MARIA = ["Ana, Maria", "ana@example.com", "25"]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('First name, E-mail, Amount\n "Ana", "ana@example.com", 25\n', ANA),
        ('First name,\tE-mail,Amount\n"Ana",  "ana@example.com","25"\n', ANA),
        (HEAD + '="Ana",ana@example.com,="25"\n', ANA),
        (HEAD + '"=""Ana""",ana@example.com,"=""25"""\n', ANA),
        (HEAD + '="Ana, Maria",ana@example.com,25\n', ANA_MARIA),
        ("First name;E-mail;Amount\n=\"Ana\";ana@example.com;=\"25\"\n", ANA),
        (HEAD + '"Ana \\"A\\" Silva","ana@example.com","25"\n', ['Ana "A" Silva', "ana@example.com", "25"]),
        (HEAD + "Ana\\, Maria,ana@example.com,25\n", ANA_MARIA),
        ("'First name','E-mail','Amount'\n'Ana, Maria','ana@example.com','25'\n", ANA_MARIA),
        ('"First name,E-mail,Amount"\n"Ana,ana@example.com,25"\n', ANA),
        ('"First name,E-mail,Amount",,\n"""Ana, Maria"",ana@example.com,25",,\n', ANA_MARIA),
        ("First name^E-mail^Amount\nAna^ana@example.com^25\n", ANA),
        ("First name~E-mail~Amount\nAna~ana@example.com~25\n", ANA),
        ("First name；E-mail；Amount\nAna；ana@example.com；25\n", ANA),
        ("First name\x1fE-mail\x1fAmount\nAna\x1fana@example.com\x1f25\n", ANA),
        (HEAD.replace("\n", "\r") + "Ana,ana@example.com,25\r", ANA),
        ("\ufeff\ufeff" + HEAD + '\ufeff"Ana",ana@example.com,25\n', ANA),
        ("sep=;\n" + HEAD.replace(",", ";") + "Ana;ana@example.com;25\n", ANA),
        (HEAD + 'Ana,ana@example.com,25\r\n\x1a', ANA),
        (HEAD + 'Ana,ana@example.com,25\n\0\0\0\0', ANA),
        (HEAD + 'Ana,ana@example.com,25,,,\n', ANA),
    ],
)  # fmt: skip
def test_the_cells_are_what_was_meant(read, shown, content, row):
    (cells,) = shown(read("q4.csv", content)).values()
    assert [cell.strip() for cell in cells] == row


@pytest.mark.parametrize(
    ("cell", "value"),
    [('"C:\\dir\\"', "C:\\dir\\"), ("O'Brien", "O'Brien"), ("'tHooft", "'tHooft"), ('6" pipe', '6" pipe'), ("a\\b", "a\\b"),
     ('"say ""hi"" = ""x"""', 'say "hi" = "x"')],
)  # fmt: skip
def test_marks_that_are_part_of_a_value_stay(read, shown, cell, value):
    (cells,) = shown(read("q4.csv", f"{HEAD}{cell},ana@example.com,25\n")).values()
    assert cells == [value, "ana@example.com", "25"]


def test_a_sign_far_down_in_a_long_file_is_seen(read, shown):
    rows = "".join(f"Bo,bo{number}@example.com,5\n" for number in range(20_000))
    table = shown(read("q4.csv", f'{HEAD}{rows}Ana, "ana@example.com","25"\n\x1a'))
    assert len(table) == 20_001
    assert table[20_002] == ANA


def test_a_quotation_mark_that_is_never_closed_is_refused_in_every_dialect(read):
    with pytest.raises(FileUnusable, match=r"its opening quotation mark \(\"\) is never closed"):
        read("q4.csv", HEAD + 'Ana, "ana@example.com,25\nBo,bo@example.com,5\n').chunks().__next__()
