"""What is an object of a request to be like?  Which keys it needs and takes, a check for each, and where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

Check = Callable[[Any], object]
Fault = tuple[str, str, str, Any]  # path, i18nKey, message, value


def text(pattern: str) -> Check:
    """A whole text of this pattern, of ASCII letters and digits."""
    return re.compile(pattern, re.ASCII | re.DOTALL).fullmatch


# Names, towns and rewards repeat themselves from line to line: what was judged before need not be judged again.
remembered = lru_cache(4096, typed=True)


def repeating(pattern: str) -> Check:
    """The same, for values that repeat themselves."""
    return remembered(text(pattern))


class BodyShape:
    """Keys that an object needs and takes, a check for each value, and the shapes of the objects within."""

    def __init__(
        self,
        needs: Iterable[str],
        checks: Mapping[str, tuple[Check, str]],
        inner: Mapping[str, BodyShape] | None = None,
    ) -> None:
        self.needs, self.checks, self.inner = frozenset(needs), checks, inner or {}
        self._good: dict[str, Check] = {key: check for key, (check, _) in checks.items()}
        self._good |= {key: shape.fits for key, shape in self.inner.items()}

    def fits(self, value: Any) -> bool:
        """Quickly: is everything right?"""
        good = self._good
        try:
            for key, content in value.items():
                if not good[key](content):
                    return False
            return bool(self.needs <= value.keys())
        except (AttributeError, KeyError, TypeError):
            return False

    def faults(self, value: Any, path: str = "") -> Iterator[Fault]:
        """Slowly: what is wrong, each with its path."""
        if not isinstance(value, dict):
            yield path, "422.009", "must be an object", value
            return
        dot = f"{path}." if path else ""
        for key in sorted(self.needs - value.keys()):
            yield dot + key, "422.006", "is required", None
        for key, content in value.items():
            if key not in self._good:
                yield dot + key, "422.007", "is not allowed here", content
            elif key in self.inner:
                yield from self.inner[key].faults(content, dot + key)
            elif not passes(self.checks[key][0], content):
                yield dot + key, "422.009", self.checks[key][1], content


def passes(check: Check, value: Any) -> bool:
    """Whether a value is right; one of another type is not."""
    try:
        return bool(check(value))
    except TypeError:
        return False
