"""Which of the known words is meant?  Methods, shipping methods and countries, in any of their spellings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_runner.model import words
from campaign_runner.model.words import fold
from campaign_runner.validation.arrowtext import recode
from campaign_runner.validation.rule_options import CellContext


def normalise(text: Any, case: CellContext) -> Any:
    """`e-mail` becomes `EMAIL`, `usa` becomes `US`; unknown words stay."""
    known = folded(case.field.metadata.get("choices") or {})
    return recode(text, lambda word: known.get(fold(word), word))


def folded(choices: Mapping[str, list[str]]) -> dict[str, str]:
    """Every spelling, folded, with the word that it means."""
    return {fold(spelling): word for word, others in choices.items() for spelling in (*others, word)}


def nearest(value: str, choices: Mapping[str, list[str]]) -> str:
    """The word that was probably meant, with the spelling that it was known by (`MA (Massachusetts)`), or ""."""
    folded_value = fold(value)[:40]
    known = {fold(spelling): (word, spelling) for word, others in choices.items() for spelling in (*others, word)
             if fold(spelling)[:1] == folded_value[:1]}  # fmt: skip
    # A wrong proposal is worse than none: anyone who mistypes a word gets its first letter right, and most of it.
    near = words.nearest(folded_value, known, 0.75) if len(folded_value) > 3 else ""
    if len(near) < 4:
        return ""
    word, spelling = known[near]
    return word if fold(word) == fold(spelling) else f"{word} ({spelling})"
