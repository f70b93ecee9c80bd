"""How is a sentence with values in it told in another language?  By the pattern of the catalogue that it is made of.

The program says `Row 3: 900.00 USD is more than [limits] max_amount = 500.00.`; the catalogue has
`Row {row}: {amount} is more than [limits] max_amount = {most}.` What stands in the places is told likewise, and money,
dates and numbers are written as the language does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Protocol

_PLACE = re.compile(r"\{(\w+)\}")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_WRITTEN = re.compile(
    rf"(?P<money>-?[0-9][0-9,]*\.[0-9]{{2,4}} [A-Z]{{3}})\b|\b(?P<day>[0-9]{{1,2}} (?:{_MONTHS}) [0-9]{{4}})\b"
    r"|(?<![\w.,])(?P<number>[0-9]{1,3}(?:,[0-9]{3})+)(?![\w,.]*[0-9])"
)
# No text of the program has more; one that somebody typed may.
MOST_SENTENCES = 8
_NEXT_SENTENCE = re.compile(r"(?<=[.!?”\"])\s+(?=\S)")


class Writer(Protocol):
    """How a language writes what stands in a sentence."""

    def money(self, amount: str, currency: str) -> str:
        """1.234,50 USD."""
        ...

    def day(self, at: str) -> str:
        """27. Nov. 2026."""
        ...

    def number(self, value: int) -> str:
        """1.234."""
        ...


class _Pattern(NamedTuple):
    form: re.Pattern[str]
    text: str
    begins: int
    literal: int


class Sentences:
    """The sentences of one catalogue: English -> text of the language, both with the same `{places}`."""

    def __init__(self, texts: Mapping[str, str], write: Writer) -> None:
        self.texts, self.write = texts, write
        made = [_pattern(english, text) for english, text in texts.items() if _PLACE.search(english)]
        self.patterns = sorted(made, key=lambda one: (-one.begins, -one.literal))  # what begins alike, then says most
        self.say: Callable[[str], str] = lru_cache(4096)(self._say)

    def _say(self, english: str) -> str:
        """The text in the language, as far as the catalogue has it."""
        if "\n" in english:
            return "\n".join(map(self.say, english.split("\n")))
        if whole := self._known(english):
            return whole
        ends = [match.span() for match in _NEXT_SENTENCE.finditer(english)]
        if not ends:
            return self._written(english)
        end, begin = ends[0]
        return f"{self._one(english[:end]) or self._written(english[:end])} {self.say(english[begin:])}"

    def _known(self, english: str) -> str:
        """The text, if the catalogue has all of it: as single sentences if that can be, else as one."""
        if exact := self.texts.get(english):
            return exact
        for match in islice(_NEXT_SENTENCE.finditer(english), MOST_SENTENCES):
            end, begin = match.span()
            if (first := self._one(english[:end])) and (rest := self._known(english[begin:])):
                return f"{first} {rest}"
        return self._one(english)

    def _one(self, english: str) -> str:
        if exact := self.texts.get(english):
            return exact
        for form, text, *_ in self.patterns:
            if match := form.fullmatch(english):
                return text.format(**{name: self.say(value) for name, value in match.groupdict().items()})
        return ""

    def _written(self, value: str) -> str:
        for english in ("row {row}", "rows {rows}"):  # in a list of them
            word, _, place = english.partition(" ")
            translated = self.texts.get(english, english).replace(place, "").strip()
            value = re.sub(rf"\b{word} (?=[0-9])", f"{translated} ", value)
        return _WRITTEN.sub(self._as_written, value)

    def _as_written(self, found: re.Match[str]) -> str:
        if money := found["money"]:
            amount, _, currency = money.replace(",", "").partition(" ")
            return self.write.money(amount, currency)
        if day := found["day"]:
            number, month, year = day.split()
            return self.write.day(date(int(year), _MONTHS.split("|").index(month) + 1, int(number)).isoformat())
        return self.write.number(int(found["number"].replace(",", "")))


def _pattern(english: str, text: str) -> _Pattern:
    parts, seen = [], set[str]()
    for number, part in enumerate(_PLACE.split(english)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    begins, literal = english.index("{"), len(_PLACE.sub("", english))
    return _Pattern(re.compile("".join(parts), re.DOTALL), text, begins, literal)
