"""A recipient's address or phone number is found however it is written, and never inside another one."""

from __future__ import annotations

import io
import zipfile

import pytest

from campaign_runner.model.contact import PIECE, Contact


@pytest.mark.parametrize(("who", "text"), [
    ("ana@example.com", "mail ANA@Example.com, now"), ("ana@example.com", "<ana@example.com>."),
    ("+14155550100", "call (415) 555-0100"), ("415-555-0100", "+1 415 555 0100"), ("+14155550100", "<v>14155550100</v>"),
    ("+4930123456", "+49 30 123456"), ("o'neil@example.com", "o&#39;neil@example.com"),
])  # fmt: skip
def test_it_is_found(who, text):
    assert Contact(who).is_in_bytes(text.encode())
    assert Contact(who).is_in_bytes(text.replace("&#39;", "'").encode("utf-16"))


@pytest.mark.parametrize(("who", "text"), [
    ("ana@example.com", "diana@example.com"), ("ana@example.com", "ana@example.com.br"),
    ("ana@example.com", "ana@example.community"), ("+14155550100", "914155550100"), ("+14155550100", "4155550100123"),
])  # fmt: skip
def test_another_one_is_not(who, text):
    assert not Contact(who).is_in_bytes(text.encode())


def test_it_is_found_in_a_workbook_and_across_the_pieces_of_a_long_file():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b"<t>ana@example.com</t>")
    assert Contact("ana@example.com").is_in_bytes(packed.getvalue())
    assert Contact("ana@example.com").is_in_bytes(b" " * (PIECE - 5) + b"ana@example.com")
