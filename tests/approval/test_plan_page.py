"""What whoever approves reads in plan.html: who gets what, what is wrong, and what is unusual."""

from __future__ import annotations

import openpyxl
import pytest

from campaign_runner.model.errors import RefusedBeforeSending
from tests.approval.conftest import ANA, BEN, CLEO


def page(office):
    return (office.folder / "reports" / "q4" / "plan.html").read_text("utf-8")


def test_every_line_is_on_the_page(office, reviewed):
    reviewed.plan(office.file(ANA, BEN, CLEO))
    _, _, lines = page(office).partition("Every line that would be sent")
    for text in ("Ana Silva, ana@example.com", "Ben Ng, +14155550100", "Cleo Roe, cleo@example.com", "10.50 USD"):
        assert text in lines
    assert not (office.folder / "reports" / "q4" / "plan.xlsx").exists()


def test_beyond_five_hundred_lines_all_are_in_a_workbook_beside_the_page(office, reviewed):
    rows = [f"{n},EMAIL,P,Q{n},p{n}@example.com,,U561593,5" for n in range(620)]
    reviewed.plan(office.file(*rows))
    assert 'The first 500 lines of 620. All 620 are in <a href="plan.xlsx">plan.xlsx</a>.' in page(office)
    assert page(office).count("p499@example.com") == 1
    assert "p500@example.com" not in page(office)
    sheet = openpyxl.load_workbook(office.folder / "reports" / "q4" / "plan.xlsx").worksheets[0]
    assert (sheet.max_row, sheet["A621"].value, sheet["B621"].value) == (621, 621, "P Q619, p619@example.com")
    assert [sheet.cell(row, 8).value for row in range(2, 622)] == [5] * 620
    reviewed.plan(office.file(*rows[:20]))
    assert not (office.folder / "reports" / "q4" / "plan.xlsx").exists()


def test_what_is_wrong_and_what_is_held_is_on_the_page_with_its_cell(office, reviewed):
    reviewed.plan(office.file(ANA, BEN, ANA, CLEO.replace("cleo@", "cleo@@")))
    assert "E5 (E-mail): &#34;cleo@@example.com&#34; is not an e-mail address" in page(office)
    assert "Ana Silva, ana@example.com. It is the same as row 2." in page(office)


def test_the_page_says_what_is_unusual_as_the_screen_does(office, reviewed):
    rows = [f"{n},EMAIL,P,Q,p{n}@example.com,,U561593,25" for n in range(9)]
    path = office.file(*rows, "9,EMAIL,Zoe,Hall,zoe@gmial.com,,U561593,1250")
    reviewed.plan(path)
    shown = page(office)
    assert "[amount]" in shown
    assert "zoe@gmail.com" in shown
    with pytest.raises(RefusedBeforeSending):
        reviewed.run(path)
    assert "[amount]" in page(office)
