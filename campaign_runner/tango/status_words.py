"""What do Tango's status words mean?  One table each; a word that stands in none is unknown, never good, never bad.

Source: tango-api.md, "Status words". Words are compared without case and outer white space.
"""

from __future__ import annotations

from campaign_runner.model.lifecycle import RowStatus

# True: the order will not move any more.
ORDER: dict[str, bool] = {
    "PENDING": False,
    "QUEUED": False,
    "PENDING_MR": False,
    "ON_HOLD": False,
    "PENDING_KYB": False,
    "PENDING_PAYMENT": False,
    "COMPLETE": True,
    "PARTIAL": True,
    "FAILED": True,
    "CANCELLED": True,
    "DELETED": True,
}

# DELETED and RETURNED count as cancelled, not as failed: the reward did not reach its recipient, but a person at
# Tango or the post office decided so, and `retry` (which takes failed lines alone) must not place it again by itself.
LINE: dict[str, RowStatus] = {
    "PENDING": RowStatus.PENDING,
    "COMPLETE": RowStatus.COMPLETED,
    "FAILED": RowStatus.FAILED,
    "CANCELLED": RowStatus.CANCELLED,
    "DELETED": RowStatus.CANCELLED,
    "RETURNED": RowStatus.CANCELLED,
}


def line_status(word: str) -> RowStatus:
    """What a line's word says; UNKNOWN for a word that nobody knows.

    An order of POST /orders is its own line, so the words of an open order (`ON_HOLD`, …) mean pending here too.
    """
    known = _plain(word)
    if ORDER.get(known) is False:
        return RowStatus.PENDING
    return LINE.get(known, RowStatus.UNKNOWN)


def order_is_final(word: str) -> bool | None:
    """Whether the order has ended; None for an unknown word."""
    return ORDER.get(_plain(word))


def _plain(word: str) -> str:
    return word.strip().upper()
