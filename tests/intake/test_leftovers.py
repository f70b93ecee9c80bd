"""What programs leave in cells is rejected at the cell, with what it was once; what only looks like it stays."""

from __future__ import annotations

import pytest

HEAD = "First name,E-mail,Amount,Message\n"


def _problems(read, cell):
    return list(next(read("q4.csv", f'{HEAD}"{cell}",ana@example.com,25,\n').chunks()).problems)


@pytest.mark.parametrize(
    "cell",
    ["#REF!", "#NAME?", "#VALUE!", "#BEZUG!", "#WERT!", "#DIV/0!", "#N/A", "#NV", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
     "#ZAHL!", "#¡REF!", "#¿NOMBRE?", "#NOM?", "#VALEUR!", "#RIF!", "#N/D", "#ССЫЛКА!", "Err:509", "#ERROR!", "########",
     " #REF! ", "#ref!", "#ÜBERLAUF!", "#GETTING_DATA"],
)  # fmt: skip
def test_an_error_of_a_formula_is_one_in_a_text_file_too(read, cell):
    (problem,) = _problems(read, cell)
    assert (problem.cell, problem.rule, problem.severity) == ("A2", "cell:formula error", "error")


@pytest.mark.parametrize(
    ("cell", "once"),
    [("Jos&eacute;", "José"), ("O&#39;Brien", "O'Brien"), ("Ana&nbsp;Maria", "Ana Maria"), ("A &amp; B", "A & B"),
     ("Jos&amp;eacute;", "José"), ("Jos&#xE9;", "José"), ("JosÃ©", "José"), ("JosÃƒÂ©", "José"), ("Jos√©", "José"),
     ("Jos├®", "José"), ("JosГ©", "José"), ("Ð˜Ð²Ð°Ð½", "Иван"), ("РёРІР°РЅ", "иван"), ("Jos\\\\u00e9", "José"),
     ("Jos%C3%A9", "José"), ("Jos=C3=A9", "José"), ("Itâ€™s", "It’s")],
)  # fmt: skip
def test_garbled_text_is_named_with_what_it_was(read, cell, once):
    (problem,) = _problems(read, cell.replace("\\\\", "\\"))
    assert problem.rule == "cell:garbled"
    assert f'it was probably "{once}" once. Type {once}, or export' in problem.sentence


@pytest.mark.parametrize(
    "cell", ["undefined", "NaN", "[object Object]", "\\N", "{{first_name}}", "${name}", "*|FNAME|*"]
)
def test_a_word_of_a_program_for_nothing_is_no_name(read, cell):
    (problem,) = _problems(read, cell)
    assert problem.rule == "cell:placeholder"


@pytest.mark.parametrize(
    "cell",
    ["Null", "None", "Nan", "R&D; Team", "#1", "#4 Main", "#Winner", "#THANKYOU!", "Ärzte", "Straße", "O'Brien", "50 % off",
     "AT&T", "Ævar", "Þór", "Зоя", "Россия", "Θεός", "C:\\\\NEW", "A&B;C", "Ñu", "Œuvre", "«Ana»"],
)  # fmt: skip
def test_what_only_looks_like_it_is_left_alone(read, cell):
    assert not _problems(read, cell.replace("\\\\", "\\"))


@pytest.mark.parametrize("cell", ["=A1", "=SUM(A1:A9)", "=VERKETTEN(A1;B1)", "=Sheet2!$B$4", "=A1*2", '=A1&"" ""&B1'])
def test_a_formula_that_was_exported_as_text_is_no_name(read, cell):
    (problem,) = _problems(read, cell)
    assert (problem.rule, problem.severity) == ("cell:formula", "error")


@pytest.mark.parametrize("cell", ["=)", "= thank you", "=Team="])
def test_an_equals_sign_alone_makes_no_formula(read, cell):
    assert not _problems(read, cell)
