"""How is an error shown?  To programs as RFC 9457, to people as a page that says what to do; each class has its status."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from campaign_runner.app.accounts.sign_in import NotSignedIn, TooManyTries
from campaign_runner.entrypoints.web.access import SignInFirst
from campaign_runner.entrypoints.web.pages import page
from campaign_runner.model.errors import (
    CampaignHeld,
    CampaignRunnerError,
    Conflict,
    FileUnusable,
    Forbidden,
    NotFound,
    RefusedBeforeSending,
    StateError,
    TangoStopped,
    UsageError,
)
from campaign_runner.model.log import log

# Paths whose errors are for programs.
MACHINES = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")
logger = logging.getLogger(__name__)
# The first that fits.
STATUS: tuple[tuple[type[CampaignRunnerError], int], ...] = (
    (SignInFirst, 401),
    (NotSignedIn, 401),
    (TooManyTries, 429),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (CampaignHeld, 409),
    (StateError, 503),
    (TangoStopped, 503),
    (FileUnusable, 422),
    (RefusedBeforeSending, 422),
    (UsageError, 422),
    (CampaignRunnerError, 500),
)
_FAULT = (
    "This is a fault in the program, not in what you did. Nothing is lost, and you can safely try again. If it happens "
    "again, give your administrator the request number."
)
_USUAL = {
    404: "There is no such page. Check the address, or go to the list of campaigns.",
    405: "This address does not take such a request.",
    413: "The request is too large.",
}


def status_of(error: CampaignRunnerError) -> int:
    """The HTTP status of an error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def register(app: FastAPI) -> None:
    """Have every error told in one way."""
    app.add_exception_handler(CampaignRunnerError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def problem(request: Request, status: int, detail: str, **more: Any) -> Response:
    """RFC 9457."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
            "request_id": request.state.request_id, **more}  # fmt: skip
    return Response(orjson.dumps(body), status, media_type="application/problem+json")


def told(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """The error, for the caller."""
    if request.url.path.startswith(MACHINES):
        answer = problem(request, status, detail)
    else:
        answer = page(request, "error.html", status=status, code=status, detail=detail)
    answer.headers.update(headers or {})
    return answer


def fault(request: Request, error: Exception) -> Response:
    """A fault of the program: the log has it, the answer does not."""
    log(logger, "request failed", level=logging.ERROR, error=error, request_id=request.state.request_id)
    return told(request, 500, _FAULT)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, CampaignRunnerError)
    status = status_of(error)
    if isinstance(error, SignInFirst) and not request.url.path.startswith(MACHINES):
        return _to_sign_in(request)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.seconds)
    return told(request, status, str(error), headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = _USUAL.get(error.status_code, str(error.detail))
    return told(request, error.status_code, detail, dict(error.headers or {}))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [
        f"{'.'.join(str(part) for part in each['loc'][1:]) or each['loc'][0]}: {each['msg']}"
        for each in error.errors()
    ]
    return told(request, 422, f"The request cannot be read: {'; '.join(wrong[:5])}.")


def _to_sign_in(request: Request) -> Response:
    """Sign in, and come back to the page that was asked for, or on which a form was sent in vain."""
    wanted = urlsplit(str(request.url) if request.method == "GET" else request.headers.get("referer", ""))
    path = wanted.path + (f"?{wanted.query}" if wanted.query else "") if wanted.netloc == request.url.netloc else ""
    given = {"notice": "signed-out"} if request.method != "GET" else {}
    query = urlencode(
        {**given, **({"next": path} if path not in ("", "/", "/sign-in") else {})}, safe="/", quote_via=quote
    )
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return RedirectResponse(f"/sign-in?{query}".rstrip("?"), 303)
