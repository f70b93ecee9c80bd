"""Cells as people really type them: what is made one, what is asked, and what is said."""

from __future__ import annotations

import pytest

from tests.validation.tables import check, clean, example, only

PHONES = ["+14155550100", "(415) 555-0100", "415.555.0100", "415 555 0100", "1-415-555-0100", "+1 (415) 555‑0100",
          "4155550100", "14155550100.0", "0014155550100", "tel:+1-415-555-0100", "\u202a+1 415 555 0100\u202c"]  # fmt: skip
AMOUNTS = {
    "25": "25.00", "25.0": "25.00", "25.5": "25.50", "025.00": "25.00", "$25": "25.00", "25 USD": "25.00",
    "US$ 25.50": "25.50", "$1,234.50": "1234.50", "1.234,50": "1234.50", "1 234,50": "1234.50", "1'234.50": "1234.50",
    "1\u202f234,50": "1234.50", ".50": "0.50", "25.": "25.00", "25,-": "25.00", "USD 25.–": "25.00", "$.50": "0.50",
    
    "25 Dollars": "25.00", "25 US dollars": "25.00", "usd 25": "25.00", "25$": "25.00",
    "25,5": "25.50", "25,00": "25.00", "1,234.5": "1234.50",
}  # fmt: skip
DATES = {
    "2027-01-15": "2027-01-15", "2027-01-15T00:00:00": "2027-01-15", "2027-01-15 00:00": "2027-01-15",
    "2027/1/15": "2027-01-15", "20270115": "2027-01-15", "15.01.2027": "2027-01-15", "15/1/2027": "2027-01-15",
    "1/15/2027": "2027-01-15", "15 January 2027": "2027-01-15", "Jan 15, 2027": "2027-01-15",
    "January 15th, 2027": "2027-01-15", "15-Jan-2027": "2027-01-15", "15. Januar 2027": "2027-01-15",
    "15 de enero de 2027": "2027-01-15", "1er février 2027": "2027-02-01", "46402": "2027-01-15",
    "1/15/2027 0:00": "2027-01-15", "1/15/2027 0:00:00": "2027-01-15",
    "02/02/2027": "2027-02-02", "Friday, January 15, 2027": "2027-01-15", "1/15/2027 12:00 AM": "2027-01-15",
}  # fmt: skip
INSTANTS = {
    "2027-03-31T23:59:59-05:00": "2027-03-31T23:59:59-05:00", "2027-03-31 23:59:59Z": "2027-03-31T23:59:59Z",
    "2027-03-31t23:59z": "2027-03-31T23:59:00Z", "2027-03-31 23:59 +0100": "2027-03-31T23:59:00+01:00",
}  # fmt: skip


@pytest.mark.parametrize("typed", PHONES)
def test_a_us_phone_number_becomes_e164_however_it_is_typed(typed: str) -> None:
    assert clean(check(example("PHONE", recipient__mobileNumber=typed)), "recipient.mobileNumber") == "+14155550100"


@pytest.mark.parametrize(("typed", "canonical"), AMOUNTS.items())
def test_an_amount_with_one_meaning_is_read(typed: str, canonical: str) -> None:
    assert clean(check(example("EMAIL", amount=typed)), "amount") == canonical


@pytest.mark.parametrize(("typed", "canonical"), DATES.items())
def test_a_date_with_one_meaning_is_read(typed: str, canonical: str) -> None:
    assert clean(check(example("EMAIL", deliveryDate=typed)), "deliveryDate") == canonical


@pytest.mark.parametrize(("typed", "canonical"), INSTANTS.items())
def test_a_moment_with_its_offset_is_read(typed: str, canonical: str) -> None:
    assert clean(check(example("EMAIL", expirationDate=typed)), "expirationDate") == canonical


OTHERS = [
    ("EMAIL", "deliveryMethod", "e-mail", "EMAIL"),
    ("EMAIL", "deliveryMethod", " Email ", "EMAIL"),
    ("PHONE", "deliveryMethod", "sms", "PHONE"),
    ("BULKDIGITAL", "deliveryMethod", "Bulk digital", "BULKDIGITAL"),
    ("EMAIL", "recipient.email", "Ana.Example@EXAMPLE.com", "Ana.Example@example.com"),
    ("EMAIL", "recipient.email", "\u200bana@example.com\ufeff", "ana@example.com"),
    ("EMAIL", "recipient.firstName", "\u202bעדי\u202c", "עדי"),
    ("EMAIL", "recipient.firstName", "\u200f \u3000Ana\u202e", "Ana"),
    ("EMAIL", "recipient.firstName", "علی\u200cرضا", "علی\u200cرضا"),
    ("EMAIL", "recipient.email", "mailto:ana@example.com", "ana@example.com"),
    ("EMAIL", "recipient.firstName", "  Ana \u00a0 Maria\t", "Ana Maria"),
    ("EMAIL", "recipient.firstName", "Jose\u0301", "José"),
    ("EMAIL", "utid", "u561593", "U561593"),
    ("EMAIL", "etid", "e000001", "E000001"),
    ("EMAIL", "quantity", "1.0", "1"),
    ("BULKDIGITAL", "quantity", "010", "10"),
    ("EMAIL", "message", " Dear Ana ,\r\n  thank   you \n", "Dear Ana ,\nthank you"),
    ("ADDRESS", "recipient.address.country", "usa", "US"),
    ("ADDRESS", "recipient.address.country", "JPN", "JP"),
    ("ADDRESS", "recipient.address.country", "GBR", "GB"),
    ("ADDRESS", "recipient.address.country", "Holland", "NL"),
    ("EMAIL", "recipient.email", "'ana@example.com", "ana@example.com"),
    ("PHONE", "recipient.mobileNumber", "'+14155550100", "+14155550100"),
    ("EMAIL", "amount", "'25.00", "25.00"),
    ("EMAIL", "deliveryDate", "'2027-01-15", "2027-01-15"),
    ("EMAIL", "deliveryMethod", "'EMAIL", "EMAIL"),
    ("EMAIL", "message", "'@team thanks", "@team thanks"),
    ("EMAIL", "recipient.firstName", "'tHooft", "'tHooft"),
    ("EMAIL", "recipient.lastName", "O'Brien", "O'Brien"),
    ("EMAIL", "recipient.firstName", "“Ana”", "Ana"),
    ("EMAIL", "recipient.firstName", "‘Ana’", "Ana"),
    ("EMAIL", "recipient.firstName", "‚Ana‘", "Ana"),
    ("EMAIL", "recipient.firstName", "»Ana«", "Ana"),
    ("EMAIL", "recipient.firstName", '"Ana"', "Ana"),
    ("EMAIL", "recipient.firstName", 'Robert "Bob" Smith', 'Robert "Bob" Smith'),
    ("EMAIL", "message", '"Well done"', '"Well done"'),
    ("EMAIL", "recipient.email", "ana@xn--mller-kva.de", "ana@xn--mller-kva.de"),
    ("EMAIL", "lineItemNote", "'0001", "0001"),
    ("ADDRESS", "recipient.address.country", "United States", "US"),
    ("ADDRESS", "recipient.address.stateOrProvince", "massachusetts", "MA"),
    ("ADDRESS", "recipient.address.streetLine1", "1 King’s Road – East", "1 King's Road - East"),
    ("ADDRESS", "shippingMethod", "USPS Priority", "uspspriority"),
]


@pytest.mark.parametrize(("method", "field", "typed", "canonical"), OTHERS)
def test_spellings_of_the_same_value_are_made_one(method: str, field: str, typed: str, canonical: str) -> None:
    assert clean(check({**example(method), field: typed}), field) == canonical


ASKED = [
    ("amount", "1,234", "ambiguous", "may mean 1234.00 or 1.234. Type it without a thousands mark, like 1234.00."),
    ("amount", "1.234", "ambiguous", "may mean 1234.00 or 1.234. Type it without a thousands mark, like 1234.00."),
    ("amount", "1 234", "ambiguous", "has a blank between its digits. Type it without blanks, like 1234.00."),
    ("amount", "0.125", "places", "has more than two places after the point. Type at most two, like 25.00."),
    ("amount", "25.1250", "places", "has more than two places after the point. Type at most two, like 25.00."),
    ("amount", "€25", "currency", "is in EUR, but the reward is in USD. Type the amount in USD as a number alone, "
     "like 25.00."),
    ("amount", "2５", "digits", "has full-width digits in it. Type it with the digits 0 to 9: 25."),
    ("amount", "-25", "positive", "is not more than 0. Type the value of the reward, like 25.00."),
    ("quantity", "1,000", "ambiguous", "has a mark between its digits. Type the digits alone, like 1000."),
    ("deliveryDate", "03/04/2027", "ambiguous", "may be 3 April 2027 or 4 March 2027. Type 2027-04-03 or 2027-03-04."),
    ("deliveryDate", "3/15/27", "ambiguous", "has a year of two digits. Type the whole date, like 2027-03-31."),
    ("deliveryDate", "2027-02-30", "format", "is a day that does not exist. Type a day of the calendar, like 2027-03-31."),
    ("deliveryDate", "2027-01-15T09:30:00", "format", "has a time of day, but rewards are delivered on a day. Type "
     "2027-01-15."),
    ("expirationDate", "2027-03-31", "format", "is a day without a time and a time zone. Type it like "
     "2027-03-31T23:59:59-05:00."),
    ("expirationDate", "2027-03-31T23:59:59", "format", "has no time zone. Add it, like 2027-03-31T23:59:59-05:00, or "
     "2027-03-31T23:59:59Z for UTC."),
    ("recipient.email", "ana@example.com; ben@example.com", "several", "holds more than one address. Keep one, like "
     "ana@example.com, and add a row for each other person."),
    ("recipient.email", "Ana <ana@example.com>", "format", "is not an e-mail address alone. Type the address alone: "
     "ana@example.com"),
    ("recipient.email", "ana@example.com.", "format", "is not an e-mail address alone. Type the address alone: "
     "ana@example.com"),
    ("recipient.email", "ana.example.com", "format", "is not an e-mail address: the @ is missing. Type it like "
     "ana@example.com."),
    ("recipient.email", "ana maria@example", "format", "is not an e-mail address: it has a blank in it. Type it like "
     "ana@example.com."),
    ("recipient.email", "ana@example", "format", "is not an e-mail address: the part after the @ has no dot. Type it "
     "like ana@example.com."),
    ("deliveryDate", "31-Dec-26", "ambiguous", "has a year of two digits. If it is 2026-12-31, type 2026-12-31."),
    ("recipient.email", "ana@example.com1", "format", 'is not an e-mail address: no domain ends in ".com1". Type the whole '
     "address, like ana@example.com"),
    ("recipient.email", f"{'a' * 65}@example.com", "format", "has 65 characters before the @; at most 64 are possible. Ask "
     "the recipient for the right address."),
    ("recipient.email", "ana@müller.de", "look-alike", 'contains "ü" (Latin small letter u with diaeresis); domains are '
     "written in the letters a to z. Type ana@xn--mller-kva.de"),
    ("recipient.email", "ana..maria@example.com", "format", "is not an e-mail address: it has two dots in a row. Type "
     "one, like ana.maria@example.com"),
    ("recipient.email", "аna@example.com", "look-alike", 'contains "а" (Cyrillic small letter a), which e-mail '
     "addresses do not have. Type the whole address again with the letters a to z."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "typed", "rule", "said"), ASKED)
def test_what_could_mean_two_things_or_none_is_asked_at_the_cell(
    field: str, typed: str, rule: str, said: str
) -> None:
    problem = only(check({**example("EMAIL"), field: typed}))
    assert (problem.rule, f"{problem.what} {problem.remedy}") == (f"{field}:{rule}", said)
    assert problem.value == typed


PHONES_ASKED = [
    ("1.4155E+10", "shortened", "is a number that the spreadsheet program has cut; its last digits are lost."),
    (
        "+49 151 23456789",
        "country",
        "is a number outside the United States, and Tango sends text messages there only.",
    ),
    ("415 555 0100 / 415 555 0101", "several", "holds more than one number."),
    ("1415555010", "format", "has 9 digits without the country code instead of 10."),
    ("0", "format", "has 1 digit without the country code instead of 10."),
    ("415 555 010", "format", "has 9 digits without the country code instead of 10."),
    ("1-800-FLOWERS", "format", "is not a mobile number of the United States."),
]


@pytest.mark.parametrize(("typed", "rule", "said"), PHONES_ASKED)
def test_a_phone_number_that_cannot_be_read_is_asked(typed: str, rule: str, said: str) -> None:
    problem = only(check(example("PHONE", recipient__mobileNumber=typed)))
    assert (problem.rule, problem.what) == (f"recipient.mobileNumber:{rule}", said)


PLACES_ASKED = [
    ("postalCode", "2134", "lost-zero", "If it is 02134, format the cell as text and type 02134."),
    ("postalCode", "601", "lost-zero", "If it is 00601, format the cell as text and type 00601."),
    ("postalCode", "02134-1234", "format", "Type 02134."),
    ("postalCode", "2134-1234", "format", "Type the five digits, like 02134."),
    ("stateOrProvince", "ON", "region", "Correct the state or the country."),
    ("stateOrProvince", "Massachusets", "region", "Did you mean MA (Massachusetts)?"),
    ("stateOrProvince", "XX", "region", "Type its two capital letters, like CA for California."),
    ("country", "Untied States", "unknown", "Type two letters, like US or CA. Did you mean US (United States)?"),
    (
        "city",
        "São Paulo",
        "characters",
        "Use letters A to Z, digits, blanks and . - & ' only. For example Sao Paulo.",
    ),
]


@pytest.mark.parametrize(("part", "typed", "rule", "remedy"), PLACES_ASKED)
def test_a_place_that_cannot_be_right_is_asked(part: str, typed: str, rule: str, remedy: str) -> None:
    field = f"recipient.address.{part}"
    problem = only(check({**example("ADDRESS"), field: typed}))
    assert (problem.rule, problem.remedy) == (f"{field}:{rule}", remedy)


@pytest.mark.parametrize(
    ("country", "state", "code"),
    [("CA", "Ontario", "k1a 0b1"), ("CA", "QC", "H2X1Y4"), ("DE", "Berlin", "10115"), ("GB", "England", "SW1A 1AA")],
)
def test_each_country_has_its_own_postal_codes_and_regions(country: str, state: str, code: str) -> None:
    row = example("ADDRESS", recipient__address__country=country, recipient__address__stateOrProvince=state)
    checked = check({**row, "recipient.address.postalCode": code})
    assert clean(checked, "recipient.address.postalCode") == code.upper()


def test_a_canadian_row_with_a_zip_code_is_one_problem() -> None:
    row = example("ADDRESS", recipient__address__country="Canada", recipient__address__stateOrProvince="ON")
    assert only(check(row)).remedy == "Type it like K1A 0B1."


def test_an_unknown_country_does_not_condemn_state_and_code() -> None:
    assert only(check(example("ADDRESS", recipient__address__country="Elbonia"))).rule.endswith("country:unknown")


def test_a_euro_sign_is_read_where_the_campaign_is_in_euro_and_a_dollar_sign_is_asked() -> None:
    assert clean(check(example("EMAIL", amount="25,00 €"), currency="EUR"), "amount") == "25.00"
    assert only(check(example("EMAIL", amount="$25"), currency="EUR")).rule == "amount:currency"


@pytest.mark.parametrize("cell", ["\u200f\u200e", "\u2066\u2069", "\u3000\ufeff", "\u200d"])
def test_a_cell_of_marks_that_nobody_sees_is_empty(cell):
    assert only(check(example("EMAIL", **{"recipient.firstName": cell}))).rule == "recipient.firstName:required"


@pytest.mark.parametrize(
    "name", ["-", ".", "?", "123", "TBD", "null", "xxx", "n.a.", "(none)", "No name", "First name"]
)
def test_a_word_for_a_missing_name_is_a_warning_at_its_cell(name: str) -> None:
    for method, field in (("EMAIL", "recipient.firstName"), ("PHONE", "recipient.lastName")):
        (problem,) = check(example(method, **{field.replace(".", "__"): name})).problems
        assert (problem.rule, problem.severity) == (f"{field}:no-name", "warning")


@pytest.mark.parametrize(
    "name", ["Na", "Nan", "Li", "O", "X", "李", "Иван", "Null-Smith", "Xxavier", "D'Arcy", "Nonesuch"]
)
def test_short_and_odd_names_of_people_are_none(name: str) -> None:
    assert not check(example("EMAIL", recipient__firstName=name)).problems


def test_a_city_of_no_letters_is_a_warning() -> None:
    (problem,) = check(example("ADDRESS", recipient__address__city="---")).problems
    assert (problem.rule, problem.severity) == ("recipient.address.city:no-name", "warning")


@pytest.mark.parametrize(("typed", "script"), [
    ("２５．５０", "full-width"), ("٢٥٫٥٠", "Arabic-Indic"), ("۲۵٫۵۰", "Extended Arabic-Indic"), ("२५.५०", "Devanagari"),
])  # fmt: skip
def test_digits_of_other_scripts_are_named_and_the_advice_works(typed: str, script: str) -> None:
    problem = only(check(example("EMAIL", amount=typed)))
    assert problem.what == f"has {script} digits in it."
    assert problem.remedy == "Type it with the digits 0 to 9: 25.50."
    assert clean(check(example("EMAIL", amount="25.50")), "amount") == "25.50"
