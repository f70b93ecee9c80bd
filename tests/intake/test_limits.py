"""Limits with a name: what a hostile or broken workbook may not do, and how far its cells may reach."""

from __future__ import annotations

import io
import zipfile

import pytest
import python_calamine as calamine

from campaign_runner.intake import container, damage
from campaign_runner.intake.cells import typed
from campaign_runner.intake.container import Container
from campaign_runner.intake.excel import extent, sheet_cells
from campaign_runner.intake.excel.cell_values import Workbook
from campaign_runner.intake.excel.sheet_scan import scan
from campaign_runner.intake.excel.workbook import guarded
from campaign_runner.intake.excel.xls import read_xls
from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.scan import Scan
from campaign_runner.intake.sheet_choice import Sheet
from campaign_runner.intake.sheets import Contents, assemble, block
from campaign_runner.model.errors import FileUnusable

SHEET = "xl/worksheets/sheet1.xml"
REWARDS, NO_SPELLINGS = Sheet("Rewards"), Spellings({}, {}, {}, {})


def _container(tmp_path, parts, **options) -> Container:
    path = tmp_path / "q4.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, **options)
    return Container(path)


def test_a_part_beyond_the_size_limit_is_refused_by_what_it_declares(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "MAX_PART_BYTES", 1000)
    with pytest.raises(FileUnusable, match=r"a.xml unpacks to more than the 0 MB allowed \(a “zip bomb”\)"):
        _container(tmp_path, {"a.xml": "x" * 2000})


def test_all_parts_together_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(FileUnusable, match="it unpacks to 0 MB, more than"):
        _container(tmp_path, {"a.xml": "x" * 600, "b.xml": "x" * 600})


def test_other_kinds_of_compression_are_not_read(tmp_path):
    with pytest.raises(FileUnusable, match="is damaged"):
        _container(tmp_path, {"a.xml": "x" * 600}, compress_type=zipfile.ZIP_LZMA)


def test_a_part_in_another_encoding_is_read_and_its_document_type_is_seen_too(tmp_path):
    declared = '<?xml version="1.0" encoding="{}"?><a>é</a>'
    for encoding in ("utf-16", "utf-16-le", "iso-8859-1", "windows-1252", "utf-32", "utf-8-sig"):
        data = declared.format("utf-8" if "utf-8" in encoding else encoding).encode(encoding)
        assert "<a>é</a>".encode() in b"".join(_container(tmp_path, {"a.xml": data}).xml("a.xml")), encoding
    hidden = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'.encode("utf-16")
    with pytest.raises(FileUnusable, match="document type"):
        list(_container(tmp_path, {"a.xml": hidden}).xml("a.xml"))


def test_a_part_that_is_not_there_is_empty_and_a_stored_one_is_read(tmp_path):
    assert list(_container(tmp_path, {}).part("a.xml")) == []
    assert _container(tmp_path, {"a.xml": "<a/>"}, compress_type=zipfile.ZIP_STORED).text("a.xml") == b"<a/>"


def test_the_reach_of_cells_is_that_of_the_filled_ones():
    usual = b'<row r="2"><c r="A2"><v>1</v></c><c r="AB2" s="1"><v>1</v></c></row><cols><col min="1"/></cols>'
    assert extent.reach(usual, 1000, 10**6) == (2, 28)
    formatted = usual + b'<row r="3"><c r="XFD3" s="1"/><c r="XFC3" s="1"></c></row>'
    assert extent.reach(formatted, 1000, 10**6) == (2, 28)
    assert extent.reach(b"<sheetData/>", 1000, 10**6) == (0, 0)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c s="1" r="XFD1048576"><v>1</v></c>',
        b"<c\tr='xfd1048576'><v>1</v></c>",
        b'<x:c r="XFD1048576"><v>1</v></x:c>',
    ],
)
def test_the_reach_is_found_however_the_cell_is_written(cell):
    assert extent.reach(b'<row r="1">' + cell + b"</row>", 1000, 10**6) == (1_048_576, 16_384)


def test_cells_without_an_address_reach_as_far_as_there_are_many():
    assert extent.reach(b"<row><c><v>1</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row>", 1000, 10**6)[1] == 2


def test_rows_without_numbers_are_counted(tmp_path):
    rows = b"<row><c><v>1</v></c></row><row hidden='true'><c><v>1</v></c></row>"
    part = _container(tmp_path, {SHEET: b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"})
    assert not scan(part, SHEET).is_usual
    assert sheet_cells.read_cells(part, SHEET, Workbook())[1].hidden_rows == {2}


def test_a_row_that_never_ends_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("campaign_runner.intake.excel.sheet_scan._MAX_ROW_BYTES", 1000)
    with pytest.raises(FileUnusable, match="has a row of more than"):
        scan(_container(tmp_path, {SHEET: b"<worksheet>" + b"x" * 3000}), SHEET)


def test_a_broken_compound_file_is_damaged(tmp_path):
    path = tmp_path / "q4.xls"
    for content in (b"", bytes(600), b"\xff" * 600, bytes(30) + b"\x09\x00\x06\x00" + b"\xff" * 600):
        path.write_bytes(content)
        with pytest.raises(FileUnusable, match="is damaged"):
            read_xls(path, None, NO_SPELLINGS)


def test_numbers_are_written_as_people_see_them():
    assert [typed.number(value) for value in (25.0, 59.97, 3 * 1.1, 1e20, 1e30, 1e-9, float("nan"), float("inf"))] == [
        "25", "59.97", "3.3", "100000000000000000000", "1e+30", "1e-09", "", "",
    ]  # fmt: skip
    assert typed.column(["a", 1.0, True]).to_pylist() == ["a", "1", "TRUE"]


def test_text_that_was_never_garbled_is_left_alone():
    assert damage.repaired("José") == ""
    assert damage.repaired("JosÃ©") == "José"
    assert damage.repaired("Ã©\u0142") == ""


def test_a_zip_that_is_cut_off_is_damaged(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", "<a>" + "x" * 5000)
    path = tmp_path / "q4.xlsx"
    path.write_bytes(out.getvalue()[:40] + b"\xff" * 10 + out.getvalue()[50:])
    with pytest.raises(FileUnusable, match="is damaged"):
        list(Container(path).part("a.xml"))
    path.write_bytes(out.getvalue()[:40])
    with pytest.raises(FileUnusable, match="is damaged"):
        Container(path)


def test_a_large_sheet_is_not_taken_for_a_deep_one_wherever_its_pieces_are_cut(tmp_path):
    row = b'<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1"/><c r="C1"><f>A1</f><v>22</v></c></row>'
    part = _container(
        tmp_path, {SHEET: b"<worksheet>" + b"".join(row + b" " * (n % 7) for n in range(60_000)) + b"</worksheet>"}
    )
    assert sum(len(piece) for piece in part.xml(SHEET)) > 5_000_000


def test_what_calamine_raises_becomes_a_sentence_and_what_is_ours_does_not(tmp_path):
    panic = type("PanicException", (BaseException,), {})
    for error in (panic(), calamine.ZipError(), OverflowError()):
        with pytest.raises(FileUnusable, match="is damaged"), guarded(tmp_path / "q4.xlsx"):
            raise error
    with pytest.raises(FileUnusable, match="password"), guarded(tmp_path / "q4.xlsx"):
        raise calamine.PasswordError
    with pytest.raises(KeyboardInterrupt), guarded(tmp_path / "q4.xlsx"):
        raise KeyboardInterrupt


def test_merged_cells_that_overlap_a_million_times_are_refused():
    scan = Scan(merges=[(1, 1_048_576, 0, 0)] * 6)
    with pytest.raises(FileUnusable, match="overlap"):
        assemble(Contents(REWARDS, [REWARDS], [], scan), NO_SPELLINGS)


def test_a_merged_cell_counts_across_blocks():
    blocks = [block([(1, ["a", "x"]), (2, ["", "y"])]), block([(3, ["", "z"]), (4, ["", ""])])]
    grid = assemble(Contents(REWARDS, [REWARDS], blocks, Scan(merges=[(1, 4, 0, 0)])), NO_SPELLINGS)
    assert [b.columns[0].to_pylist() for b in grid.blocks((0, ()), 2)] == [["a", "a"], ["a", ""]]
