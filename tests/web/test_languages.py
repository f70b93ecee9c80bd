"""A language is one file, and none is forgotten: every text of every page is in it."""

from __future__ import annotations

import re

import pytest
from jinja2.ext import babel_extract

from campaign_runner.entrypoints.web.languages import ENGLISH, languages
from campaign_runner.entrypoints.web.pages import HERE, MENU, NOTICES
from campaign_runner.model.roles import Role

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
OTHERS = [language for code, language in languages().items() if code != ENGLISH]


def texts():
    """Every text that a template gives to `_` or `plural`, and those of the tables."""
    for path in TEMPLATES:
        with path.open("rb") as file:
            for _, _, given, _ in babel_extract(file, ["_"], [], {}):
                yield from (each for each in ([given] if isinstance(given, str) else given or ()) if each)
        yield from sum(re.findall(r'plural\("([^"]+)", "([^"]+)"', path.read_text("utf-8")), ())
    yield from (item.text for item in MENU)
    yield from NOTICES.values()
    yield from map(str, Role)


@pytest.mark.parametrize("language", OTHERS, ids=lambda language: language.code)
def test_every_text_of_every_page_is_translated(language):
    assert sorted({text for text in texts() if text not in language.texts_known}) == []


@pytest.mark.parametrize("language", OTHERS, ids=lambda language: language.code)
def test_a_translation_has_the_places_of_its_text(language):
    for english, text in language.texts_known.items():
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", text)), english


def test_numbers_and_dates_are_written_as_the_language_does():
    german, english = languages()["de"], languages()["en"]
    assert (english.money("1234.5", "USD"), german.money("1234.5", "EUR")) == ("1,234.50 USD", "1.234,50 EUR")
    assert english.day("2026-11-27T09:00:00+00:00") == "27 Nov 2026"
    assert german.texts("{n} campaign", "{n} campaigns", 1200) == "1.200 Kampagnen"


@pytest.mark.parametrize(("words", "shown"), [
    ("q4.csv is empty. Save the spreadsheet again and run again.",
     "q4.csv is empty. Save the spreadsheet again and upload the file again."),
    ('The sheet "South" has rows. Run it too with --sheet "South", or confirm this sheet with --sheet "North".',
     'The sheet "South" has rows. To read that one, upload the file again and type "South" as the sheet under '
     '"More options".'),
    ("If both are intended, release it with `campaign-runner release`; otherwise delete the row.",
     "If both are intended, release it; otherwise delete the row."),
    ("Correct the file or the limit in campaign.toml, and run again.",
     "Correct the file or ask an administrator for another limit."),
])  # fmt: skip
def test_a_sentence_for_the_command_line_names_what_the_page_has(words, shown):
    assert languages()["en"].say(words) == shown
