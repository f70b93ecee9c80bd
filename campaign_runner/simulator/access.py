"""Who may ask?  Anybody with a name and a key, or with a token of ours; the word "wrong" is refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
from urllib.parse import parse_qs

from campaign_runner.simulator.answer import Answer, Refusal, Request, problem

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
