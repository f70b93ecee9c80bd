"""For every rule of the rule book a value that breaks it."""

from __future__ import annotations

from campaign_runner.model import Field, Method
from tests.validation.tables import BOOK

LONG = "x" * 2000


def rules_of(method: Method, field: Field) -> list[str]:
    checks = (method.rules.get(field.name) or field.schema)["checks"]
    return [f"{field.name}:{arguments['options']['rule']}" for arguments in checks.values()]


FIELD_BREAKERS = {
    "deliveryMethod:unknown": "PIGEON",
    "recipient.firstName:length": "A" * 101,
    "recipient.firstName:characters": "Ana/Maria",
    "recipient.firstName:no-name": "TBD",
    "recipient.lastName:length": "A" * 101,
    "recipient.lastName:characters": "Example<b>",
    "recipient.lastName:no-name": "-",
    "recipient.email:length": "a" * 90 + "@example.com",
    "recipient.email:format": "ana@@example.com",
    "recipient.email:domain": "ana@gmial.com",
    "recipient.mobileNumber:format": "+141555501",
    "recipient.address.streetLine1:length": "1 " + "Main Street, " * 4 + "B",
    "recipient.address.streetLine1:characters": "1 Main Street; Boston",
    "recipient.address.streetLine2:length": "1 " + "Main Street, " * 4 + "B",
    "recipient.address.streetLine2:characters": "Apt <4>",
    "recipient.address.city:length": "B" * 31,
    "recipient.address.city:characters": "Boston, Mass",
    "recipient.address.city:no-name": "12345",
    "recipient.address.stateOrProvince:region": "XX",
    "recipient.address.postalCode:format": "ABCDE",
    "recipient.address.country:unknown": "XX",
    "utid:format": "561593",
    "amount:format": "twenty",
    "amount:positive": "0",
    "amount:size": "1000000",
    "quantity:format": "1.5",
    "quantity:positive": "0",
    "quantity:size": "1000000",
    "deliveryDate:format": "soon",
    "deliveryDate:too-soon": "2026-11-28",
    "deliveryDate:far-ahead": "2027-02-21",
    "etid:format": "E12",
    "ptid:format": "12",
    "expirationDate:format": "next year",
    "expirationDate:too-soon": "2026-11-22T23:59:59Z",
    "expirationDate:too-late": "2027-11-23T00:00:00Z",
    "message:length": LONG,
    "lineItemNote:length": LONG,
    "shipping.contactName:length": "S" * 51,
    "shipping.contactEmail:length": "a" * 90 + "@example.com",
    "shipping.contactEmail:format": "sam.example.com",
    "shipping.contactEmail:domain": "sam@hotmial.com",
    "shipping.contactPhoneNumber:format": "none",
    "shipping.address.streetLine1:length": "1 " + "Main Street, " * 4 + "B",
    "shipping.address.streetLine1:characters": "2 Main Street!",
    "shipping.address.streetLine2:length": "1 " + "Main Street, " * 4 + "B",
    "shipping.address.streetLine2:characters": "Floor 3?",
    "shipping.address.city:length": "B" * 36,
    "shipping.address.city:characters": "Boston, Mass",
    "shipping.address.city:no-name": "null",
    "shipping.address.stateOrProvince:region": "XX",
    "shipping.address.postalCode:format": "ABCDE",
    "shipping.address.country:unknown": "XX",
    "shippingMethod:unknown": "by horse",
}


METHOD_BREAKERS = {
    "ADDRESS recipient.firstName:length": "A" * 26,
    "ADDRESS recipient.firstName:characters": "Ana's",
    "ADDRESS recipient.lastName:length": "A" * 26,
    "ADDRESS recipient.lastName:characters": "O'Example",
    **{f"{method} quantity:single": "2" for method in BOOK.methods if not method.startswith("BULK")},
}


EVERY_RULE = [
    (method.name, field.name, rule)
    for method in BOOK.methods.values()
    for field in BOOK.fields.values()
    if method.presence(field.name) != "not allowed"
    for rule in rules_of(method, field)
]
