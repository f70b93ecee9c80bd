"""Was this very request made before?  With an Idempotency-Key it is done once; then its first answer is given again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from campaign_runner.app.accounts.tokens import FirstAnswer, claim_key, forget_key, keep_answer
from campaign_runner.entrypoints.web.access import workspace_of
from campaign_runner.entrypoints.web.defences import is_upload
from campaign_runner.model.errors import UsageError

HEADER, LONGEST = "Idempotency-Key", 200
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotentRoute(APIRoute):
    """A route of the API. What comes as a stream (uploads) does the same by itself, with `once`, when it has it all."""

    def get_route_handler(self) -> Handler:
        """The handler, done once for each key."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            key = key_of(request)
            if not key or is_upload(request.scope):
                return await handle(request)
            digest = digest_of(request, await request.body())
            return await once(request, digest, lambda: handle(request))

        return handler


async def once(request: Request, digest: str, act: Callable[[], Coroutine[Any, Any, Response]]) -> Response:
    """The first answer to a request with this key; raises Conflict where its body was another."""
    key, viewer, workspace = key_of(request), request.state.viewer, workspace_of(request)
    if not key or viewer is None:
        return await act()
    if first := await run_in_threadpool(claim_key, workspace, viewer.user, key, digest):
        return Response(
            first.body, first.status, media_type=first.content_type, headers={"Idempotent-Replayed": "true"}
        )
    try:
        answer = await act()
    except BaseException:  # also where the browser has gone: nothing came of it that could be given again
        await run_in_threadpool(forget_key, workspace, viewer.user, key)
        raise
    body = bytes(answer.body).decode()
    kept = FirstAnswer(digest, answer.status_code, answer.headers.get("Content-Type", ""), body)
    await run_in_threadpool(keep_answer, workspace, viewer.user, key, kept)
    return answer


def key_of(request: Request) -> str:
    """The key; "" without one. Raises UsageError for one that is too long."""
    key = request.headers.get(HEADER, "").strip() if request.method in ("POST", "PATCH") else ""
    if len(key) > LONGEST or not key.isprintable():
        raise UsageError(f"{HEADER}: give at most {LONGEST} characters.")
    return key


def digest_of(request: Request, *parts: bytes) -> str:
    """What the request asks for: its address and its body."""
    seen = sha256(f"{request.method} {request.url.path}?{request.url.query}".encode())
    for part in parts:
        seen.update(sha256(part).digest())
    return seen.hexdigest()
