"""How much may an answer cost?  Bytes, layers of compression, seconds and pages, for every call: one table.

A limit is far above what Tango sends, and far below what hurts. What exceeds it is not an answer: the same request is made
again where that is safe, and what stays unknown is looked up, and shown to a person.
"""

from __future__ import annotations

from typing import NamedTuple

MB = 1024 * 1024


class Limit(NamedTuple):
    """`packed` and `unpacked` bytes of a body, `waits`: the whole exchange, headers and body included, in multiples of
    `[tango] timeout_seconds`, `pages`: how many answers make one."""

    packed: int
    unpacked: int
    waits: float
    pages: int = 1


# A page of 500 lines takes about 1 MB, the refusal of 10,000 lines 5 MB, a large catalogue 30 MB. An order has 10,000
# lines at most, in pages of 100 or more; a list may name the orders of a million rewards.
LIMITS: dict[str, Limit] = {
    "place": Limit(8 * MB, 16 * MB, 3),
    "look_up": Limit(8 * MB, 16 * MB, 3, pages=250),
    "list": Limit(8 * MB, 16 * MB, 3, pages=10_000),
    "account": Limit(MB, MB, 2),
    "catalogue": Limit(32 * MB, 128 * MB, 5),
    "rates": Limit(MB, 4 * MB, 2),
    "webhooks": Limit(MB, MB, 2),
    "token": Limit(MB // 4, MB // 4, 2),
}

# A body may be packed once: each further layer multiplies what a few bytes can become by a thousand.
LAYERS = 1
# Longer than this nobody is asked to wait: it is a mistake, or a clock that is wrong.
LONGEST_HOLD = 366 * 86_400.0
# How long a connection may take to be made.
CONNECT_SECONDS = 5.0
# How long the name of Tango's server may take to be found.
NAME_SECONDS = 4.0
# A call that finds no connection is tried again at once, but for no longer than this.
UNREACHED_SECONDS = 3.0
# How many requests for an access token may end in an answer that holds none.
TOKEN_TRIES = 2
