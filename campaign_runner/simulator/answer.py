"""What does the stand-in hand back?  An Answer, or a Refusal in Tango's envelope of errors."""

from __future__ import annotations

import base64
import binascii
import hashlib
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


TOKEN = "simulated-token-"  # noqa: S105
TOKEN_LIVES = 86_400


def authenticate(request: Request) -> None:
    """Basic with any name and key, or a token of ours; the word "wrong" is refused."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme == "Bearer" and given.startswith(TOKEN):
        return
    if scheme == "Basic":
        try:
            name, _, key = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = key = ""
        if name and key and "wrong" not in (name, key):
            return
    raise Refusal(401, problem("401.001", "The credentials are missing or refused"))


def token(request: Request, number: int) -> Answer:
    """POST /oauth/token, the request of this number: any client and user do, except where one is called "wrong"."""
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    needs = {"client_id", "client_secret", "audience"}
    needs |= {"username", "password"} if form.get("grant_type") == "password" else set()
    granted = form.get("grant_type") in ("password", "client_credentials") and "wrong" not in form.values()
    if not granted or needs - form.keys():
        return Answer(401, {"error": "invalid_grant", "error_description": "The credentials are refused"})
    made = TOKEN + hashlib.sha256(f"{form['client_id']} {number}".encode()).hexdigest()[:32]
    return Answer(200, {"access_token": made, "token_type": "Bearer", "expires_in": TOKEN_LIVES})
