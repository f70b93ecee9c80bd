"""Who gets a reward in the samples?  Invented people at example.com, the same ones every time.

Phone numbers are those that are kept for fiction (555-01xx). Nobody has a delivery date: Tango wants it at least
7 days ahead, so a fixed one would turn a good sample into a bad one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

Row = dict[str, object]

FIRST = (
    "Ana", "Ben", "Cleo", "Dara", "Eli", "Fatima", "George", "Hana", "Ivan", "Julia", "Kofi", "Lena", "Mateo",
    "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Samir", "Tara", "Uma", "Viktor", "Wanda", "Xavier", "Yusuf",
    "Zoë", "José", "Chloé", "Björn", "Siân",
)  # fmt: skip
LAST = (
    "Abbott", "Bauer", "Castillo", "Dubois", "Eriksen", "Fischer", "Grant", "Haddad", "Ito", "Jensen",
    "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quigley", "Rossi", "Silva", "Tanaka",
    "Ueda", "Varga", "Walsh", "Xu", "Young", "Zimmermann", "Ibáñez", "Núñez",
)  # fmt: skip
DEPARTMENTS = ("Engineering", "Sales", "Support", "Finance", "People", "Warehouse")
PLACES = (
    ("Boston", "MA", "02134", "US"), ("Austin", "TX", "73301", "US"), ("Seattle", "WA", "98101", "US"),
    ("Chicago", "IL", "60601", "US"), ("San Juan", "PR", "00901", "US"), ("Toronto", "ON", "M5V 2T6", "CA"),
)  # fmt: skip
STREETS = ("Main Street", "Oak Avenue", "Harbor Road", "Mill Lane", "Station Street", "Park Row")
AREAS = ("212", "312", "415", "512", "617", "206")
THANKS = ("Thank you for a great quarter.", "Five years with us: thank you!", "You went out of your way.", "")
DIGITAL, POSTAL = ("U561593", "U666425"), ("U200201", "U561593")


class Company:
    """An invented company; every call of a method of `KINDS` brings one more row."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.number = 10_240

    def row(self, method: str) -> Row:
        """A valid row of a delivery method, by header."""
        return KINDS[method](self)

    def base(self, method: str, reward: str, amount: float) -> Row:
        """What every row has."""
        self.number += self.random.randint(1, 9)
        department = self.random.randrange(len(DEPARTMENTS))
        return {
            "Employee ID": self.number, "Department": DEPARTMENTS[department], "Cost centre": 4100 + 10 * department,
            "Hired on": date(2010, 1, 4) + timedelta(days=self.random.randrange(5400)),
            "Delivery method": method, "Reward": reward, "Amount": amount,
        }  # fmt: skip

    def name(self) -> Row:
        """A first and a last name."""
        return {"First name": self.random.choice(FIRST), "Last name": self.random.choice(LAST)}

    def mailbox(self, row: Row) -> str:
        """ana.abbott.10241@example.com: no two people share one."""
        return f"{plain(row['First name'])}.{plain(row['Last name'])}.{row['Employee ID']}@example.com".lower()

    def phone(self) -> str:
        """A number as people write them."""
        area, line = self.random.choice(AREAS), self.random.randint(100, 199)
        shapes = (f"+1{area}5550{line}", f"({area}) 555-0{line}", f"{area}-555-0{line}", f"+1 {area} 555 0{line}")
        return self.random.choice(shapes)

    def amount(self) -> float:
        """What the reward is worth."""
        return self.random.choice((10, 25, 25, 50, 50, 75, 100, 12.5))

    def street(self) -> str:
        """A house in an invented street."""
        return f"{self.random.randint(1, 240)} {self.random.choice(STREETS)}"


def email(company: Company) -> Row:
    row = company.base("EMAIL", company.random.choice(DIGITAL), company.amount()) | company.name()
    return row | {"E-mail": company.mailbox(row), "Message": company.random.choice(THANKS)}


def phone(company: Company) -> Row:
    row = company.base("PHONE", company.random.choice(DIGITAL), company.amount()) | company.name()
    return row | {"Mobile": company.phone(), "Message": company.random.choice(THANKS)}


def embedded(company: Company) -> Row:
    row = company.base("EMBEDDED", "U561593", company.amount()) | company.name()
    return row | {"E-mail": company.mailbox(row)}


def none(company: Company) -> Row:
    return company.base("NONE", "U666425", company.amount()) | company.name()


def address(company: Company) -> Row:
    city, state, code, country = company.random.choice(PLACES)
    row = company.base("ADDRESS", company.random.choice(POSTAL), company.amount()) | company.name()
    row |= {"First name": plain(row["First name"]), "Last name": plain(row["Last name"])}  # printed on the parcel
    return row | {"Street": company.street(), "City": city, "State": state, "ZIP": code, "Country": country,
                  "Shipping method": company.random.choice(("uspspriority", "usps1stclass"))}  # fmt: skip


def bulkdigital(company: Company) -> Row:
    return company.base("BULKDIGITAL", "U666425", 20) | {"Quantity": company.random.choice((5, 10, 20))}


def bulkshipment(company: Company) -> Row:
    city, state, code, country = company.random.choice(PLACES[:4])
    row = company.base("BULKSHIPMENT", "U200201", 25) | {"Quantity": company.random.choice((5, 10))}
    return row | {
        "Shipping company": "Acme Example Ltd", "Shipping contact": f"{plain(company.name()['First name'])} Example",
        "Shipping e-mail": "office@example.com", "Shipping street": company.street(), "Shipping city": city,
        "Shipping state": state, "Shipping ZIP": code, "Shipping country": country, "Shipping method": "upsground",
    }  # fmt: skip


KINDS: dict[str, Callable[[Company], Row]] = {
    kind.__name__.upper(): kind for kind in (email, phone, embedded, none, address, bulkdigital, bulkshipment)
}


def plain(name: object) -> str:
    """Without accents."""
    return unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode()
