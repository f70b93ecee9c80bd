"""How does the rest of the program talk to Tango?  Place an order, look it up, list orders, ask what there is to buy.

Every method returns what came of it as a Receipt; only `list_orders` raises, for a list that breaks off must not be
taken for a whole one. Every request, look-ups and repetitions included, is paced by the limiter and recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from campaign_runner.model import Clock, Limiter, LineAnswer, ListedOrder, Order, Outcome, Receipt
from campaign_runner.model.errors import TangoStopped
from campaign_runner.model.marketplace import Account, Catalogue, ExchangeRates
from campaign_runner.tango import auth, receipts, rewards, wire
from campaign_runner.tango.call_limits import LIMITS
from campaign_runner.tango.connection import Connection, Ready, Record, Reply, TangoCall, secure
from campaign_runner.tango.retries import repeat

LIST = "list of orders"  # what a request for it is recorded under
PAGE = 500  # the most that Tango gives in one answer

T = TypeVar("T")


class Client:
    """Tango, for one customer and account. May be shared by threads; close it, or use it in a `with`."""

    def __init__(
        self, *, base_url: str, order: Order, credentials: auth.Identity, clock: Clock, limiter: Limiter,
        record: Record, timeout_seconds: float = 60, oauth_url: str = "", oauth_grant: str = "password",
        oauth_audience: str = "https://api.tangocard.com/", token_cache: Path | None = None, max_tries: int = 5,
        ready: Ready = lambda _: "",
    ) -> None:  # fmt: skip
        self._order, self._clock, self._limiter, self._max_tries = order, clock, limiter, max_tries
        basic = auth.Basic(credentials) if auth.check_kind(credentials) == "basic" else None
        self._connection = Connection(base_url, basic, clock, limiter, timeout_seconds, record, ready)
        if basic is None:
            url = secure(oauth_url or f"{self._connection.base_url}/oauth/token", "oauth_url")
            self._connection.who = auth.OAuth(
                credentials, url, oauth_grant, oauth_audience, clock, token_cache, lambda form: self._token(url, form)
            )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def place(self, reference: str, body: bytes) -> Receipt:
        """POST exactly these bytes, again where `retries` says so; `reference` is the externalRefID within them."""
        single = self._order.endpoint == "orders"
        read = receipts.placed_single if single else receipts.placed_async
        receipt = self._call("place", self._order.endpoint, reference, read, body=body).receipt
        unexplained = receipt.outcome is Outcome.UNKNOWN and receipt.http_status == 422
        if single and (receipt.outcome is Outcome.REFUSED or unexplained):  # the order is its only line
            return replace(receipt, outcome=Outcome.LINES_REFUSED, refused={reference: receipt.message})
        return receipt

    def look_up(self, reference: str) -> Receipt:
        """The order with all its lines, over all pages; NOT_FOUND where Tango has none of this reference.

        With `endpoint = "orders"` the order is its own only line and its externalRefID the line's reference.
        """
        if self._order.endpoint == "orders":
            return self._look_up_single(reference)
        pages = list(self._pages("look_up", self._path_of(reference), reference, {}, receipts.page))
        first = pages[0]
        for page in pages:
            if page.outcome is not Outcome.ACCEPTED:
                return page
            if page.order_reference != first.order_reference:
                return _unknown(page, "The pages of one order name different orders.")
        shown = [line for page in pages for line in page.lines]
        lines = receipts.each_once(shown)
        return replace(first, lines=lines, total=_counted(first.total, len(lines), len(shown)), next_cursor="")

    def list_orders(self, campaign: str, *, pages: int = LIMITS["list"].pages) -> Iterator[ListedOrder]:
        """A campaign's orders (Tango leaves out failed ones, and may show one twice); raises TangoStopped, also where
        there are more than this many `pages`.

        Of a campaign without a name it is the account's whole list: an empty filter might be taken for none at all.
        """
        whose = {"accountIdentifier": self._order.account, "customerIdentifier": self._order.customer}
        asked = {"campaign": campaign, **whose} if campaign else whose
        single = self._order.endpoint == "orders"
        several = self._pages("list", "asyncOrders", LIST, asked, _list_page, pages)
        for page in self._numbered_pages(asked) if single else several:
            if page.outcome is not Outcome.ACCEPTED:
                raise TangoStopped(f"Tango's list of orders could not be read: {page.message} Run again later.")
            yield from (ListedOrder(line.reference, line.status) for line in page.lines if line.reference)

    def account(self) -> tuple[Receipt, Account | None]:
        """The account that orders are charged to."""
        return self._ask("account", f"accounts/{quote(self._order.account)}", {}, rewards.account)

    def catalogue(self) -> tuple[Receipt, Catalogue | None]:
        """All rewards; about twice a day is what Tango asks for, so keep the answer."""
        return self._ask("catalogue", "catalogs", {"verbose": "true"}, rewards.catalogue)

    def exchange_rates(self) -> tuple[Receipt, ExchangeRates | None]:
        """Today's indicative rates."""
        return self._ask("rates", "exchangerates", {}, rewards.exchange_rates)

    def webhooks(self, method: str, path: str, body: bytes) -> Reply:
        """One call about subscriptions, made once (`subscriptions`)."""
        url = f"{self._connection.base_url}/{path}"
        call = TangoCall(method, url, "webhooks", _accepted, body=body, limit=LIMITS["webhooks"])
        return self._connection.attempt(call)

    def _call(
        self, kind: str, path: str, reference: str, read: receipts.Reader, params: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:  # fmt: skip
        url, method = f"{self._connection.base_url}/{path}", "POST" if kind == "place" else "GET"
        call = TangoCall(method, url, reference, read, params or {}, body, limit=LIMITS[kind])
        return repeat(partial(self._connection.attempt, call), self._clock, self._limiter, self._max_tries)

    def _ask(
        self, kind: str, path: str, params: Mapping[str, str], parse: Callable[[Any], T | None]
    ) -> tuple[Receipt, T | None]:
        def read(_: int, answer: Any) -> Receipt:
            understood = parse(answer) is not None
            return (
                Receipt(Outcome.ACCEPTED)
                if understood
                else _unknown(Receipt(Outcome.UNKNOWN), f"{path}: not understood.")
            )

        reply = self._call(kind, path, path, read, params)
        return reply.receipt, parse(reply.data) if reply.receipt.outcome is Outcome.ACCEPTED else None

    def _path_of(self, reference: str) -> str:
        whose = f"customers/{quote(self._order.customer)}/accounts/{quote(self._order.account)}"
        return f"asyncOrders/{whose}/{quote(reference, safe='')}"

    def _pages(
        self, kind: str, path: str, reference: str, asked: Mapping[str, str], read: receipts.Reader,
        most: int | None = None,
    ) -> Iterator[Receipt]:  # fmt: skip
        """At `most` this many pages along the cursors, the last of them UNKNOWN where the cursors do not end."""
        params = {**asked, "maxResults": str(PAGE)}
        cursors, lines = {""}, set[tuple[str, str]]()
        while True:
            page = self._call(kind, path, reference, read, params).receipt
            yield page
            if page.outcome is not Outcome.ACCEPTED or not page.next_cursor:
                return
            before, cursor = len(lines), page.next_cursor
            lines |= {(line.reference, line.tango_reference) for line in page.lines}
            if cursor in cursors or (len(lines) == before and before):
                yield _unknown(page, "Tango's page cursors run in a circle.")
                return
            if len(cursors) >= (most or LIMITS[kind].pages):
                yield _unknown(page, f"Tango's answer has more than {len(cursors):,} pages.")
                return
            if not page.lines:
                yield _unknown(page, "Tango's answer goes on after a page without lines.")
                return
            cursors.add(cursor)
            params["nextCursor"] = cursor

    def _look_up_single(self, reference: str) -> Receipt:
        asked = {"externalRefID": reference, **self._whose()}
        reply = self._call("look_up", "orders", reference, _orders_page, asked)
        if reply.receipt.outcome is not Outcome.ACCEPTED:
            return reply.receipt
        listed = wire.objects(reply.data.get("orders"))
        ours = ("", self._order.account)
        orders = [
            o
            for o in listed
            if o.get("externalrefid") == reference and wire.text(o.get("accountidentifier"), "name") in ours
        ]
        if not orders:
            return replace(
                reply.receipt, outcome=Outcome.NOT_FOUND, message="Tango lists no order of this reference."
            )
        order = receipts.single_order(orders[0])
        return replace(order, http_status=reply.receipt.http_status, request_id=reply.receipt.request_id)

    def _numbered_pages(self, asked: Mapping[str, str]) -> Iterator[Receipt]:
        """GET /orders counts its pages from 0 and ends with an empty one; the last is UNKNOWN where there is no end."""
        seen: set[str] = set()
        for number in range(LIMITS["list"].pages):
            params = {**asked, "elementsPerBlock": "100", "page": str(number)}
            page = self._call("list", "orders", LIST, _orders_page, params).receipt
            yield page
            if page.outcome is not Outcome.ACCEPTED or not page.lines:
                return
            before = len(seen)
            seen |= {line.reference for line in page.lines}
            if len(seen) == before:
                break
        yield _unknown(page, "Tango's list of orders does not end.")

    def _whose(self) -> dict[str, str]:
        return {"accountIdentifier": self._order.account, "customerIdentifier": self._order.customer}

    def _token(self, url: str, form: bytes) -> tuple[Receipt, Any]:
        kind = "application/x-www-form-urlencoded"
        call = TangoCall("POST", url, "access token", _accepted, body=form, content_type=kind, limit=LIMITS["token"])
        reply = self._connection.send(call)
        return reply.receipt, reply.data


def _list_page(_: int, answer: Any) -> Receipt:
    """One page of GET /asyncOrders as a receipt whose lines hold nothing but the orders' references and words."""
    listed = answer.get("orders", answer.get("asyncorders")) if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        return Receipt(Outcome.UNKNOWN, message="Tango's answer is not a list of orders.")
    return Receipt(Outcome.ACCEPTED, lines=_references(listed), next_cursor=receipts.next_cursor(answer))


def _orders_page(_: int, answer: Any) -> Receipt:
    """One page of GET /orders; what else stands in it (gift codes) is left where it is."""
    if not isinstance(answer, dict) or not isinstance(answer.get("orders"), list):
        return Receipt(Outcome.UNKNOWN, message="Tango's answer is not a list of orders.")
    return Receipt(Outcome.ACCEPTED, lines=_references(answer["orders"]))


def _references(orders: Any) -> tuple[LineAnswer, ...]:
    return tuple(
        LineAnswer(
            wire.text(order.get("externalrefid"), "reference"),
            wire.text(order.get("orderstatus") or order.get("status"), "status"),
        )
        for order in wire.objects(orders)
    )


def _accepted(_: int, answer: Any) -> Receipt:
    return Receipt(Outcome.ACCEPTED)


def _counted(total: int | None, once: int, shown: int) -> int | None:
    """How many lines Tango counts, where some are shown more than once and perhaps counted so."""
    return total if total is None or total <= once else max(once, total - (shown - once))


def _unknown(receipt: Receipt, message: str) -> Receipt:
    return replace(receipt, outcome=Outcome.UNKNOWN, message=message, lines=(), next_cursor="")
