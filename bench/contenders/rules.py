"""The rules as one would write them by hand: a compiled expression per column, a set of columns per method."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

NAME = re.compile(r"[^<>/]{1,100}")
PRINTED = re.compile(r"[0-9A-Za-z .,&-]{1,25}")
STREET = re.compile(r"[0-9A-Za-z .,\-/&%#@']{1,35}")
CITY = re.compile(r"[0-9A-Za-z .\-&']{1,30}")
COLUMNS = {
    "First name": NAME, "Last name": NAME,
    "E-mail": re.compile(r"(?=.{3,100}$)[^@\s<>]+@[^@\s.<>]+(\.[^@\s.<>]+)+"),
    "Mobile number": re.compile(r"\+1[0-9]{10}"),
    "Street": STREET, "City": CITY, "State": re.compile(r"[A-Z]{2}"), "ZIP": re.compile(r"[0-9]{5}"),
    "Country": re.compile(r"[A-Z]{2}"), "UTID": re.compile(r"[Uu][0-9]{1,9}"),
    "Amount": re.compile(r"(?=.*[1-9])[0-9]{1,6}(\.[0-9]{1,2})?"), "Quantity": re.compile(r"[1-9][0-9]{0,5}"),
    "Shipping method": re.compile(r"(ups(ground|2ndday|nextday)(signature)?|usps(priority(sig)?|1stclass))"),
    "Shipping street": STREET, "Shipping city": CITY, "Shipping state": re.compile(r"[A-Z]{2}"),
    "Shipping ZIP": re.compile(r"[0-9]{5}"), "Shipping country": re.compile(r"[A-Z]{2}"),
}  # fmt: skip
# What a pattern cannot know: which regions a country has, and how its postal codes are written.
US = """AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR
PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP"""
CA = "AB BC MB NB NL NS NT NU ON PE QC SK YT"
REGIONS = {"US": frozenset(US.split()), "CA": frozenset(CA.split())}
POSTAL = {"US": re.compile(r"[0-9]{5}(-?[0-9]{4})?"), "CA": re.compile(r"[A-Z][0-9][A-Z] [0-9][A-Z][0-9]")}
TYPED_WRONG = re.compile(r"@(gmial|gmai|gmal|gnail|hotmial|hotmai|yaho|yahooo|outlok|outloo)\.com$")
ALWAYS = {"UTID", "Amount"}
PERSON = {"First name"}
PLACE = {"Street", "City", "State", "ZIP", "Country"}
PARCEL = {"Shipping street", "Shipping city", "Shipping state", "Shipping ZIP", "Shipping country"}
REQUIRED = {
    "EMAIL": ALWAYS | PERSON | {"E-mail"}, "EMBEDDED": ALWAYS | PERSON | {"E-mail"}, "NONE": ALWAYS | PERSON,
    "PHONE": ALWAYS | PERSON | {"Mobile number"}, "BULKDIGITAL": ALWAYS,
    "ADDRESS": ALWAYS | PERSON | PLACE | {"Last name", "Shipping method"},
    "BULKSHIPMENT": ALWAYS | PARCEL | {"Shipping method"},
}  # fmt: skip
ALLOWED = {
    method: required
    | {"Quantity"}
    | (set() if method.startswith("BULK") else {"Last name", "E-mail", "Mobile number"})
    for method, required in REQUIRED.items()
}


def tidied(row: Mapping[str, str]) -> dict[str, str]:
    """The row with every run of white space (and there are many kinds) made one blank."""
    found = {name: " ".join(value.split()) if value else "" for name, value in row.items()}
    found["Delivery method"], found["UTID"] = found["Delivery method"].upper(), found["UTID"].upper()
    if found["E-mail"]:
        local, at, domain = found["E-mail"].rpartition("@")
        found["E-mail"] = local + at + domain.lower()
    return found


def person(row: Mapping[str, str]) -> tuple[str, str, str]:
    """Who gets what: the same person is not to get the same reward twice."""
    reached = (
        row["E-mail"].lower() or row["Mobile number"] or f"{row['First name']}/{row['Last name']}/{row['Street']}"
    )
    return reached if reached != "//" else row["Employee ID"], row["UTID"], row["Amount"]


def problems(row: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a tidied row."""
    method = row["Delivery method"]
    if method not in REQUIRED:
        yield f"Delivery method: {method!r} is not known"
        return
    required, allowed = REQUIRED[method], ALLOWED[method]
    for name, pattern in COLUMNS.items():
        value = row[name]
        if not value:
            if name in required:
                yield f"{name} is missing"
        elif name not in allowed:
            yield f"{name} is not allowed for {method}"
        elif not pattern.fullmatch(value):
            yield f"{name}: {value!r} is not right"
    for prefix in ("", "Shipping "):
        country = row["Shipping country" if prefix else "Country"]
        if country in REGIONS:
            if row["Shipping state" if prefix else "State"] not in REGIONS[country]:
                yield f"{prefix}State is not in {country}"
            if not POSTAL[country].fullmatch(row[f"{prefix}ZIP"]):
                yield f"{prefix}ZIP is not one of {country}"
    if row["E-mail"] and TYPED_WRONG.search(row["E-mail"]):
        yield f"E-mail: is {row['E-mail']} meant?"
    if method == "ADDRESS" and not (PRINTED.fullmatch(row["First name"]) and PRINTED.fullmatch(row["Last name"])):
        yield "The name cannot be printed"
    if row["Quantity"] not in ("", "1") and not method.startswith("BULK"):
        yield f"Quantity must be 1 for {method}"
