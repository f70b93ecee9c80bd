"""In which language is a page?  The account's choice, else the browser's; a language is one file in `languages/`.
Sentences with values in them are told by the pattern they were made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from campaign_runner.entrypoints.web.page_words import on_the_page, without_name

FOLDER = Path(__file__).parent / "languages"
ENGLISH = "en"


class Language:
    """Texts, numbers and dates of one language."""

    def __init__(self, code: str, texts: Mapping[str, str]) -> None:
        self.code, self.texts_known = code, texts
        self.name = Locale.parse(code).get_display_name(code) or code
        # British: 27 Nov 2026, as everywhere else in the program.
        self._locale = Locale.parse("en_GB" if code == ENGLISH else code)
        self._sentences = Sentences(texts, self)

    def text(self, english: str, /, **values: Any) -> str:
        """The text in this language, English where there is none."""
        translated = self.texts_known.get(english) or english
        return translated.format(**values) if values else translated

    def say(self, english: str) -> str:
        """A sentence of the program, with the values in it, in this language."""
        sentence = without_name(english)
        return on_the_page(sentence) if self.code == ENGLISH else self._sentences.say(sentence)

    def texts(self, one: str, many: str, number: int) -> str:
        """`{n} row` or `{n} rows`."""
        return self.text(one if number == 1 else many).format(n=self.number(number))

    def number(self, value: int | Decimal) -> str:
        """1,234 or 1.234."""
        return format_decimal(value, locale=self._locale)

    def money(self, amount: str | Decimal, currency: str) -> str:
        """1,234.50 USD, with the decimals that the amount has, two at least."""
        return f"{format_decimal(Decimal(amount), '#,##0.00##', locale=self._locale)} {currency}"

    def day(self, at: str) -> str:
        """27 Nov 2026."""
        return self._day(datetime.fromisoformat(at)) if at else ""

    def moment(self, at: str) -> str:
        """27 Nov 2026, 14:05 UTC."""
        return self.since(datetime.fromisoformat(at).timestamp()) if at else ""

    def clock(self, at: str, zone: str = "") -> str:
        """27 Nov 2026, 15:05 (Europe/Berlin): where somebody said a zone, on the clock of that place."""
        try:
            place = ZoneInfo(zone) if zone else None
        except (ValueError, OSError, KeyError):  # this machine does not know the place
            place = None
        if place is None:
            return self.moment(at)
        moment = datetime.fromisoformat(at).astimezone(place)
        return f"{self._day(moment)}, {moment:%H:%M} ({zone})"

    def since(self, seconds: float) -> str:
        """The same, of seconds since 1970."""
        moment = datetime.fromtimestamp(seconds, UTC)
        return f"{self._day(moment)}, {moment:%H:%M} UTC"

    def _day(self, moment: datetime) -> str:
        """27 Nov 2026 as everywhere in English, else as the language writes dates: 27.11.2026."""
        return format_date(moment, "d MMM y" if self.code == ENGLISH else "medium", locale=self._locale)


@cache
def languages() -> Mapping[str, Language]:
    """All there are, English first."""
    known = {ENGLISH: Language(ENGLISH, {})}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.stem)
        texts = {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
        known[path.stem] = Language(path.stem, texts)
    return known


def chosen(account: str, accepted: str) -> Language:
    """The language of a page: `accepted` is the browser's Accept-Language."""
    known = languages()
    if account in known:
        return known[account]
    wanted = [part.partition(";")[0].strip().replace("-", "_") for part in accepted.split(",")[:10]]
    return known[negotiate_locale([each for each in wanted if each], list(known)) or ENGLISH]


_PLACE = re.compile(r"\{(\w+)\}")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_WRITTEN = re.compile(
    rf"(?P<money>-?[0-9][0-9,]*\.[0-9]{{2,4}} [A-Z]{{3}})\b|\b(?P<day>[0-9]{{1,2}} (?:{_MONTHS}) [0-9]{{4}})\b"
    r"|(?<![\w.,])(?P<number>[0-9]{1,3}(?:,[0-9]{3})+)(?![\w,.]*[0-9])"
)
_MORE = re.compile(r" and ([0-9][0-9,]*) more$")
_BETWEEN_NUMBERS = re.compile(r"(?<=[0-9]) and (?=[0-9])")
# What stands in these places are names that people gave: they stay as they are.
_THEIRS = frozenset({"name", "header", "sheet", "chosen", "source", "words", "cells"})
CHANGES = "changes"
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
                return text.format(**{name: self._in_place(name, value) for name, value in match.groupdict().items()})
        return ""

    def _in_place(self, name: str, value: str) -> str:
        if name in _THEIRS:
            return value
        if name == CHANGES:  # amount 25.00 USD, now 30.00 USD; key 0001, now 1
            return "; ".join(map(self._changed, value.split("; ")))
        return self.say(value)

    def _changed(self, change: str) -> str:
        words, now = change.split(" "), self.texts.get("now", "now")
        field = next((end for end in range(6, 0, -1) if " ".join(words[:end]) in self.texts), 0)
        name, rest = " ".join(words[:field]), " ".join(words[field:]).replace(", now ", f", {now} ", 1)
        return f"{self.texts.get(name, name)} {self._written(rest)}".strip()

    def _written(self, value: str) -> str:
        for english in ("row {row}", "rows {rows}"):  # in a list of them
            word, _, place = english.partition(" ")
            translated = self.texts.get(english, english).replace(place, "").strip()
            value = re.sub(rf"\b{word} (?=[0-9])", f"{translated} ", value)
        value = _MORE.sub(
            lambda match: " " + self.texts.get("and {n} more", "and {n} more").format(n=match[1]), value
        )
        value = _BETWEEN_NUMBERS.sub(f" {self.texts.get('and', 'and')} ", value)
        return _WRITTEN.sub(self._as_written, value)

    def _as_written(self, match: re.Match[str]) -> str:
        if money := match["money"]:
            amount, _, currency = money.replace(",", "").partition(" ")
            return self.write.money(amount, currency)
        if day := match["day"]:
            number, month, year = day.split()
            return self.write.day(date(int(year), _MONTHS.split("|").index(month) + 1, int(number)).isoformat())
        return self.write.number(int(match["number"].replace(",", "")))


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
