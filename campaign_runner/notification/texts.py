"""What do messages to people say?  A title and sentences for each kind, in English and German; plain text.

`{…}` are facts (`app.notice_facts`); a line of which a fact is empty is left out, and one that begins with `?name` is
there only with that fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from campaign_runner.model.status_texts import STATUS_TEXTS

Texts = Mapping[str, tuple[str, Sequence[str]]]

_EN: Texts = {
    "approval_needed": ("Approval needed: {campaign}, {worth}", (
        "A plan of {campaign} waits for your approval: {lines} rewards, {worth}.",
        "Look at it and decide: {link}",
        "?offline Look at plan.html of the person who submitted it, then decide: {command}",
        "Plan: {plan}",
    )),
    "plan_rejected": ("Plan rejected: {campaign}", (
        "{by} rejected the plan of {campaign}. Nothing was sent.",
        "Reason: {reason}",
        "Correct the file and submit it again: {link}",
        "?offline Correct the file and run it again.",
    )),
    "finished": ("Finished: {campaign}", (
        "Every reward of {campaign} has a final status.",
        "{figures}",
        "?ties Books and Tango agree to the cent.",
        "?open There are findings: read the reports before you close the books.",
        "Results: {link}",
    )),
    "correction_needed": ("Rows need correction: {campaign}", (
        "?rows Some rows of the file for {campaign} cannot be sent as they are.",
        "?unusable The file for {campaign} cannot be used as it is. Nothing of it can be sent.",
        "{figures}",
        "See what is wrong and correct it: {link}",
        "?offline See what is wrong in failures.xlsx of the reports, correct it there and run that file.",
    )),
    "halted": ("Sending has stopped: {campaign}", (
        "Nothing new is sent for {campaign}. What was sent is still followed.",
        "Why: {why}",
        "Once the cause is fixed: {link}",
        "?offline Once the cause is fixed: {command}",
    )),
    "funds_short": ("Not enough funds: {campaign}", (
        "The Tango account {account} has too little money for the planned orders of {campaign}.",
        "{why}",
        "Add funds in the Tango portal, then send or run it again. What was not sent stays unsent.",
    )),
    "service_failing": ("Attention needed: {subject}", (
        "This part of campaign-runner needs attention: {subject}.",
        "See what is wrong: {link}",
        "?offline See what is wrong with: campaign-runner doctor",
    )),
    "digest": ("Daily summary, {day}", ("{figures}", "?none No campaign is open.", "More: {link}")),
    "test": ("Test message", ("campaign-runner can reach you here.",)),
}  # fmt: skip

_DE: Texts = {
    "approval_needed": ("Freigabe nötig: {campaign}, {worth}", (
        "Ein Plan von {campaign} wartet auf Ihre Freigabe: {lines} Prämien, {worth}.",
        "Ansehen und entscheiden: {link}",
        "?offline Sehen Sie plan.html der Person an, die ihn eingereicht hat, und entscheiden Sie: {command}",
        "Plan: {plan}",
    )),
    "plan_rejected": ("Plan abgelehnt: {campaign}", (
        "{by} hat den Plan von {campaign} abgelehnt. Es wurde nichts gesendet.",
        "Grund: {reason}",
        "Korrigieren Sie die Datei und reichen Sie sie neu ein: {link}",
        "?offline Korrigieren Sie die Datei und starten Sie den Lauf erneut.",
    )),
    "finished": ("Abgeschlossen: {campaign}", (
        "Jede Prämie von {campaign} hat ihren endgültigen Status.",
        "{figures}",
        "?ties Bücher und Tango stimmen auf den Cent überein.",
        "?open Es gibt Auffälligkeiten: Lesen Sie die Berichte, bevor Sie die Bücher schließen.",
        "Ergebnisse: {link}",
    )),
    "correction_needed": ("Zeilen müssen korrigiert werden: {campaign}", (
        "?rows Einige Zeilen der Datei für {campaign} können so nicht gesendet werden.",
        "?unusable Die Datei für {campaign} kann so nicht verwendet werden. Nichts davon kann gesendet werden.",
        "{figures}",
        "Ansehen und korrigieren: {link}",
        "?offline failures.xlsx in den Berichten zeigt, was falsch ist: dort korrigieren und diese Datei ausführen.",
    )),
    "halted": ("Versand gestoppt: {campaign}", (
        "Für {campaign} wird nichts Neues gesendet. Was gesendet wurde, wird weiter verfolgt.",
        "Grund: {why}",
        "Wenn die Ursache behoben ist: {link}",
        "?offline Wenn die Ursache behoben ist: {command}",
    )),
    "funds_short": ("Guthaben reicht nicht: {campaign}", (
        "Das Tango-Konto {account} deckt nicht, was in {campaign} geplant ist.",
        "{why}",
        "Laden Sie das Konto im Tango-Portal auf und senden Sie erneut. Was nicht gesendet wurde, bleibt ungesendet.",
    )),
    "service_failing": ("Bitte prüfen: {subject}", (
        "Dieser Teil von campaign-runner braucht Aufmerksamkeit: {subject}.",
        "Ansehen, was nicht stimmt: {link}",
        "?offline Was nicht stimmt, zeigt: campaign-runner doctor",
    )),
    "digest": ("Tagesübersicht, {day}", ("{figures}", "?none Keine Kampagne ist offen.", "Mehr: {link}")),
    "test": ("Testnachricht", ("campaign-runner erreicht Sie hier.",)),
}  # fmt: skip
TEXTS: Mapping[str, Texts] = {"en": _EN, "de": _DE}

_COMMAS = str.maketrans(",.", ".,")

# What the figures of a message count: each status by its one label, and all of them.
LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {"total": "Total", **{status.value: text.label for status, text in STATUS_TEXTS.items()}},
    "de": {"total": "Gesamt", **{status.value: text.label_de for status, text in STATUS_TEXTS.items()}},
}


# Reasons that the program gives, in other languages: a pattern, and its text.
_WHY: Mapping[str, Sequence[tuple[re.Pattern[str], str]]] = {"de": tuple(
    (re.compile(english), german) for english, german in (
        (r"The account (\S+) has (.+?), but this plan needs (.+?): (\S+ \S+) is missing\.",
         r"Das Konto \1 hat \2, dieser Plan braucht aber \3: es fehlen \4."),
        (r" by Tango's rates of today, which are an estimate", r" nach Tangos heutigen Kursen, also geschätzt"),
        (r" and (\S+ \S+) is already needed for orders that this ledger has not sent yet",
         r", und \1 sind schon für Bestellungen nötig, die noch nicht gesendet sind"),
        (r"Recharge it with at least (\S+ \S+?)(?:, or send what fits with --partial-by-funds)?\.",
         r"Laden Sie es mit mindestens \1 auf."),
        (r"Nothing was sent\.", r"Es wurde nichts gesendet."),
        ("Tango refuses this account or its credentials", "Tango lehnt dieses Konto oder seine Zugangsdaten ab"),
        ("The account has not enough funds: add funds in the Tango portal",
         "Das Guthaben des Kontos reicht nicht: Laden Sie es im Tango-Portal auf"),
        ("Tango's fraud limit stops this account: contact Tango",
         "Tangos Betrugsgrenze hält dieses Konto an: Wenden Sie sich an Tango"),
        ("Tango cannot read the order: this is a fault of campaign-runner, please report it",
         "Tango kann die Bestellung nicht lesen: Das ist ein Fehler von campaign-runner, bitte melden Sie ihn"),
    )
)}  # fmt: skip
_MONEY = re.compile(r"\b[0-9][0-9,]*\.[0-9]{2,4}(?= [A-Z]{3}\b)")


def why(text: str, language: str) -> str:
    """A reason that the program gave, in a language as far as it is known there; money as that language writes it."""
    for english, other in _WHY.get(language, ()):
        text = english.sub(other, text)
    return _MONEY.sub(lambda one: one[0].translate(_COMMAS), text) if language in _WHY else text


def worded(kind: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Title and text."""
    title, lines = TEXTS[language if language in TEXTS else "en"][kind]
    shown = [each.format_map(facts) for line in lines if (each := _shown(line, facts))]
    return title.format_map(facts), "\n".join(shown) + "\n"


def _shown(line: str, facts: Mapping[str, Any]) -> str:
    """The line without its condition; "" where a fact is missing."""
    needed = [name for _, name, _, _ in Formatter().parse(line) if name]
    if line.startswith("?"):
        condition, _, line = line[1:].partition(" ")
        needed.append(condition)
    return line if all(facts.get(name) for name in needed) else ""
