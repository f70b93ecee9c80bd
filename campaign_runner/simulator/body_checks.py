"""Is what was sent right?  The stand-in's own reading of Tango's two pages, written without a look at `schemas/`.

Two readings of one page find each other's mistakes. Each object has a Shape: which keys it needs, which it takes, and
a check per key. A million lines must pass quickly, so a line is first asked whether it fits; only one that does not
is read again to find every fault by its path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from campaign_runner.simulator.body_shape import BodyShape, Check, Fault, remembered, repeating, text
from campaign_runner.simulator.catalogue import SHIPPING_FEES


@remembered
def _amount(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < 1_000_000 and abs(value * 100 - round(value * 100)) < 1e-6


def _count(value: Any) -> bool:
    return type(value) is int and value >= 1


_EMAIL = (text(r"(?=.{3,100}\Z)[^@\s<>]+@[^@\s.<>]+(\.[^@\s.<>]+)+"), "must be one e-mail address of at most 100")
_STREET = (
    text(r"(?=.*\S)[0-9A-Za-z .,\-/&%#@']{1,35}"),
    "must be 1 to 35 letters, digits and space . , - / & % # @ '",
)
_DIGITAL_NAME = (repeating(r"(?=.*\S)[^<>/]{1,100}"), "must be 1 to 100 characters without < > /")
_PRINTED_NAME = (repeating(r"(?=.*\S)[0-9A-Za-z .,&\-]{1,25}"), "must be 1 to 25 letters, digits and space . , & -")
_PLACE = (repeating(r"(?=.*\S).{1,36}"), "must be 1 to 36 characters")
# The page's first release takes US numbers alone; E.164 is "the standard", and other countries are one setting away.
_MOBILE = (text(r"\+1[0-9]{10}|\+(?!1)[1-9][0-9]{6,14}"), "must be + and the country code; +1 takes ten digits")
_ANY = (repeating(r".{0,100}"), "may have 100 characters")


def _address(city: int, company: bool) -> BodyShape:
    town = repeating(rf"(?=.*\S)[0-9A-Za-z .\-&']{{1,{city}}}")
    checks: dict[str, tuple[Check, str]] = {
        "streetLine1": _STREET,
        "streetLine2": _STREET,
        "city": (town, f"must be 1 to {city} letters, digits and space . - & '"),
        "stateOrProvince": _PLACE,
        "postalCode": (repeating(r"(?=.*\S)[0-9A-Za-z \-]{1,12}"), "must be letters and digits"),
        "country": (lambda value: value in COUNTRIES, "must be a country's two letters"),
    }
    needs = frozenset(checks) - {"streetLine2"}
    if company:
        checks["companyName"] = _ANY
    return BodyShape(needs, checks)


def _recipient(needs: str, address: bool, name: tuple[Check, str]) -> BodyShape:
    checks = {"firstName": name, "lastName": name, "email": _EMAIL, "mobileNumber": _MOBILE}
    inner = {"address": _address(30, company=True)}
    required = frozenset(needs.split()) | ({"address"} if address else set())
    return BodyShape(required, checks, inner)


_SHIPPING = BodyShape(
    {"address"},
    {"companyName": _ANY, "contactName": (text(r".{1,50}"), "may have 50 characters"), "contactEmail": _EMAIL,
     "contactPhoneNumber": _ANY},
    {"address": _address(35, company=False)},
)  # fmt: skip
_BULK_SHIPPING = BodyShape(
    {"address"},
    {"companyName": _ANY, "contactFirstName": _ANY, "contactLastName": _ANY, "contactEmail": _EMAIL,
     "contactMobileNumber": _ANY},
    {"address": _address(35, company=False)},
)  # fmt: skip

_LINE: dict[str, tuple[Check, str]] = {
    "externalRefLineItemID": (text(r".{1,150}"), "must be 1 to 150 characters"),
    "utid": (repeating(r"[uU][0-9]{1,9}"), "must be U and digits"),
    "amount": (_amount, "must be a number above 0 with at most two decimals"),
    "quantity": (_count, "must be a whole number from 1"),
    "deliveryMethod": (repeating(r"[A-Z]+"), "must be a delivery method"),
    "deliveryDate": (repeating(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "must be a date, year first"),
    "etid": (repeating(r"[eE][0-9]{6}"), "must be E and six digits"),
    "ptid": (text(r"[pP][0-9]+"), "must be P and digits"),
    "expirationDate": (text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*"), "must be a date with time and offset"),
    "emailSubject": (repeating(r".{1,1024}"), "must not be blank"),
    "message": (repeating(r".{0,1024}"), "may have 1024 characters"),
    "lineItemNote": (repeating(r".{0,150}"), "may have 150 characters"),
    "shippingMethod": (lambda value: value in SHIPPING_FEES, f"must be one of {', '.join(SHIPPING_FEES)}"),
}


def _line(
    needs: str = "", inner: Mapping[str, BodyShape] | None = None, *, quantity: int = 1, etid: bool = False
) -> BodyShape:
    checks = dict(_LINE)
    if not etid:
        del checks["etid"]
    if quantity == 1:
        checks["quantity"] = (lambda value: type(value) is int and value == 1, "must be 1 for this delivery method")
    always = "externalRefLineItemID utid amount deliveryMethod"
    objects = inner or {}
    required = frozenset(f"{always} {needs}".split()) | (objects.keys() - {"bulkShipping"})
    return BodyShape(required, checks, objects)


def _person(needs: str, **options: Any) -> BodyShape:
    return _line("", {"recipient": _recipient(needs, address=False, name=_DIGITAL_NAME)}, **options)


MAIL = _recipient("firstName lastName", address=True, name=_PRINTED_NAME)

# The table "Bulk quantity, shipping, and recipient rules" of POST /asyncOrders.
METHODS: dict[str, BodyShape] = {
    "EMAIL": _person("firstName email", etid=True),
    "PHONE": _person("firstName mobileNumber", etid=True),
    "EMBEDDED": _person("firstName email"),
    "NONE": _person("firstName"),
    "ADDRESS": _line("shippingMethod", {"recipient": MAIL}),
    "BULKDIGITAL": _line(quantity=2),
    "BULKSHIPMENT": _line("shippingMethod", {"shipping": _SHIPPING}, quantity=2),
}
_OTHER_FORM = _line("shippingMethod bulkShipping", {"bulkShipping": _BULK_SHIPPING}, quantity=2)

_IDENTIFIER = (text(r"[-a-zA-Z0-9]{5,100}"), "must be 5 to 100 letters, digits and hyphens")
_SENDER_CHECKS = {"firstName": _DIGITAL_NAME, "lastName": _DIGITAL_NAME, "email": _EMAIL}
SENDER = BodyShape((), _SENDER_CHECKS)
_ORDER_CHECKS: dict[str, tuple[Check, str]] = {
    "externalRefID": (text(r"[A-Za-z0-9-]{1,100}"), "must be 1 to 100 letters, digits and hyphens"),
    "customerIdentifier": _IDENTIFIER,
    "accountIdentifier": _IDENTIFIER,
    "campaign": (text(r".{0,1024}"), "may have 1024 characters"),
    "purchaseOrderNumber": (text(r".{0,100}"), "may have 100 characters"),
    "notes": (text(r".{0,150}"), "may have 150 characters"),
    "lineItems": (lambda value: isinstance(value, list) and value, "must be a list of at least one line item"),
}
# POST /orders calls externalRefID optional; a runner that leaves it out could pay twice, so here it is not.
_ORDER_NEEDS = frozenset({"externalRefID", "customerIdentifier", "accountIdentifier"})
ASYNC_ORDER = BodyShape(_ORDER_NEEDS | {"lineItems"}, _ORDER_CHECKS, {"sender": SENDER})
_SINGLE_CHECKS = {key: check for key, check in (_ORDER_CHECKS | _LINE).items()
                  if key not in ("lineItems", "externalRefLineItemID", "quantity", "shippingMethod", "deliveryDate",
                                 "lineItemNote")} | {
    "sendEmail": (lambda value: type(value) is bool, "must be true or false"),
}  # fmt: skip
SINGLE_ORDER = BodyShape(
    _ORDER_NEEDS | {"utid", "amount"},
    _SINGLE_CHECKS,
    {"sender": SENDER, "recipient": _recipient("", address=False, name=_DIGITAL_NAME)},
)


def shape_of(line: Any) -> BodyShape | None:
    """The shape of a line by its delivery method; None where there is no such method."""
    method = line.get("deliveryMethod") if isinstance(line, dict) else None
    if method == "BULKSHIPMENT" and "bulkShipping" in line:
        return _OTHER_FORM
    return METHODS.get(method) if isinstance(method, str) else None


_POSTAL_CODES = {"US": text(r"[0-9]{5}"), "CA": text(r"[A-Za-z][0-9][A-Za-z][ -]?[0-9][A-Za-z][0-9]")}


def without_nulls(value: Any) -> Any:
    """null counts as left out ("must be excluded or set to null")."""
    if isinstance(value, dict):
        return {key: without_nulls(content) for key, content in value.items() if content is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def place_faults(address: Mapping[str, str], path: str) -> Iterator[Fault]:
    """What no single field shows: region and postal code by country. The address has passed its shape."""
    country, region, code = address["country"], address["stateOrProvince"], address["postalCode"]
    if country in REGIONS and region not in REGIONS[country]:
        yield f"{path}.stateOrProvince", "422.009", f"is not a region of {country} by its two capital letters", region
    if country in _POSTAL_CODES and not _POSTAL_CODES[country](code):
        yield f"{path}.postalCode", "422.009", f"is not a postal code of {country}", code


def date_faults(line: Mapping[str, Any], now: datetime) -> Iterator[Fault]:
    """`deliveryDate` at least 7 days ahead; `expirationDate` with an offset, between a day and a year ahead."""
    if "deliveryDate" in line:
        day = _parsed(date.fromisoformat, line["deliveryDate"])
        if day is None or day < now.date() + timedelta(days=7):
            yield "deliveryDate", "422.059", "must be at least 7 days in the future", line["deliveryDate"]
    if "expirationDate" in line:
        moment = _parsed(datetime.fromisoformat, line["expirationDate"].replace("Z", "+00:00"))
        if moment is None or not moment.tzinfo or not timedelta(days=1) <= moment - now <= timedelta(days=366):
            yield (
                "expirationDate",
                "422.059",
                "must lie a day to a year ahead, with an offset",
                line["expirationDate"],
            )


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        return None


_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS FM GU MH MP PR PW UM VI AA AE AP"
)
_PROVINCES = "AB BC MB NB NL NS NT NU ON PE QC SK YT"
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
STATES = frozenset(_STATES.split())
PROVINCES = frozenset(_PROVINCES.split())
COUNTRIES = frozenset(_COUNTRIES.split())
REGIONS = {"US": STATES, "CA": PROVINCES}
