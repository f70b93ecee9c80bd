"""Which cookies are there?  The session's, out of reach of scripts and other sites; and the language."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response
from starlette.requests import cookie_parser
from starlette.types import Scope

# With TLS, no other host can set it and it never goes over a plain connection.
SECURE, PLAIN = "__Host-session", "session"
YEAR = 365 * 86_400
STATE = "sign-in-state"


def session_secret(scope: Scope) -> str:
    """What the session's cookie holds; "" without one."""
    header = next((value for name, value in scope["headers"] if name == b"cookie"), b"").decode("latin-1")
    return cookie_parser(header).get(_name(scope["scheme"]), "")


def set_session(request: Request, response: Response, secret: str) -> Response:
    """Begin, or go on in a new session."""
    response.set_cookie(_name(request.url.scheme), secret, path="/", httponly=True, samesite="lax",
                        secure=request.url.scheme == "https")  # fmt: skip
    return response


def clear_session(request: Request, response: Response) -> Response:
    """The browser forgets."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request.url.scheme), path="/", secure=secure, httponly=True, samesite="lax")
    return response


def set_state(request: Request, response: Response, state: str) -> Response:
    """Which sign-in at the identity provider this browser began."""
    response.set_cookie(STATE, state, max_age=600, path="/sign-in", httponly=True, samesite="lax",
                        secure=request.url.scheme == "https")  # fmt: skip
    return response


def state_of(request: Request) -> str:
    """The same; "" without one."""
    return request.cookies.get(STATE, "")


def clear_state(request: Request, response: Response) -> Response:
    """It is over."""
    secure = request.url.scheme == "https"
    response.delete_cookie(STATE, path="/sign-in", secure=secure, httponly=True, samesite="lax")
    return response


def _name(scheme: str) -> str:
    return SECURE if scheme == "https" else PLAIN
