"""What does a number format make of a number?  The text that the sheet shows, or what it hides or rounds away."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

from campaign_runner.intake.cells.format_codes import NOT_MEANT, Look, Section, is_padded


def shown(look: Look, text: str, exact: bool) -> str:
    """A number (as `typed.number` writes it) with what its format adds; `exact`: of money, where exponents, fractions
    and thousands left out are shown too."""
    value = _decimal(text)
    section = None if value is None else look.section(value)
    if value is None or section is None:
        return text
    if exact and value > 0 and section.shows_minus:
        return _as_written(section, text)
    if section.percent:
        return _words(section, _plain(value * 100**section.percent) + "%" * section.percent)
    if section.denominator:
        return _words(section, _fraction(value, section.denominator))
    if section.scientific:
        return f"{value:.{section.places or 0}E}" if exact else text
    if exact:
        return _words(section, text)
    return _masked(section, value) or _words(section, text)


def rounded(look: Look, text: str) -> str:
    """What the sheet shows instead of a number whose last digits it rounds or leaves out; "" where it shows all, or at
    least two places."""
    value = _decimal(text)
    section = None if value is None else look.section(value)
    if value is None or section is None or section.percent or section.denominator or section.scientific:
        return ""
    scaled = value / 1000**section.thousands
    seen = scaled if section.places is None else scaled.quantize(Decimal(1).scaleb(-section.places), ROUND_HALF_UP)
    enough = section.places is None or section.places > 1
    return "" if seen == value or section.is_blank or (enough and not section.thousands) else _plain(seen)


def is_hidden(look: Look, text: str) -> bool:
    """Whether the format shows nothing of a number, like `;;;`."""
    value = _decimal(text)
    section = None if value is None else look.section(value)
    return bool(section and section.is_blank)


def leading_zeros(look: Look) -> int:
    """How many digits a format of nothing but zeros shows, like `00000`; 0 for any other."""
    parts = look.sections[0].parts if len(look.sections) == 1 else ()
    plain = len(parts) == 1 and look.sections[0].is_digits[0] and re.fullmatch("0{2,20}", parts[0])
    return len(parts[0]) if plain and not look.sections[0].places and not look.sections[0].percent else 0


def _as_written(section: Section, number: str) -> str:
    """The number with everything that the format puts before and behind it."""
    first = next((at for at, is_digits in enumerate(section.is_digits) if is_digits), len(section.parts))
    return f"{''.join(section.parts[:first])}{number}{''.join(section.parts[first + 1 :])}".strip()


def _words(section: Section, number: str) -> str:
    """The literals before and behind the number, as a person would type them."""
    first = next((at for at, is_digits in enumerate(section.is_digits) if is_digits), None)
    before = "".join(section.parts[:first]) if first is not None else "".join(section.parts)
    behind = "" if first is None else "".join(
        part for part, is_digits in zip(section.parts[first:], section.is_digits[first:], strict=True) if not is_digits
    )  # fmt: skip
    before, behind = before.strip(NOT_MEANT), behind.strip(NOT_MEANT)
    sign, bare = ("-", number[1:]) if number.startswith("-") else ("", number)
    before += " " if before[-1:].isalpha() and len(before) > 1 else ""
    behind = f" {behind}" if behind and not number.endswith("%") else behind
    return f"{sign}{before}{bare}{behind}"


def _masked(section: Section, value: Decimal) -> str:
    """A whole number put into the places of a mask, like `00000-0000`; "" where the format is none."""
    masked = sum(section.is_digits) > 1 or is_padded(section)
    if not masked or value != value.to_integral_value() or value < 0 or section.places:
        return ""
    digits, out = f"{value:f}".partition(".")[0], ""
    runs = list(zip(section.parts, section.is_digits, strict=True))
    first = next(at for at, (_, is_digits) in enumerate(runs) if is_digits)
    for at in range(len(runs) - 1, -1, -1):
        part, is_digits = runs[at]
        if not is_digits:
            out = part + out
            continue
        for place in range(len(part) - 1, -1, -1):
            taken, digits = digits[-1:], digits[:-1]
            out = (taken or ("0" if part[place] == "0" else "")) + out
        if at == first:
            out, digits = digits + out, ""
    return out.strip()


def _fraction(value: Decimal, largest: int) -> str:
    part = Fraction(value).limit_denominator(largest)
    whole, rest = divmod(abs(part), 1)
    words = [str(whole)] * bool(whole or not rest) + [f"{rest.numerator}/{rest.denominator}"] * bool(rest)
    return "-" * (part < 0) + " ".join(words)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 40 else None
