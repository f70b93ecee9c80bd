"""Is this the password?  argon2id with 64 MiB a hash, two at a time, so that guessing cannot fill the memory."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
# What everybody tries first; what is this short of variety is too.
_COMMON = ("password", "passwort", "123456", "qwert", "letmein", "welcome", "campaign", "reward")
_TURNS = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """As the ledger keeps it; raises UsageError for a password that is too easy."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"Choose a password of {SHORTEST} to {LONGEST} characters. A few words in a row are fine.")
    plain = password.casefold()
    for word in _COMMON:
        plain = plain.replace(word, "")
    if len(plain) < SHORTEST // 2 or len(set(plain)) < SHORTEST // 3:
        raise UsageError("This password is easy to guess. Choose a few words in a row that do not belong together.")
    with _TURNS:
        return _hasher().hash(password)


def is_password(stored: str, password: str) -> bool:
    """Whether it is; an account without a password ("") takes as long to say no."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    with _TURNS:
        try:
            return _hasher().verify(stored or _nobody(), password[: LONGEST + 1]) and bool(stored)
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # of the extra [web]: the command line does without

    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
