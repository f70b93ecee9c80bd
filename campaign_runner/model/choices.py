"""Which words may a choice be?  Each is shown by `--help`."""

from __future__ import annotations

from enum import StrEnum


class HiddenRows(StrEnum):
    """`--hidden`: what happens to rows that the spreadsheet hides."""

    HOLD = "hold"
    INCLUDE = "include"
    SKIP = "skip"


class HoldKind(StrEnum):
    """`--held-as`: why a row is held."""

    CHANGED = "changed"
    DUPLICATE = "duplicate"
    ALREADY_REWARDED = "already-rewarded"
    HIDDEN = "hidden"
    STRUCK = "struck"


class EnvironmentName(StrEnum):
    """`--environment`: where orders went; the one that counts most first."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    SIMULATOR = "simulator"
