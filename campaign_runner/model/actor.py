"""Who did it?  The account of the machine under which a command was given, and on which machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`user` on `host`; `kind` is "account" for an account of the machine."""

    user: str
    host: str
    kind: str = "account"

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.user}@{self.host}"

    def is_same_user(self, other: Actor | None) -> bool:
        """The same account: on whichever machine, since one person has one name on all of them."""
        return other is not None and (self.kind, self.user.casefold()) == (other.kind, other.user.casefold())
