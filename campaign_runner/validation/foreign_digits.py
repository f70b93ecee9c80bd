"""Which digits are these?  Those of other scripts look like numbers to people and are none to the rules: they are named."""

from __future__ import annotations

import unicodedata

from campaign_runner.validation.kinds.cell_context import Hint


def foreign_digits(value: str) -> Hint | None:
    """`２５` and `٢٥` are 25: what to type instead, in the digits 0 to 9; None where all digits are those."""
    digits = [letter for letter in value if letter > "\x7f" and letter.isdecimal()]
    if not digits:
        return None
    script = unicodedata.name(digits[0]).partition(" DIGIT ")[0].title().replace("Fullwidth", "full-width")
    plain = "".join(_MARKS.get(letter) or (str(int(letter)) if letter.isdecimal() else letter) for letter in value)
    return Hint("digits", f"has {script} digits in it.", f"Type it with the digits 0 to 9: {plain}.")


_MARKS = {"．": ".", "，": ",", "－": "-", "＋": "+", "٫": ".", "٬": ",", "　": " "}
