"""Under which account does this process run?  The operating system is asked, not the environment: USER can be set."""

from __future__ import annotations

import os
import socket
from functools import cache

import orjson

from campaign_runner.model.actor import Actor


@cache
def this_account() -> Actor:
    """The account of this process, on this machine."""
    return Actor(_user(), socket.gethostname() or "unknown")


def packed(actor: Actor) -> str:
    """As an event carries it."""
    return orjson.dumps({"host": actor.host, "kind": actor.kind, "user": actor.user}).decode()


def unpacked(text: str) -> Actor | None:
    """The actor of an event; None where it is from before events named one."""
    return Actor(**orjson.loads(text)) if text else None


def _user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container whose user has no name
        return f"user-{os.geteuid()}"
    except ImportError:  # Windows
        return os.environ.get("USERNAME", "unknown")
