"""Rows that add up, count or average the rows above them are no rewards, wherever they stand and whatever they say."""

from __future__ import annotations

import pytest

PEOPLE = "First name,Amount\nAna,25\nBo,20\nCy,40\n"
HEAD = "First name,E-mail,Amount,Team\n"
A, B, C, D = (
    f"{name},{name}@example.com,{amount},x\n" for name, amount in (("a", 10), ("b", 20), ("c", 5), ("d", 7))
)


@pytest.mark.parametrize(
    "last",
    ["Average,28.33", "Count,3", '"Total rewards: 3",85', "Net total due,85", "Total – Q4,85", "合計,85", "Итого,85",
     "Total général,85", "Zwischensumme,85", "Suma,85", "Totale,85", "Durchschnitt,28.33", "Anzahl,3", "GRAND TOTAL:,85",
     "Sub-total,85", "Summe EUR,85", ",85", "Total Marketing,85", "Σύνολο,85", "Somme,85",
     "Gesamt (netto),90", "Media,28.33"],
)  # fmt: skip
def test_a_sum_an_average_or_a_count_of_the_rows_above_is_left_out(read, shown, last):
    table = read("q4.csv", f"{PEOPLE}{last}\n")
    assert list(shown(table)) == [2, 3, 4]
    assert "Row 5 was treated as totals and skipped." in table.notes


@pytest.mark.parametrize("name", ["Suma", "Sum", "Count", "Total Marketing"])
def test_a_name_that_may_be_a_label_and_no_figure_of_the_rows_above_is_asked(read, name):
    (problem,) = next(read("q4.csv", f"{PEOPLE}{name},30\n").chunks()).problems
    assert problem.sentence == (
        f'A5 (First name): "{name}" may be the label of a totals row: this row has no contact of its own. Delete the row '
        "if it is a total. If it is a reward, type the recipient's first and last name."
    )


def test_the_least_and_the_most_of_the_rows_above_are_asked_and_max_alone_is_a_name(read):
    table = read("q4.csv", f"{PEOPLE}Min,20\nMax,40\n")
    assert [problem.rule for problem in next(table.chunks()).problems] == ["row:total"] * 2
    assert not next(read("q4.csv", f"{PEOPLE}Max,30\n").chunks()).problems
    assert not next(read("q4.csv", "First name,Amount\nAna,25\nBo,25\nMax,25\n").chunks()).problems


@pytest.mark.parametrize("name", ["Total", "Count", "Summer", "Gesamt", "Suma"])
def test_a_person_with_a_contact_of_their_own_is_rewarded_whatever_their_name(read, shown, name):
    assert list(shown(read("q4.csv", f"{HEAD}{A}{B}{name},x@example.com,30,\n"))) == [2, 3, 4]
    table = read("q4.csv", f"First name,Mobile,Amount\nAna,+14155550100,5\n{name},(415) 555-0101,5\n")
    assert list(shown(table)) == [2, 3]


@pytest.mark.parametrize("row", ["Eva,Gesamt,30", "Total,Smith,30", "Summer,,30", "Averie,,30", "Sumit,,30"])
def test_a_person_without_a_contact_is_rewarded_where_no_label_stands_alone(read, shown, row):
    assert 4 in shown(read("q4.csv", f"First name,Last name,Amount\nAna,Silva,10\nBo,Silva,10\n{row}\n"))


def test_a_team_of_that_name_is_no_total_of_a_row_with_method_and_reward(read, shown):
    rows = "Method,UTID,Amount,Quantity,Team\nBULKDIGITAL,U1,10,2,Total\nBULKDIGITAL,U1,50,2,Total\n"
    assert list(shown(read("q4.csv", rows))) == [2, 3]


@pytest.mark.parametrize("total", ["Total,,{},", ",Total,{},", ",,{},Total", ",,{},"])
def test_subtotals_in_the_middle_and_a_total_at_the_end_are_left_out_with_the_label_in_any_column(read, shown, total):
    content = HEAD + A + B + total.format(30) + "\n" + C + D + total.format(12) + "\n" + total.format(42) + "\n"
    table = read("q4.csv", content)
    assert list(shown(table)) == [2, 3, 5, 6]
    assert not table.mismatches


def test_a_remark_below_the_totals_does_not_make_them_a_reward(read, shown):
    table = read("q4.csv", f"{HEAD}{A}{B}Total,,30,\nBitte bis Freitag erledigen!,,,\n,,,Danke\n")
    assert list(shown(table)) == [2, 3]
    assert table.notes[-2:] == (
        "Row 4 was treated as totals and skipped.", "Rows 5 and 6 below the totals: a remark, skipped.",
    )  # fmt: skip


def test_a_remark_elsewhere_is_not_passed_over(read, shown):
    assert list(shown(read("q4.csv", f"{HEAD}{A}Total,,10,\nSee below,,,\n{B}"))) == [2, 4, 5]


def test_more_cells_of_a_totals_row_do_not_matter(read, shown):
    assert list(shown(read("q4.csv", f"{HEAD}{A}{B}Total,…,30,2 people\n"))) == [2, 3]


def test_each_of_several_totals_is_compared_with_the_rows_that_it_covers(read):
    wrong = read("q4.csv", f"{HEAD}{A}{B}Subtotal,,30,\n{C}{D}Subtotal,,13,\nTotal,,42,\n")
    assert wrong.mismatches == (
        "Row 7 of the file states a total of 13.00, but rows 5 to 6 add up to 12.00. Correct the row that is wrong, "
        "or the total; or delete the totals row.",
    )  # fmt: skip
    assert not read("q4.csv", f"{HEAD}{A}{B}Subtotal,,30,\n{C}{D}Subtotal,,12,\nAverage,,10.5,\n").mismatches


def test_rows_of_nothing_but_numbers_are_rewards_except_for_a_sum_at_the_end(read, shown):
    assert list(shown(read("q4.csv", "Amount,Quantity\n10,1\n20,1\n30,1\n5,1\n"))) == [2, 3, 4, 5]
    assert list(shown(read("q4.csv", "Amount,Quantity\n10,1\n20,1\n5,1\n35,\n"))) == [2, 3, 4]


@pytest.mark.parametrize("label", ["Ogółem", "Kokku", "Σ", "Сума", "合 計", "总额", "Samtals", "Kontrollsumme"])
def test_totals_of_more_languages_are_left_out(read, shown, label):
    assert list(shown(read("q4.csv", f"{PEOPLE}{label},85\n"))) == [2, 3, 4]


@pytest.mark.parametrize("label", ["Tổng cộng", "รวม", "कुल", "TRL", "3 rows", "Page 1 of 1"])
def test_a_last_row_that_comes_to_the_sum_of_the_others_is_asked_in_any_language(read, label):
    (problem,) = next(read("q4.csv", f"{PEOPLE}{label},85\n").chunks()).problems
    assert problem.sentence == (
        f'A5 (First name): "{label}" may be the label of a totals row: its amount is the sum of the rows above, and it has '
        "no contact of its own. Delete the row if it is a total. If it is a reward, type the recipient's first and last "
        "name."
    )


@pytest.mark.parametrize("last", ["Dee,Roe,85", "Dee,,84"])
def test_a_last_row_with_two_names_or_another_figure_is_a_reward(read, last):
    people = "First name,Last name,Amount\nAna,Li,25\nBo,Li,20\nCy,Li,40\n"
    assert not next(read("q4.csv", f"{people}{last}\n").chunks()).problems


@pytest.mark.parametrize("name", ["Tong", "कुलदीप", "Kopa", "Max"])
def test_a_name_that_begins_like_a_total_in_some_language_is_a_name(read, shown, name):
    assert list(shown(read("q4.csv", f"{PEOPLE}{name},30\n"))) == [2, 3, 4, 5]
