"""Rows that break a rule (rejected) or need a decision (held): exit code 1, the other rows of the file are fine."""

from __future__ import annotations

import csv
import io
from datetime import date

from making.broken import Broken
from making.broken_files import GOOD
from making.broken_files import ROWS as SHEET
from making.workbooks import sheets, shown, workbook

PERSON = {"Employee ID": "1", "First name": "Mia", "Delivery method": "EMAIL", "Reward": "U561593", "Amount": "25.00"}
EMAIL = PERSON | {"E-mail": "mia@example.com"}
PHONE = PERSON | {"Delivery method": "PHONE", "Mobile": "+14155550100"}
NONE = PERSON | {"Delivery method": "NONE"}
PLACE = {"Street": "1 Main Street", "City": "Boston", "State": "MA", "ZIP": "02134", "Country": "US"}
ADDRESS = PERSON | PLACE | {"Delivery method": "ADDRESS", "Last name": "Example", "Shipping method": "uspspriority"}
BULK = {"Employee ID": "1", "Delivery method": "BULKDIGITAL", "Reward": "U561593", "Amount": "25.00"}
SHIPPED = (
    BULK
    | {f"Shipping {header.lower().replace('zip', 'ZIP')}": value for header, value in PLACE.items()}
    | {"Delivery method": "BULKSHIPMENT", "Shipping contact": "Sam Example", "Shipping method": "upsground"}
)


def _row(name: str, title: str, row: dict[str, str], *more: dict[str, str]) -> Broken:
    """A file of a row and further ones."""
    rows = [row, *more]
    headers = list(dict.fromkeys(header for each in rows for header in each))
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Broken(f"rows/{name}.csv", title, text.getvalue(), 1)


ROWS = (
    # what every row needs, takes and is
    _row("method", "A delivery method that does not exist", EMAIL | {"Delivery method": "FAX"}),
    _row("required", "A cell that the method needs is empty", EMAIL | {"E-mail": ""}, EMAIL | {"Employee ID": "2"}),
    _row("required-column", "The method needs a column that the file does not have",
         PERSON | {"Delivery method": "PHONE"}, EMAIL | {"Employee ID": "2"}),
    _row("not-allowed", "A cell that the method does not take is filled", EMAIL | PLACE),
    _row("key", "The cell that names the row is empty", EMAIL | {"Employee ID": ""}),
    _row("several", "Several mistakes in one row", EMAIL | {"E-mail": "mia@", "Reward": "Coffee", "Amount": "0"}),
    # names and addresses of people
    _row("name-length", "A name that is too long", EMAIL | {"First name": "A" * 101}),
    _row("name-characters", "A name with characters that Tango refuses", EMAIL | {"First name": "Mia <b>"}),
    _row("printed-name-length", "A name that is too long for the label of a parcel",
         ADDRESS | {"Last name": "Featherstonehaugh-Smithson"}),
    _row("printed-name-characters", "A name that cannot be printed on a parcel", ADDRESS | {"First name": "José"}),
    _row("email", "Something that is not an e-mail address", EMAIL | {"E-mail": "mia@@example.com"}),
    _row("email-ending", "An e-mail address with an ending that no domain has", EMAIL | {"E-mail": "mia@example.com1"}),
    _row("email-domain", "An e-mail address with special letters in its domain", EMAIL | {"E-mail": "mia@müller.example"}),
    _row("email-two", "Two e-mail addresses in one cell", EMAIL | {"E-mail": "mia@example.com; ben@example.com"}),
    _row("email-length", "An e-mail address that is too long", EMAIL | {"E-mail": f"{'a' * 90}@example.com"}),
    _row("phone", "A mobile number with a digit missing", PHONE | {"Mobile": "(415) 555-010"}),
    _row("phone-country", "A mobile number of another country", PHONE | {"Mobile": "+44 20 7946 0100"}),
    # places
    _row("street-length", "A street that is too long", ADDRESS | {"Street": "The Old Mill House, 117 North Harbor Road"}),
    _row("street-characters", "A street that cannot be printed on a parcel", ADDRESS | {"Street": "1 Main Street; rear"}),
    _row("city", "A city that is too long", ADDRESS | {"City": "Saint Example upon the Great River"}),
    _row("state", "A state that does not exist", ADDRESS | {"State": "Massachusets"}),
    _row("state-canada", "A Canadian province that does not exist",
         ADDRESS | {"State": "MA", "ZIP": "M5V 2T6", "Country": "CA"}),
    _row("zip", "A ZIP code that lost its leading zero", ADDRESS | {"ZIP": "2134"}),
    _row("zip-canada", "A Canadian postal code that is not valid",
         ADDRESS | {"State": "ON", "ZIP": "M5V 2T", "Country": "CA"}),
    _row("country", "A country that does not exist", ADDRESS | {"Country": "Atlantis"}),
    # the reward
    _row("utid", "Something that is not a reward number", EMAIL | {"Reward": "Coffee card"}),
    _row("amount", "Something that is not an amount", EMAIL | {"Amount": "twenty-five"}),
    _row("amount-places", "An amount with more than two places", EMAIL | {"Amount": "25.1234"}),
    _row("currency", "A currency that is not the reward's", EMAIL | {"Currency": "EUR"}),
    _row("currency-sign", "An amount with the sign of another currency", EMAIL | {"Amount": "25,00 €"}),
    _row("currency-header", "Amounts in another currency by their header",
         {("Amount (EUR)" if header == "Amount" else header): value for header, value in EMAIL.items()}),
    _row("amount-percent", "A percentage instead of an amount", EMAIL | {"Amount": "25%"}),
    _row("amount-thousands", "An amount that can be read in two ways", EMAIL | {"Amount": "1.250"}),
    _row("amount-zero", "An amount of zero", EMAIL | {"Amount": "0"}),
    _row("amount-size", "An amount that is too large", EMAIL | {"Amount": "1000000"}),
    _row("quantity", "A quantity that is not a whole number", BULK | {"Quantity": "2.5"}),
    _row("quantity-zero", "A quantity of zero", BULK | {"Quantity": "0"}),
    _row("quantity-single", "More than one reward for one person", EMAIL | {"Quantity": "3"}),
    # when and how
    _row("delivery-date", "Something that is not a date", EMAIL | {"Delivery date": "next Friday"}),
    _row("delivery-date-past", "A delivery date that is too soon", EMAIL | {"Delivery date": "2025-12-24"}),
    _row("etid", "Something that is not an e-mail template", EMAIL | {"ETID": "Birthday"}),
    _row("ptid", "Something that is not a printed template", ADDRESS | {"PTID": "Birthday"}),
    _row("expiration", "An expiration date without a time zone", NONE | {"Expiration date": "2099-12-31"}),
    _row("expiration-past", "An expiration date that is too soon", NONE | {"Expiration date": "2025-12-31T23:59:59Z"}),
    _row("expiration-far", "An expiration date that is too far ahead", NONE | {"Expiration date": "2099-12-31T23:59:59Z"}),
    _row("message", "A message that is too long", EMAIL | {"Message": "Thank you! " * 100}),
    _row("note", "A line note that is too long", EMAIL | {"Line note": "x" * 151}),
    _row("shipping-method", "A shipping method that does not exist", ADDRESS | {"Shipping method": "pigeon"}),
    _row("shipping-contact", "A contact whose name is too long", SHIPPED | {"Shipping contact": "Sam " + "Example" * 7}),
    _row("shipping-phone", "A contact's phone number that is not valid", SHIPPED | {"Shipping phone": "ask Sam"}),
    # cells that were damaged on their way
    _row("placeholder", "A word that a program wrote for a missing value", EMAIL | {"First name": "undefined"}),
    _row("web-marks", "Text with codes of a web page", EMAIL | {"First name": "Jos&eacute;"}),
    _row("formula-error-text", "The error of a formula in a text file", EMAIL | {"First name": "#BEZUG!"}),
    _row("total-or-name", "The label of a totals row that may be a name", NONE,
         NONE | {"Employee ID": "2", "Amount": "40.00"}, NONE | {"Employee ID": "3", "First name": "Suma"}),
    _row("garbled", "Text that was saved in one encoding and read in another", EMAIL | {"First name": "JosÃ©"}),
    _row("broken-character", "A damaged character", EMAIL | {"First name": "Jos\ufffd"}),
    Broken("rows/formula-error.xlsx", "A formula that results in an error",
           workbook([SHEET[0], [*SHEET[1][:2], "#N/A", *SHEET[1][3:]], SHEET[2]]), 1),
    Broken("rows/formula-unsolved.xlsx", "A formula without a stored result",
           shown(SHEET, "F2", "=5*5", "General"), 1),
    # cells that the sheet shows otherwise than they are
    Broken("rows/shown-in-euros.xlsx", "An amount that the sheet shows in another currency",
           shown(SHEET, "F2", 25, "#,##0.00 [$\u20ac-407]"), 1),
    Broken("rows/shown-in-percent.xlsx", "An amount that the sheet shows in percent",
           shown(SHEET, "F2", 0.25, "0%"), 1),
    Broken("rows/three-places.xlsx", "A number with three places after the point",
           shown(SHEET, "F2", 41.625, "General"), 1),
    Broken("rows/shown-rounded.xlsx", "An amount that the sheet rounds", shown(SHEET, "F2", 25.4, "0"), 1),
    Broken("rows/not-shown.xlsx", "An amount that the sheet does not show", shown(SHEET, "F2", 25, ";;;"), 1),
    Broken("rows/date-as-name.xlsx", "A name that Excel took for a date",
           shown(SHEET, "B2", date(2019, 1, 2), "d-mmm"), 1),
    Broken("rows/second-sheet.xlsx", "A second sheet of rewards",
           sheets(("Rewards", SHEET), ("IT", SHEET)), 1),
    Broken("rows/too-many-cells.csv", "A row with more cells than the header", GOOD.replace("25.00", "25.00,oops"), 1),
    # rows that wait for a decision
    _row("twice", "The same row twice", EMAIL, EMAIL),
    _row("same-key", "Two different rows with the same key", EMAIL, EMAIL | {"Amount": "50.00"}),
    Broken("rows/hidden.xlsx", "A hidden row", workbook(SHEET, hidden=[3]), 1),
)  # fmt: skip
