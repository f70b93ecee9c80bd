"""How much is an amount on a statement?  Read by the marks that the whole column proves, never by a guess.

`1,250.00` proves a decimal point and `1.250,00` or `30,30` a decimal comma; `1,250` alone proves neither. A column that
proves one is read so throughout; one that proves both, or has amounts that could be either and proves none, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from campaign_runner.model import money

_SIGNS = re.compile(r"[\s\u00a0\u202f$€£¥]|^[A-Z]{3}|[A-Z]{3}$|'")
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = {mark: re.compile(rf"[0-9]{{1,3}}(?:\{mark}[0-9]{{3}})+") for mark in ",."}
# Whole part (grouped by the other mark, or not at all) and decimals behind this mark.
_DECIMAL = {
    point: re.compile(rf"(?:[0-9]*|[0-9]{{1,3}}(?:\{comma}[0-9]{{3}})+)\{point}[0-9]+")
    for point, comma in ((".", ","), (",", "."))
}


class NotAnAmount(ValueError):
    """`word` cannot be read; `why` says so in a sentence."""

    def __init__(self, word: str, why: str) -> None:
        super().__init__(word, why)
        self.word, self.why = word, why


def amounts(words: Iterable[str]) -> dict[str, int]:
    """Each word of a column in ten-thousandths; raises NotAnAmount.

    `$1,250.00`, `1250.00 USD`, `(25.00)` or `-25.00` for money back; "" is nothing.
    """
    bare = {word: _bare(word) for word in words}
    point = _decimal_mark({word: text.lstrip("-") for word, text in bare.items()})
    return {word: _units(word, text, point) for word, text in bare.items()}


def _bare(word: str) -> str:
    text = _SIGNS.sub("", word.strip())
    text = _SIGNS.sub("", text)
    if text.startswith("(") and text.endswith(")"):
        return "-" + _SIGNS.sub("", text[1:-1])
    return "-" + _SIGNS.sub("", text[1:]) if text.startswith(("-", "\u2212")) else text.removeprefix("+")


def _decimal_mark(texts: dict[str, str]) -> str:
    """`.` or `,`: what the column proves; `.` where nothing needs a proof."""
    proofs = {mark: [word for word, text in texts.items() if _proves(text, mark)] for mark in ".,"}
    if proofs["."] and proofs[","]:
        one, two = proofs["."][0], proofs[","][0]
        raise NotAnAmount(
            two, f'"{one}" has a decimal point and "{two}" a decimal comma. Export it with one of them.'
        )
    unclear = next((word for word, text in texts.items() if _is_unclear(text)), None)
    if unclear is not None and not proofs["."] and not proofs[","]:
        raise NotAnAmount(
            unclear,
            f'"{unclear}" may mean thousands or decimals, and no other amount shows which. Export it with two decimals.',
        )
    return "," if proofs[","] else "."


def _proves(text: str, mark: str) -> bool:
    """Whether the text can only be read with this decimal mark."""
    other = "," if mark == "." else "."
    if _is_unclear(text):
        return False
    return bool(_DECIMAL[mark].fullmatch(text)) or (other in text and bool(_GROUPED[other].fullmatch(text)))


def _is_unclear(text: str) -> bool:
    """`1,250` or `1.250`: one group of three behind a mark."""
    return bool(re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text))


def _units(word: str, text: str, point: str) -> int:
    if not text:
        return 0
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    comma = "," if point == "." else "."
    whole = _PLAIN.fullmatch(digits) or _GROUPED[comma].fullmatch(digits) or _DECIMAL[point].fullmatch(digits)
    if not whole:
        raise NotAnAmount(word, f'"{word}" is not an amount. Correct it, or export again.')
    try:
        return sign * money.to_units(Decimal(digits.replace(comma, "").replace(point, ".")))
    except ValueError:
        raise NotAnAmount(word, f'"{word}" is not an amount. Correct it, or export again.') from None
