"""The rules as pydantic models, one per delivery method: what many would write first."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints, TypeAdapter

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^<>/]+$")]
Printed = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z .,&-]{1,25}$")]
Street = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z .,\-/&%#@']{1,35}$")]
City = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z .\-&']{1,30}$")]
Address = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^@\s<>]+@[^@\s.<>]+(\.[^@\s.<>]+)+$")]
Mobile = Annotated[str, StringConstraints(pattern=r"^\+1[0-9]{10}$")]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Zip = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Service = Annotated[
    str, StringConstraints(pattern=r"^(ups(ground|2ndday|nextday)(signature)?|usps(priority(sig)?|1stclass))$")
]
# "thorough": e-mail addresses as pydantic's own documentation has them; "plain": by a pattern.
Email: Any = EmailStr if os.environ.get("BENCH_EMAIL") == "thorough" else Address


class Line(BaseModel):
    """What every line has."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    employee: str = Field(alias="Employee ID")
    utid: Annotated[str, StringConstraints(pattern=r"^[Uu][0-9]{1,9}$")] = Field(alias="UTID")
    amount: Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=2)] = Field(alias="Amount")


class Person(Line):
    """A line for one person."""

    first: Text = Field(alias="First name")
    last: Text | None = Field(None, alias="Last name")
    email: Email | None = Field(None, alias="E-mail")
    mobile: Mobile | None = Field(None, alias="Mobile number")
    quantity: Annotated[int, Field(ge=1, le=1)] = Field(1, alias="Quantity")


class Mailed(Person):
    """E-mail and embedded."""

    method: Literal["EMAIL", "EMBEDDED"] = Field(alias="Delivery method")
    email: Email = Field(alias="E-mail")


class Unsent(Person):
    """Delivered by ourselves."""

    method: Literal["NONE"] = Field(alias="Delivery method")


class Texted(Person):
    """Text message."""

    method: Literal["PHONE"] = Field(alias="Delivery method")
    mobile: Mobile = Field(alias="Mobile number")


class Posted(Person):
    """Letter."""

    method: Literal["ADDRESS"] = Field(alias="Delivery method")
    first: Printed = Field(alias="First name")
    last: Printed = Field(alias="Last name")
    street: Street = Field(alias="Street")
    city: City = Field(alias="City")
    state: State = Field(alias="State")
    zip: Zip = Field(alias="ZIP")
    country: State = Field(alias="Country")
    service: Service = Field(alias="Shipping method")


class Bulk(Line):
    """Many rewards to hand out."""

    method: Literal["BULKDIGITAL"] = Field(alias="Delivery method")
    quantity: Annotated[int, Field(ge=1, le=999_999)] = Field(1, alias="Quantity")


class Parcel(Line):
    """Many rewards in one parcel."""

    method: Literal["BULKSHIPMENT"] = Field(alias="Delivery method")
    quantity: Annotated[int, Field(ge=1, le=999_999)] = Field(1, alias="Quantity")
    street: Street = Field(alias="Shipping street")
    city: City = Field(alias="Shipping city")
    state: State = Field(alias="Shipping state")
    zip: Zip = Field(alias="Shipping ZIP")
    country: State = Field(alias="Shipping country")
    service: Service = Field(alias="Shipping method")


AnyLine = Annotated[Mailed | Unsent | Texted | Posted | Bulk | Parcel, Field(discriminator="method")]
LINE: TypeAdapter[AnyLine] = TypeAdapter(AnyLine)
