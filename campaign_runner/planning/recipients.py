"""Who is a row for?  Keyed hashes of the recipient: in the first place e-mail, phone, or name and street.

`person` is the first of these that a row has; `alias` is a second way to find the same recipient where the first was
corrected or the delivery method changed: the phone beside an e-mail address, else first and last name.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from hashlib import blake2b

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.planning.line_template import TEXT
from campaign_runner.planning.payloads import as_text, each, joined

EMAIL, PHONE = "recipient.email", "recipient.mobileNumber"
_NAMES = ("recipient.firstName", "recipient.lastName")
LETTER = (*_NAMES, "recipient.address.streetLine1", "recipient.address.postalCode")


def contact_hashes(fields: pd.DataFrame, key: bytes) -> list[bytes]:
    """Person, reward and amount: 16 bytes a row; all zero where the row names no person."""
    what = joined("\n", _column(fields, "utid"), "\n", _column(fields, "amount"))
    return hashed(joined(_contact(fields), what), key)


def person_hashes(fields: pd.DataFrame, key: bytes) -> list[bytes]:
    """The person alone: 16 bytes a row; all zero where the row names no person."""
    return hashed(_contact(fields), key)


def alias_hashes(fields: pd.DataFrame, key: bytes) -> list[bytes]:
    """The second way to find the person; all zero where there is none."""
    names = joined("name", _whole_name(fields), separator="\n")
    if PHONE not in fields or EMAIL not in fields:
        return hashed(names, key)
    both = pc.and_(pc.is_valid(_column(fields, EMAIL)), pc.is_valid(_column(fields, PHONE)))
    return hashed(pc.if_else(both, _phone(fields), names), key)


def hashed(texts: pa.Array, key: bytes) -> list[bytes]:
    """16 bytes a text; all zero for none."""
    if texts.null_count == len(texts):
        return [bytes(16)] * len(texts)
    keyed = blake2b(key=key, digest_size=16).copy  # a copy is quicker than to take the key in again
    if not texts.null_count:
        return [_digest(keyed(), text) for text in each(texts)]
    present = texts.is_valid().to_pylist()
    return [_digest(keyed(), text) if named else bytes(16) for text, named in zip(each(texts), present, strict=True)]


def _digest(hashing: blake2b, text: memoryview) -> bytes:
    hashing.update(text)
    return hashing.digest()


def email_key(text: str) -> str:
    """One address, however it is written: without case, full width and the two forms of a foreign domain."""
    name, at, domain = unicodedata.normalize("NFKC", text.strip()).casefold().rpartition("@")
    with suppress(UnicodeError):  # no domain: two spellings of it are then two addresses
        domain = domain.rstrip(".").encode("idna").decode("ascii")
    return f"{name}{at}{domain}"


def _contact(fields: pd.DataFrame) -> pa.Array:
    return pc.coalesce(_email(fields), _phone(fields), _letter(fields))


def _email(fields: pd.DataFrame) -> pa.Array:
    return _odd(pc.utf8_lower(_column(fields, EMAIL)), email_key)


def _phone(fields: pd.DataFrame) -> pa.Array:
    """By its digits: a clean number is `+14155550100` already, unless a rule book lets others through."""
    numbers = _column(fields, PHONE)
    other = pc.fill_null(pc.match_substring_regex(numbers, r"[^+0-9]|^[^+]"), False)
    if not pc.any(other).as_py():
        return numbers
    digits = pc.replace_substring_regex(numbers.filter(other), r"[^0-9]", "")
    whole = pc.replace_substring_regex(digits, r"^([2-9][0-9]{9})$", r"1\1")
    return pc.replace_with_mask(numbers, other, joined("+", whole))


def _letter(fields: pd.DataFrame) -> pa.Array:
    return joined(*(_plain(_column(fields, name)) for name in LETTER), separator="\n")


def _whole_name(fields: pd.DataFrame) -> pa.Array:
    """First and last name in one, however they are divided; none where there is neither."""
    parts = [pc.fill_null(_plain(_column(fields, name)), "") for name in _NAMES]
    words = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*parts, pa.scalar(" ", TEXT)))
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, TEXT), words)


def _plain(texts: pa.Array) -> pa.Array:
    return _odd(pc.utf8_lower(texts), lambda text: unicodedata.normalize("NFKC", text).casefold())


def _odd(texts: pa.Array, fold: object) -> pa.Array:
    """The same texts; those with letters beyond ASCII are folded one by one."""
    odd = pc.fill_null(pc.invert(pc.string_is_ascii(texts)), False)
    if not pc.any(odd).as_py():
        return texts
    assert callable(fold)
    return pc.replace_with_mask(texts, odd, pa.array([fold(text) for text in texts.filter(odd).to_pylist()], TEXT))


def _column(fields: pd.DataFrame, name: str) -> pa.Array:
    return as_text(fields[name]) if name in fields else pa.nulls(len(fields), pa.large_string())
