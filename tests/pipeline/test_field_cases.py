"""Small files from the field, through the whole run: what is sent, and what is not."""

from __future__ import annotations

import pytest

from campaign_runner.model.errors import RefusedBeforeSending

DEFAULTS = {"deliveryMethod": "EMAIL", "utid": "U561593"}


def _run(office, content, name="people.csv", **defaults):
    office.values["defaults"] = {**DEFAULTS, **defaults}
    path = office.folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return office.run(path)


def _names(office):
    return [line["recipient"]["firstName"] for line in office.sent()]


@pytest.mark.parametrize("header", ["Currency", "Währung", "Moneda"])
def test_a_currency_that_is_not_the_rewards_is_rejected_at_its_cell(office, header):
    _run(office, f"First name,E-mail,Amount,{header}\nAna,ana@example.com,25,EUR\nBo,bo@example.com,500,MXN\n"
                 "Cy,cy@example.com,3000,JPY\nDi,di@example.com,5,usd\nEd,ed@example.com,6,\n")  # fmt: skip
    assert _names(office) == ["Di", "Ed"]
    assert office.statuses() == {2: "rejected", 3: "rejected", 4: "rejected", 5: "completed", 6: "completed"}
    assert f'D2 ({header}): "EUR" is not the reward\'s currency, USD.' in office.report("failures.csv")[0]["Problem"]
    assert office.summary()["amounts"] == {"USD": office.summary()["amounts"]["USD"]}


def test_the_currency_of_the_reward_itself_counts_where_tango_knows_it(office):
    _run(office, "First name,E-mail,Amount,Currency,UTID\nAna,ana@example.com,\"25,00 €\",EUR,U200101\n"
                 "Bo,bo@example.com,$25,USD,U200101\n")  # fmt: skip
    assert _names(office) == ["Ana"]


def test_a_currency_in_the_header_of_the_amounts_must_be_the_rewards(office):
    _run(office, "First name,E-mail,Amount (EUR)\nAna,ana@example.com,25\n")
    assert office.statuses() == {2: "rejected"}
    _run(office, "First name,E-mail,Amount (USD)\nAna,ana@example.com,25\n")
    assert _names(office) == ["Ana"]


@pytest.mark.parametrize(
    "header",
    ["First name (as on ID),E-mail (work),Amount USD", "1. First name,2. E-mail,3. Amount"],
)
def test_words_round_the_known_name_of_a_column_do_not_matter(office, header):
    _run(office, f"{header}\nAna,ana@example.com,25\n")
    assert _names(office) == ["Ana"]


def test_a_failures_report_with_a_column_added_is_known_and_its_guard_comes_off(office):
    _run(office, "First name,E-mail,Amount,Message\nAna,ana@example,25,@team thanks\n")
    failures = (office.folder / "reports" / "q4" / "failures.csv").read_text("utf-8-sig").splitlines()
    corrected = [f"{failures[0]},Checked by", f"{failures[1]},me".replace("ana@example,", "ana@example.com,", 1)]
    _run(office, "\n".join(corrected), name="corrected.csv")
    assert [line["message"] for line in office.sent()] == ["@team thanks"]
    assert list(office.report()[0])[2:7] == [
        "First name",
        "E-mail",
        "Amount",
        "Message",
        "Status",
    ]  # of the first file


@pytest.mark.parametrize(
    "last", ["Average,28.33", "Count,3", '"Total rewards: 3",85', "Net total due,85", "Total – Q4,85", "合計,85"]
)
def test_a_totals_row_of_any_kind_is_never_paid(office, last):
    _run(office, f"First name,Amount\nAna,25\nBo,20\nCy,40\n{last}\n", deliveryMethod="NONE")
    assert sorted(line["amount"] for line in office.sent()) == [20.0, 25.0, 40.0]


def test_subtotals_are_counted_once_and_one_that_is_wrong_stops_the_file(office):
    rows = "First name,E-mail,Amount\nAna,ana@example.com,25\nSubtotal,,25\nBo,bo@example.com,10\nSubtotal,,{}\nTotal,,35\n"
    with pytest.raises(RefusedBeforeSending, match=r"Row 5 of the file states a total of 11\.00, but .* 10\.00"):
        _run(office, rows.format(11))
    assert not office.sent()
    _run(office, rows.format(10))
    assert _names(office) == ["Ana", "Bo"]


def test_one_mailbox_under_several_addresses_is_noted_without_a_last_name_too(office):
    addresses = ["ana.lopez@gmail.com", "analopez@gmail.com", "ana.lopez+x@googlemail.com", "bo@gmail.com"]
    result = _run(office, "First name,E-mail,Amount\n" + "".join(f"A,{address},5\n" for address in addresses))
    assert any("The same person seems to have two addresses: row 2, row 3, row 4" in n for n in result.books.notes)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ('E-mail, First name, Amount\nana@example.com, "Ana", 25\n', ["Ana"]),
        ('First name,E-mail,Amount,Employee ID\n="Ana",ana@example.com,="30",="00123"\n', ["Ana"]),
        ("First name,E-mail,Amount\r\nAna,ana@example.com,25\r\n\x1a", ["Ana"]),
        ("First name,E-mail,Amount\nИван,i@example.com,25\nМария,m@example.com,25\n".encode("cp1251"), ["Иван", "Мария"]),
        ("First name,E-mail,Amount\nAna,'ana@example.com,25\n", ["Ana"]),
        ("First name,E-mail,Amount\n#REF!,ana@example.com,25\nJos&eacute;,j@example.com,5\nBo,b@example.com1,5\n", []),
        ('First name,E-mail,Amount\nA,a@example.com,.50\nB,b@example.com,25.\nC,c@example.com,"$1,234"\n', ["A", "B"]),
    ],
)  # fmt: skip
def test_files_as_programs_write_them(office, content, names):
    _run(office, content)
    assert sorted(_names(office)) == names


def test_several_problems_of_a_row_say_which_cell_each_remedy_is_for(office):
    _run(office, "First name,E-mail,Amount\nAna/B,ana@example,twenty\n")
    assert office.report("failures.csv")[0]["What to do"] == (
        "First name: Type the name without \"/\". E-mail: Type it like ana@example.com. Amount: Type a number with at most "
        "two places after the point, like 25.00."
    )  # fmt: skip
