"""How are the spellings of a value made one, and what is said of a value that stays odd?  One file per kind.

`normalise(text, case)` changes a whole arrow column; `explain(value, case)` looks at one failed cell and may know
more than the rule's own sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_runner.validation.kinds import (
    amount,
    choice,
    code,
    count,
    date,
    email,
    instant,
    phone,
    place,
    postal,
    region,
)
from campaign_runner.validation.rule_options import CellContext, Hint

__all__ = ["EXPLAIN", "NORMALISE", "CellContext", "Hint"]

NORMALISE: dict[str, Callable[[Any, CellContext], Any]] = {
    "amount": amount.normalise,
    "choice": choice.normalise,
    "code": code.normalise,
    "count": count.normalise,
    "date": date.normalise,
    "email": email.normalise,
    "instant": instant.normalise,
    "phone": phone.normalise,
    "place": place.normalise,
    "postal": postal.normalise,
    "region": region.normalise,
}
EXPLAIN: dict[str, Callable[[str, CellContext], Hint | None]] = {
    "amount": amount.explain,
    "count": count.explain,
    "date": date.explain,
    "email": email.explain,
    "instant": instant.explain,
    "phone": phone.explain,
    "postal": postal.explain,
    "region": region.explain,
}
