"""Which rows are right?  The rule book is read here and applied to raw rows; everything else is private.

Starting is light: reading the book needs PyYAML only, pandas and pandera come with `compile_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from campaign_runner.model import Column, RuleBook
from campaign_runner.validation.book import load_book

if TYPE_CHECKING:
    from datetime import date

    from campaign_runner.validation.validator import ChunkValidator

__all__ = ["compile_rules", "load_book"]


def compile_rules(
    book: RuleBook, *, columns: tuple[Column, ...], today: date, defaults: Mapping[str, str] | None = None,
    phone_countries: str = "us", postal_codes: str = "by_country", address_utids: tuple[str, ...] = (),
    key: tuple[str, ...] = (), currency: str = "USD", currencies: Mapping[str, str] | None = None,
) -> ChunkValidator:  # fmt: skip
    """The validator of one file: call it with each chunk of `RawRows`, it returns `Checked`.

    `today` is the run's date in UTC; `key` the columns of `[identity]`; `currencies` those of rewards by utid and
    `currency` that of all others: the file must not state another. Raises FileUnusable for a missing column that
    every method needs (or a key column), SettingsError for a default that cannot be.
    """
    from campaign_runner.validation.rule_options import RuleOptions
    from campaign_runner.validation.validator import ChunkValidator

    choices = RuleOptions(
        today=today, phone_countries=phone_countries, postal_codes=postal_codes, address_utids=address_utids,
        currency=currency, currencies=currencies or {},
    )  # fmt: skip
    return ChunkValidator(book, columns, choices, dict(defaults or {}), key)
