"""Which country codes exist?  Asked only where a setting opens other countries than +1."""

from __future__ import annotations

from functools import cache


@cache
def country_codes() -> str:
    """The calling codes of the ITU as alternatives of a pattern, the longest first."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return "|".join(sorted((str(code) for code in COUNTRY_CODE_TO_REGION_CODE), key=len, reverse=True))
