"""How does one request get to Tango and one answer back?  Paced, timed, recorded, never repeated by the transport.

The only place that opens a socket to Tango. An attempt never raises for what the network or Tango does: it comes back
as a Receipt.
"""

from __future__ import annotations

import math
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from campaign_runner.model import PATIENCE, Clock, Limiter, OnHold, Outcome, Receipt
from campaign_runner.model.errors import SettingsError
from campaign_runner.model.loopback import LOOPBACK
from campaign_runner.model.observed import observed
from campaign_runner.tango import answers, auth, deadline, refusals, wire
from campaign_runner.tango.call_limits import CONNECT_SECONDS, LIMITS, LONGEST_HOLD, Limit
from campaign_runner.tango.receipts import Reader

_SECONDS = re.compile(r"\d{1,15}(\.\d{0,9})?", re.ASCII)
PLACES_MISSED = 10  # in a row; then the machine is too slow for its pace
_ON_HOLD = "Tango asked to wait, so it was not called. Run again later."

# Called right before a request leaves, with whether it places an order: why that must not leave now ("" = it may);
# raises where nothing may.
Ready = Callable[[bool], str]
HELD_BACK = PATIENCE + 1.0  # seconds until an order that was not to leave is tried again; longer than a caller waits
# method, reference, what came of it, seconds
Record = Callable[[str, str, Receipt, float], None]

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class TangoCall:
    """One request; `reference` names in the record what it is about, `read` understands a 2xx, `limit` is what its
    answer may cost."""

    method: str
    url: str
    reference: str
    read: Reader
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    content_type: str = JSON
    limit: Limit = LIMITS["place"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of one attempt; `data` is the JSON of a 2xx with lower-case keys, never to be stored or logged."""

    receipt: Receipt
    data: Any = field(default=None, repr=False)


class _Answer(NamedTuple):
    """What came back, whole and unpacked."""

    status: int
    headers: httpx.Headers
    body: bytes


class Connection:
    """A pool of connections with an identity; may be shared by threads."""

    def __init__(
        self, base_url: str, who: auth.Basic | None, clock: Clock, limiter: Limiter, timeout: float, record: Record,
        ready: Ready = lambda _: "",
    ) -> None:  # fmt: skip
        self.base_url = secure(base_url, "base_url")
        self.who: auth.Basic | auth.OAuth | None = who
        self._clock, self._limiter, self._timeout, self._record = clock, limiter, timeout, record
        self._ready = ready
        # A proxy or redirect must not come between us and a server on this machine.
        local = urlsplit(self.base_url).hostname in LOOPBACK
        headers = {
            "Accept": "application/json",
            "User-Agent": "campaign-runner",
            "Accept-Encoding": wire.ACCEPTED,
        }
        # Cookies are not kept: what one answer asks for must not change the next request.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._http = deadline.bounded(
            httpx.Client(
                timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)), follow_redirects=False,
                trust_env=not local, headers=headers, cookies=no_cookies, verify=_certificates(),
            )
        )  # fmt: skip

    def close(self) -> None:
        """Close the pool."""
        self._http.close()

    def attempt(self, call: TangoCall) -> Reply:
        """Send one request as who we are; after a 401 the token is renewed and the request sent once more."""
        try:
            identity = self.who.header() if self.who else ""
            reply = self.send(call, identity)
            if reply.receipt.http_status == 401 and self.who and self.who.renew(identity):
                reply = self.send(call, self.who.header())
            return reply
        except auth.NoToken as refused:
            return Reply(refused.receipt)

    def send(self, call: TangoCall, identity: str = "") -> Reply:
        """One paced and recorded exchange; none at all while Tango has asked everybody to wait, or it is not `ready`."""
        try:
            self._await_turn()
        except OnHold as hold:
            return Reply(Receipt(Outcome.THROTTLED, message=_ON_HOLD, retry_after=hold.seconds))
        if why := self._ready(call.method == "POST" and call.content_type == JSON):
            return Reply(Receipt(Outcome.THROTTLED, message=why, retry_after=HELD_BACK))
        with observed("request to Tango", method=call.method, batch=call.reference) as made:
            started = time.perf_counter()
            reply = self.exchange(call, identity)
            receipt = reply.receipt
            self._record(call.method, call.reference, receipt, time.perf_counter() - started)
            made.update(outcome=receipt.outcome, status=receipt.http_status, request_id=receipt.request_id)
        return reply

    def _await_turn(self) -> None:
        """Wait for a place. Who wakes too late (a process that was stopped, a machine that slept) takes a new one: the
        place after the missed one belongs to somebody else. Raises OnHold."""
        for _ in range(PLACES_MISSED):
            wait = self._limiter.reserve()
            due = self._clock.monotonic() + wait
            self._clock.sleep(wait)
            if self._clock.monotonic() - due < (self._limiter.gap or math.inf):
                return

    def exchange(self, call: TangoCall, identity: str) -> Reply:
        """One request and its answer, or what came between them: neither paced nor recorded."""
        try:
            answer = self._fetch(call, identity)
        except httpx.HTTPError as error:
            outcome, words = answers.of_exception(error)
            message = f"{urlsplit(call.url).hostname}: {words}."
            return Reply(Receipt(outcome, code=type(error).__name__, message=message))
        return self._understand(call, answer)

    def _fetch(self, call: TangoCall, identity: str) -> _Answer:
        """Read the whole answer, within the limits of its call; `timeout` bounds each wait for a byte."""
        headers = {"Authorization": identity} if identity else {}
        if call.body:
            headers["Content-Type"] = call.content_type
        with (
            deadline.deadline(call.limit.waits * self._timeout),
            self._http.stream(
                call.method, _parsed(call.url), params=call.params or None, content=call.body or None, headers=headers
            ) as response,
        ):
            body = wire.unpacked(response.iter_raw(), response.headers.get("Content-Encoding", ""), call.limit)
        return _Answer(response.status_code, response.headers, body)

    def _understand(self, call: TangoCall, answer: _Answer) -> Reply:
        data = wire.read(answer.body)
        stamp: dict[str, Any] = {
            "http_status": answer.status,
            "request_id": wire.text(answer.headers.get("X-REQUEST-ID", ""), "request_id"),
            "server_time": answer.headers.get("Date", "")[:40],
            "retry_after": retry_after(answer.headers.get("Retry-After", ""), self._clock.now()),
        }
        if not 200 <= answer.status <= 299:
            return Reply(replace(_refused(call, answer.status, data, answer.body), **stamp))
        if data is None and not (
            call.method == "DELETE" and not answer.body.strip()
        ):  # a POST was perhaps placed, a GET can be asked again: the same request once more
            return Reply(Receipt(Outcome.RETRY, message="Tango's answer is not (whole) JSON.", **stamp))
        return Reply(replace(call.read(answer.status, data or {}), **stamp), data)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust, read once in a process: that takes longer than a request."""
    return httpx.create_ssl_context()


def secure(url: str, name: str) -> str:
    """The address without a trailing slash; raises SettingsError unless https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, safe = parts.hostname or "", parts.scheme == "https" and not (parts.username or parts.password)
        if host.encode("idna") and httpx.URL(url) and (safe or (parts.scheme == "http" and host in LOOPBACK)):
            return url.rstrip("/")
    except (ValueError, httpx.InvalidURL):
        pass  # said below
    raise SettingsError(
        f"{name}: Tango's address must begin with https:// and hold no password (plain http only for this very "
        "machine). Correct it in [tango] of campaign.toml. Nothing was sent."
    )


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date, a year at most; None without one that can be
    read."""
    plain = header.strip()[:100]
    if _SECONDS.fullmatch(plain):
        return min(float(plain), LONGEST_HOLD)
    try:
        moment = parsedate_to_datetime(plain)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, (moment - now).total_seconds()), LONGEST_HOLD)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


@lru_cache(64)  # all orders go to one address
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def _refused(call: TangoCall, status: int, data: Any, body: bytes) -> Receipt:
    """The receipt of any answer that is not 2xx."""
    complaint = refusals.complaint(data, call.body)
    words = " ".join(filter(None, (complaint.message, *islice(complaint.lines.values(), 100)))) or refusals.page(
        body, data
    )
    outcome, key = answers.of_answer(
        call.method, status, complaint.keys, names_lines=complaint.names_ours, message=words
    )
    return Receipt(
        outcome,
        code=key,
        message=refusals.safe(words) or f"HTTP {status} without a reason that can be read.",
        refused=complaint.lines if outcome is Outcome.LINES_REFUSED else {},
    )
