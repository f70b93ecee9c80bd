"""What does a sentence that tells how to go on at the command line say to somebody who has the page before them?"""

from __future__ import annotations

import re

_SHEET = 'under "More options"'
# One after another, over the whole sentence.
_ON_THE_PAGE: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(form), words) for form, words in (
    (r'Run it too with --sheet "(.+?)", or confirm this sheet with --sheet ".+?"\.',
     rf'To read that one, upload the file again and type "\1" as the sheet {_SHEET}.'),
    (r"Name one of them with --sheet\.", f"Upload the file again and type one of them as the sheet {_SHEET}."),
    (r'use --sheet ("[^"]*")', rf"upload the file again and type \1 as the sheet {_SHEET}"),
    (r" \(see --sheet\)", f" (another sheet can be named {_SHEET})"),
    (r"decide for all of them with --hidden include or --hidden skip", f"upload the file again and choose {_SHEET}"),
    (r" \(--hidden include, or --hidden skip\)", f" (or upload the file again and choose {_SHEET})"),
    (r" \(campaign-runner template makes an empty file to fill in\)", " (template.xlsx is an empty file to fill in)"),
    (r" \(campaign-runner catalogue lists them\)", ""),
    (r"(release (?:it|the row)) with `campaign-runner release`", r"\1"),
    (r"or map your own names under \[columns\] in campaign\.toml, and run again", "or choose below what each column is"),
    (r"the limit in campaign\.toml, and run again", "ask an administrator for another limit"),
    (r"\brun (?:it |the file )?again\b(?! with)", "upload the file again"),
))  # fmt: skip

_ACCEPTED_BY = re.compile(r"(?<=\.) \[[a-z]+(?:-[a-z]+)*\]$")


def without_name(warning: str) -> str:
    """A warning without the name by which a command accepts it: the page has a button."""
    return _ACCEPTED_BY.sub("", warning)


def on_the_page(sentence: str) -> str:
    """The sentence without commands and options."""
    for form, words in _ON_THE_PAGE:
        sentence = form.sub(words, sentence)
    return sentence
