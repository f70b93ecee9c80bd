"""Who did it?  The account of the machine under which a command was given, and on which machine."""

from __future__ import annotations

from dataclasses import dataclass

# Kinds of actors who proved who they are to the server.
SIGNED_IN = frozenset({"session", "token"})


@dataclass(frozen=True, slots=True)
class Actor:
    """`user` on `host`. `kind` is account (of the machine), session or token (of a user of the server; `host` is then who
    vouches for them: local, or the address of an identity provider), inbox (a folder), or program (a job of the server)."""

    user: str
    host: str
    kind: str = "account"

    def __str__(self) -> str:
        """As people read it: somebody with an account of the server by its address alone."""
        return self.user if self.kind in ("session", "token") else f"{self.user}@{self.host}"

    def is_same_user(self, other: Actor | None) -> bool:
        """The same account: on whichever machine, since one person has one name on all of them; whether signed in or
        with a token."""
        return other is not None and self._person() == other._person()

    def _person(self) -> tuple[str, str]:
        return ("user" if self.kind in SIGNED_IN else self.kind), self.user.casefold()
