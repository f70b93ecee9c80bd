"""In which language is a page?  The account's choice, else the browser's; a language is one file in `languages/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from campaign_runner.entrypoints.web.sentences import Sentences

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
        return english if self.code == ENGLISH else self._sentences.say(english)

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
