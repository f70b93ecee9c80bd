"""What does each fault do to an answer?  A table: whether the request is carried out, and what becomes of the answer."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaign_runner.simulator.answer import Answer, problem

if TYPE_CHECKING:
    from campaign_runner.simulator.faults import Fault

STRANGE = "TRANSMOGRIFIED"
Change = Callable[[Answer, "Fault"], Answer]


@dataclass(frozen=True, slots=True)
class Effect:
    """`served`: the request is carried out before its answer is changed, otherwise nothing happens at all."""

    about: str
    served: bool
    change: Change


def _error(status: int, key: str, message: str, retry_after: bool = False) -> Change:
    def change(_: Answer, fault: Fault) -> Answer:
        headers = {"Retry-After": f"{fault.seconds:g}"} if retry_after else {}
        return Answer(status, {"httpCode": status, "errors": [problem(key, message)]}, headers)

    return change


def _cut(where: str) -> Change:
    return lambda answer, _: Answer(answer.status, answer.content, cut=where)


def _html(status: int = 0) -> Change:
    page = b"<html><head><title>Gateway</title></head><body><h1>Something went wrong</h1></body></html>"
    return lambda answer, _: Answer(status or answer.status, page, {"Content-Type": "text/html"})


def _truncated(answer: Answer, _: Fault) -> Answer:
    body = answer.body()
    return Answer(answer.status, body[: len(body) * 2 // 3])


def _slow(answer: Answer, fault: Fault) -> Answer:
    return Answer(answer.status, answer.content, delay=fault.seconds)


def _on_json(change: Callable[[dict[str, Any]], None]) -> Change:
    def changed(answer: Answer, _: Fault) -> Answer:
        if isinstance(answer.content, dict) and answer.status < 300:
            change(answer.content)
        return answer

    return changed


def _nested(content: dict[str, Any]) -> None:
    if "externalRefID" not in content:
        return
    order = {"externalRefID": content["externalRefID"], "status": str(content.pop("status", "pending")).lower(),
             "totalLineItems": str(content.pop("totalLineItems", 0)),
             "created_at": content.pop("createdAt", "")}  # fmt: skip
    content["order"] = order


def _strange(content: dict[str, Any]) -> None:
    for name in ("status", "orderStatus"):
        if name in content:
            content[name] = STRANGE
    for line in content.get("lineItems", ()):
        line["lineItemStatus"] = STRANGE


def _cursor_loop(content: dict[str, Any]) -> None:
    content["pagination"] = {"nextCursor": "MA==", "nextPageAvailable": True}  # back to the first page


def _extra_line(content: dict[str, Any]) -> None:
    if "lineItems" in content:
        content["lineItems"].append({"externalRefLineItemID": "NEVER-SENT", "lineItemStatus": "COMPLETE"})
    else:
        failed = {"externalRefLineItemID": "NEVER-SENT", "errors": [{"message": "unknown line"}]}
        content["failedLineItems"] = [*content.get("failedLineItems", ()), failed]


def _missing_line(content: dict[str, Any]) -> None:
    if content.get("lineItems"):
        content["lineItems"].pop()


def _fewer_lines(content: dict[str, Any]) -> None:
    if content.get("lineItems"):
        content["lineItems"].pop()
        content["totalLineItems"] = len(content["lineItems"])


def _with(fragment: bytes) -> Change:
    """JSON that begins with a member of bytes which no JSON library writes."""

    def changed(answer: Answer, _: Fault) -> Answer:
        body = answer.body()
        inside = fragment + (b"," if body[1:2] != b"}" else b"") + body[1:]
        return Answer(answer.status, b"{" + inside if body[:1] == b"{" else body, answer.headers)

    return changed


def _packed_twice(answer: Answer, _: Fault) -> Answer:
    packed = gzip.compress(gzip.compress(answer.body()))
    return Answer(answer.status, packed, {**answer.headers, "Content-Encoding": "gzip, gzip"})


def _wrong_total(content: dict[str, Any]) -> None:
    content["totalLineItems"] = int(content.get("totalLineItems", 0)) + 1


def _other_order(content: dict[str, Any]) -> None:
    _wrong_total(content)
    for line in content.get("lineItems", ()):
        line["externalRefLineItemID"] = "OTHER-" + line["externalRefLineItemID"]


_FROZEN = "Account has been frozen, please contact your Tango CSM"

FAULTS: dict[str, Effect] = {
    "cut-reading": Effect("the connection is cut before the request was read", False, _cut("before")),
    "cut": Effect("the request is read, nothing is done, the connection is cut", False, _cut("before")),
    "lost-answer": Effect("the request is carried out, then the connection is cut", True, _cut("before")),
    "cut-answer": Effect("the request is carried out, half of the answer arrives", True, _cut("half")),
    "slow": Effect("the request is carried out, the answer takes `seconds`", True, _slow),
    "500": Effect("nothing is done, and the answer is 500", False, _error(500, "500.001", "Internal error")),
    "500-placed": Effect(
        "the request is carried out, and the answer is 500", True, _error(500, "500.001", "Internal")
    ),
    "502-placed": Effect("carried out, and a gateway answers 502 in HTML", True, _html(502)),
    "503": Effect("nothing is done, and the answer is 503", False, _error(503, "503.501", "Unavailable")),
    "503-placed": Effect(
        "the request is carried out, and the answer is 503", True, _error(503, "503.501", "Unavailable")
    ),
    "unavailable": Effect("the reward is not available today", False, _error(503, "503.002", "Item is unavailable")),
    "429": Effect("too many requests, without a Retry-After", False, _error(429, "429.001", "Rate limit exceeded")),
    "429-wait": Effect("too many requests, with Retry-After", False, _error(429, "429.008", "Rate limit", True)),
    "400": Effect("the request cannot be read", False, _error(400, "400.001", "Malformed request")),
    "401": Effect("the credentials are refused", False, _error(401, "401.001", "Unauthorized")),
    "402": Effect("the funds do not suffice", False, _error(402, "402.001", "Insufficient funds")),
    "403-fraud": Effect("a fraud limit is reached", False, _error(403, "403.016", "Order limit reached")),
    "404-customer": Effect("there is no such customer", False, _error(404, "404.003", "Customer not found")),
    "405": Effect("the method is not allowed at this address", False, _html(405)),
    "409-in-process": Effect("carried out, and said to be in process", True, _error(409, "409.002", "In process")),
    "409-exists": Effect(
        "carried out, and said to exist already", True, _error(409, "409.024", "externalRefID exists")
    ),
    "413": Effect("the body is too large", False, _error(413, "413.001", "Payload too large")),
    "frozen": Effect("the account is frozen, which comes as 422", False, _error(422, "404.142", _FROZEN)),
    "not-found": Effect("there is no such order (yet)", False, _error(404, "404.017", "Order not found")),
    "unknown-key": Effect("an error with an unknown key", False, _error(418, "418.418", "Teapot")),
    "html": Effect("carried out, and a page of HTML comes back as success", True, _html()),
    "truncated": Effect("carried out, and the JSON breaks off", True, _truncated),
    "nested": Effect("carried out, and answered in the nested shape", True, _on_json(_nested)),
    "strange-word": Effect("carried out, and every status is an unknown word", True, _on_json(_strange)),
    "cursor-loop": Effect("the next page is always the same page", True, _on_json(_cursor_loop)),
    "extra-line": Effect("the answer has a line that was never sent", True, _on_json(_extra_line)),
    "missing-line": Effect("the answer lacks a line", True, _on_json(_missing_line)),
    "fewer-lines": Effect("the answer shows, and counts, a line less than it has", True, _on_json(_fewer_lines)),
    "surrogate": Effect("the answer holds half an emoji", True, _with(b'"orderErrors":[{"errorMessage":"\\ud83d"}]')),
    "huge-number": Effect(
        "the answer contains a number that is too large to count", True, _with(b'"x":1e-99999999999999999999')
    ),
    "packed-twice": Effect("carried out, and the answer is compressed in two layers", True, _packed_twice),
    "wrong-total": Effect("the answer counts one line too many", True, _on_json(_wrong_total)),
    "other-order": Effect("the answer is about another order's lines", True, _on_json(_other_order)),
}
