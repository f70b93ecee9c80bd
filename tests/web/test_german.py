"""A German page is German: texts, sentences with values in them, money, dates and numbers."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import pytest
import yaml

from campaign_runner import intake
from campaign_runner.entrypoints.web.languages import languages
from campaign_runner.entrypoints.web.pages import HERE
from campaign_runner.model.errors import FileUnusable
from campaign_runner.validation.book import load_book, shipped
from tests.doors.conftest import ANA, BEN, WRONG, house
from tests.web.journeys import csv, finn, hanna, plan, site, work

__all__ = ["finn", "hanna", "house", "site"]
DOOR = "browser"
GERMAN = languages()["de"]
ROOT = Path(__file__).parents[2]
SAMPLES, CORPUS = ROOT / "samples" / "broken" / "files", ROOT / "tests" / "corpus" / "files"
# Whose refusals only a terminal or the log shows.
OF_COMMANDS = {"server_address", "worker_processes"}
ENGLISH = re.compile(
    r"\b(the|is|were|are|not|and|with|this|that|has|have|row|rows|file|sent|must|may|be|of|to|for|type|needs|again)\b",
    re.I,
)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Row 3: 1,900.00 USD is more than [limits] max_amount = 500.00.",
         "Zeile 3: 1.900,00 USD ist mehr als [limits] max_amount = 500.00."),
        ("Finn approved this plan on 27 Nov 2026.", "Finn hat diesen Plan am 27.11.2026 genehmigt."),
        ("This plan needs an approval: the file sends 35.50 USD, and [approval] required_above is 30.00 USD.",
         "Dieser Plan braucht eine Genehmigung: die Datei sendet 35,50 USD, und [approval] required_above ist 30,00 USD."),
        ("One recipient gets several rewards: row 2, row 5.", "Eine Person erhält mehrere Prämien: Zeile 2, Zeile 5."),
        ("orders.csv is not a CSV file with a header and rows. Export the order history as CSV.",
         "orders.csv ist keine CSV-Datei mit Kopfzeile und Zeilen. Exportieren Sie die Auftragsliste als CSV."),
        ("orders.csv: no column contains a reference (externalRefID or referenceOrderID). It has 'a', 'b'. Export the "
         "order history of the Tango portal as CSV, with references and amounts.",
         "orders.csv: Keine Spalte enthält eine Referenz (externalRefID oder referenceOrderID). Es gibt 'a', 'b'. "
         "Exportieren Sie die Auftragsliste aus dem Tango-Portal als CSV, mit Referenzen und Beträgen."),
        ('orders.csv, column "Amount", about row 3: "ten" is not an amount. Correct it, or export again.',
         "orders.csv, Spalte „Amount“, etwa Zeile 3: „ten“ ist kein Betrag. Korrigieren Sie ihn, oder exportieren Sie "
         "noch einmal."),
        ("It was changed after it was sent: delivery method EMAIL, now SMS; amount 1,025.00 USD, now 30.00 USD.",
         "Sie wurde nach dem Senden geändert: Versandart EMAIL, jetzt SMS; Betrag 1.025,00 USD, jetzt 30,00 USD."),
        ("The amount is 10 times the median of this file, or more: row 2 (900.00 USD) and 1,234 more.",
         "Der Betrag ist mindestens das 10-Fache des Medians dieser Datei: Zeile 2 (900,00 USD) und 1.234 weitere."),
        ("no job waits for long", "kein Auftrag wartet lange"),
        ("Something new. Nothing was sent.", "Something new. Es wurde nichts gesendet."),
        ("There is no campaign q4. x that you can see. Look at the list of campaigns.",
         "Es gibt keine Kampagne q4. x, die Sie sehen können. Sehen Sie in der Liste der Kampagnen nach."),
    ],
)  # fmt: skip
def test_a_sentence_with_values_in_it_is_told_in_german(english: str, german: str) -> None:
    assert GERMAN.say(english) == german
    assert languages()["en"].say(english) == english


def test_a_warning_is_shown_on_the_page_without_the_name_by_which_a_command_accepts_it() -> None:
    english = "One recipient gets several rewards: row 2, row 5."
    assert languages()["en"].say(f"{english} [several-rewards]") == english
    assert GERMAN.say(f"{english} [several-rewards]") == "Eine Person erhält mehrere Prämien: Zeile 2, Zeile 5."


def test_what_a_sentence_holds_is_no_pattern() -> None:
    assert GERMAN.say('{0.__class__} rejected this plan: "{x}".') == "{0.__class__} hat diesen Plan abgelehnt: „{x}“."


def test_every_sentence_and_title_of_the_rule_book_is_translated() -> None:
    def texts(values, *names):
        if isinstance(values, dict):
            for name, value in values.items():
                if name in names and isinstance(value, str):
                    yield re.sub(r"\{\w+\}", "X1", value)
                else:
                    yield from texts(value, *names)
        elif isinstance(values, list):
            for each in values:
                yield from texts(each, *names)

    book = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(shipped().glob("*.yaml"))]
    said = {text for part in book for text in texts(part, "error", "remedy")}
    (columns,) = (part for part in book if "fields" in part and "sentences" in part)
    said |= set(texts(columns, "title"))
    assert sorted(text for text in said if GERMAN.say(text) == text and text not in GERMAN.texts_known) == []


def visible(page: str) -> list[str]:
    """The texts of a page that people read, but for data, code and the names of languages."""
    page = re.sub(r"(?s)<(script|style|head|footer|code|del|ins|option)\b.*?</\1>", " ", page.partition("<body>")[2])
    page = re.sub(r'(?s)<(td|th)[^>]*data-label="(Nachricht|Datei|Kampagne)".*?</\1>', " ", page)
    return [html.unescape(text).strip() for text in re.split(r"<[^>]+>", page) if text.strip()]


def test_no_english_sentence_is_left_on_a_german_page_of_the_journey(site, hanna, finn) -> None:
    for browser in (hanna, finn):
        browser.headers["Accept-Language"] = "de"
    seen: dict[str, list[str]] = {}

    def look(browser, path="/campaigns/q4", answer=None):
        page = (answer or browser.get(path)).text
        seen.setdefault(path, []).extend(text for text in visible(page) if ENGLISH.search(text))
        return page

    hanna.post("/campaigns/new", data={"id": "q4", "name": "Q4"})
    look(hanna, "/campaigns/q4/plan")
    hanna.post("/campaigns/q4/upload", files=csv(ANA, ANA, BEN, WRONG, WRONG.replace("U561593,5", ",abc")))
    look(hanna, "/campaigns/q4/problems")
    work(site)
    for part in ("", "/problems", "/plan", "/upload"):
        look(hanna, f"/campaigns/q4{part}")
    look(hanna, "/campaigns/q4/held", hanna.post("/campaigns/q4/held", data={"row": "3", "do": "release"}))
    hanna.post(
        "/campaigns/q4/upload",
        files=csv(ANA.replace("25", "1250"), BEN, BEN.replace("Ben", "Ken").replace("ben", "ken")),
    )
    work(site)
    for part in ("/plan", "/uploads/2/changes", "/problems"):
        look(hanna, f"/campaigns/q4{part}")
    look(hanna, "refused", hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)}))
    hanna.post("/campaigns/q4/plan", data={"do": "ask", "plan": plan(hanna)})
    look(finn, "/campaigns")
    look(finn, "no reason", finn.post("/campaigns/q4/decision", data={"do": "reject", "plan": plan(finn)}))
    finn.post("/campaigns/q4/decision", data={"do": "approve", "plan": plan(finn)})
    page = look(hanna, "/campaigns/q4/plan")
    assert "hat diesen Plan genehmigt" in page
    assert "1.271,00 USD" in page
    at = {"when": "later", "day": "2999-07-01", "time": "02:30", "zone": "Europe/Berlin"}
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna), **at})
    assert "01.07.2999, 02:30 (Europe/Berlin)" in look(hanna, "/campaigns/q4")
    hanna.post("/campaigns/q4/schedule", data={"do": "now"})
    look(hanna, "not scheduled", hanna.post("/campaigns/q4/schedule", data={"do": "cancel"}))
    work(site)
    for path in ("/campaigns/q4/results", "/campaigns/q4", "/campaigns", "/campaigns/q9"):
        look(hanna, path)
    look(hanna, "halt", hanna.post("/campaigns/q4/halt", data={"reason": ""}))
    assert "\n".join(sorted({text for texts in seen.values() for text in texts})) == ""


def test_the_catalogue_names_a_sentence_once() -> None:
    names = re.findall(r'^msgid "(.+)"$', (HERE / "languages" / "de.po").read_text("utf-8"), re.M)
    assert sorted({name for name in names if names.count(name) > 1}) == []


def called():
    """The files of app that pages call."""
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if isinstance(node, ast.ImportFrom) and module.startswith("campaign_runner.app"):
                for name in (module, *(f"{module}.{one.name}" for one in node.names)):
                    yield HERE.parents[2] / f"{name.replace('.', '/')}.py"


def raised():
    """What the files of app that pages call say when they refuse, with `X1` for every value."""
    for path in sorted({path for path in called() if path.is_file() and path.stem not in OF_COMMANDS}):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                text = node.exc.args[0]
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                words = [str(part.value) if isinstance(part, ast.Constant) else "X1" for part in parts]
                if " " in "".join(words):
                    yield "".join(words).replace("X1 Submit", "Submit")  # what comes before is a sentence of its own


def test_every_refusal_of_what_pages_call_is_translated() -> None:
    assert sorted(text for text in set(raised()) if GERMAN.say(text) == text) == []


def told_of_files():
    """What reading says of each file of the corpus: notes, and why one cannot be used."""
    for path in sorted((*SAMPLES.glob("*.*"), *CORPUS.glob("*.*"))):
        try:
            yield from intake.read(path, load_book(None)).notes
        except FileUnusable as error:
            yield str(error)


def test_what_reading_says_of_a_file_is_german_and_names_stay_as_they_are() -> None:
    german = {text: GERMAN.say(text) for text in told_of_files()}
    english = re.compile(r"(?<![\w-])(the|is|are|were|this|that|has|have|more|than|of|and|it|may)(?![\w-])")
    assert len(german) > 80
    assert "\n".join(text for text in german.values() if english.search(text)) == ""
    assert GERMAN.say('The sheet "Rewards" is hidden.') == "Das Blatt „Rewards“ ist ausgeblendet."
