"""Who notices that nothing runs any more?  A dead man's switch: it is told of each start, success and failure.

As healthchecks and its like understand it: URL/start, URL, URL/fail. A ping never delays a command by more than a moment,
and never fails it.
"""

from __future__ import annotations

import logging
import threading

from campaign_runner.model.log import log

SECONDS = 2.0
START, SUCCESS, FAILURE = "/start", "", "/fail"
logger = logging.getLogger(__name__)


def ping(url: str, what: str, command: str, *, wait: float = 0) -> threading.Thread | None:
    """Tell it, beside whatever goes on; `wait` at most so long until it was told. `{command}` in the address is run, track,
    inbox or worker."""
    if not url:
        return None
    thread = threading.Thread(target=_ping, args=(_address(url, what, command),), daemon=True)
    thread.start()
    if wait:
        thread.join(wait)
    return thread


def _address(url: str, what: str, command: str) -> str:
    address, mark, query = url.replace("{command}", command).partition("?")
    return f"{address.rstrip('/')}{what}{mark}{query}"


def _ping(address: str) -> None:
    import httpx

    try:
        httpx.get(address, timeout=SECONDS).raise_for_status()
    except Exception as error:  # the address is a secret: not in the log
        log(logger, "ping_url could not be called", level=logging.WARNING, error=error)
