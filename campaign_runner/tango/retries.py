"""When is a request sent again, and after how long?  The whole retry rule, for POST and GET alike.

The same bytes under the same reference each time; anyone who calls decides what becomes of an answer that still is not
one. LATER, every STOP and every refusal go back at once: repeating them changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tenacity import RetryCallState, Retrying, retry_if_result

from campaign_runner.model import PATIENCE, Clock, Limiter, Outcome, Receipt
from campaign_runner.tango.call_limits import UNREACHED_SECONDS
from campaign_runner.tango.connection import Reply

LONGEST_PAUSE = 30.0

AGAIN = frozenset({Outcome.RETRY, Outcome.NOT_CONNECTED, Outcome.THROTTLED})


def repeat(attempt: Callable[[], Reply], clock: Clock, limiter: Limiter, max_tries: int) -> Reply:
    """Call `attempt` until its outcome is not one of AGAIN, at most `max_tries` times; the last reply counts.

    It is `doubtful` where an earlier try may have been carried out.
    """
    doubtful, began = False, clock.monotonic()

    def paced() -> Reply:
        nonlocal doubtful
        reply = attempt()
        if doubtful:
            reply = replace(reply, receipt=replace(reply.receipt, doubtful=True))
        doubtful = doubtful or reply.receipt.outcome is Outcome.RETRY
        if reply.receipt.outcome is Outcome.THROTTLED and reply.receipt.http_status:  # not held back by ourselves
            limiter.postpone(pause(reply.receipt, 1))
        return reply

    retrying = Retrying(
        sleep=clock.sleep,
        retry=retry_if_result(lambda reply: _again(reply.receipt)),
        stop=lambda state: state.attempt_number >= max_tries or _unreached(state, clock.monotonic() - began),
        wait=lambda state: pause(_last(state).receipt, state.attempt_number),
        retry_error_callback=_last,
    )
    reply: Reply = retrying(paced)
    return reply


def pause(receipt: Receipt, tries: int) -> float:
    """Seconds before the next try: 1, 2, 4, … up to 30; what Tango asks for, if longer; none if nothing left us."""
    if receipt.outcome is Outcome.NOT_CONNECTED:
        return 0.0
    if receipt.outcome is Outcome.THROTTLED and receipt.retry_after is not None:
        return max(1.0, receipt.retry_after)
    return max(min(2.0 ** (tries - 1), LONGEST_PAUSE), receipt.retry_after or 0.0)


def _unreached(state: RetryCallState, seconds: float) -> bool:
    return _last(state).receipt.outcome is Outcome.NOT_CONNECTED and seconds >= UNREACHED_SECONDS


def _again(receipt: Receipt) -> bool:
    """Tango may ask for more patience than ours: then the batch goes back to the caller, who has other things to do."""
    return receipt.outcome in AGAIN and (receipt.retry_after or 0.0) <= PATIENCE


def _last(state: RetryCallState) -> Reply:
    reply: Reply = state.outcome.result()  # type: ignore[union-attr]  # there is one: no attempt raises
    return reply
