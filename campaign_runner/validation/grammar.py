"""What may stand in a rule book?  The keys of its files, and the checks with their arguments."""

from __future__ import annotations

FIELD_KEYS = {"title", "description", "checks", "metadata"}
METADATA_KEYS = {
    "noun", "example", "source", "spellings", "kind", "choices", "regions", "country", "group", "sentences",
    "variants",
}  # fmt: skip
METHOD_KEYS = {"method", "title", "description", "spellings", "source", "required", "optional", "rules", "example"}
BOOK_KEYS = {"sentences", "lists", "fields"}
OPTIONS = {"rule", "error", "remedy", "calendar", "severity", "countries", "stop"}
SENTENCES = {"required", "column-missing", "not-allowed", "key"}

# How the spellings of a value are made one before it is judged (normalisation.py).
KINDS = {
    "text", "message", "place", "choice", "email", "phone", "region", "postal", "code", "amount", "count", "date",
    "instant",
}  # fmt: skip

# pandera's own checks, then the project's (checks.py); each with the arguments that it needs.
CHECKS: dict[str, set[str]] = {
    "isin": {"allowed_values"},
    "str_length": {"max_value"},
    "str_matches": {"pattern"},
    "only_characters": {"pattern"},
    "without_characters": {"characters"},
    "by_country": {"patterns"},
    "email_address": {"value"},
    "likely_domain": {"value"},
    "phone_number": {"countries"},
    "dialable": {"value"},
    "decimal_amount": {"value"},
    "amount_positive": {"value"},
    "amount_digits": {"value"},
    "whole_number": {"value"},
    "count_at_least": {"value"},
    "count_at_most": {"value"},
    "iso_date": {"value"},
    "days_ahead": {"value"},
    "days_ahead_at_most": {"value"},
    "iso_instant": {"value"},
    "expires_after": {"value"},
    "expires_within": {"value"},
}
OPTIONAL_ARGUMENTS = {"str_length": {"min_value"}}
WORDS = {
    "length", "bad", "near", "method", "noun", "example", "today", "limit", "choices", "header", "others",
}  # fmt: skip
