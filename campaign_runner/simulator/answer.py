"""What does the stand-in hand back?  An Answer, or a Refusal in Tango's envelope of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the server read it; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """Without query, trailing slash and the prefix /raas/v2."""
        path = urlsplit(self.target).path.rstrip("/") or "/"
        return path.removeprefix("/raas/v2") or "/"

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass(slots=True)
class Answer:
    """Status and content: a dict is sent as JSON, bytes as they are. `cut`: "" or where the connection breaks."""

    status: int
    content: dict[str, Any] | bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    delay: float = 0.0

    def body(self) -> bytes:
        """The bytes to send."""
        return self.content if isinstance(self.content, bytes) else orjson.dumps(self.content)


class Refusal(Exception):
    """Tango says no; `errors` are the elements of the envelope."""

    def __init__(self, status: int, *errors: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.errors = status, errors


def problem(key: str, message: str, path: str = "", value: object = None) -> dict[str, Any]:
    """One element of `errors[]`; `invalidValue` echoes what was sent, as Tango does."""
    error: dict[str, Any] = {"code": int(key.replace(".", "")), "i18nKey": key, "message": message}
    if path:
        error |= {"path": path, "invalidValue": value if isinstance(value, (str, int, float)) else None}
    return error


def envelope(request: Request, refusal: Refusal, request_id: str, at: str) -> Answer:
    """The JSON of a refusal."""
    phrase = HTTPStatus(refusal.status).phrase
    content = {
        "timestamp": at, "requestId": request_id, "path": request.path, "httpCode": refusal.status,
        "httpPhrase": phrase, "errors": list(refusal.errors),
    }  # fmt: skip
    return Answer(refusal.status, content)
