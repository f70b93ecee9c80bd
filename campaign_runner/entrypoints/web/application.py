"""How do routes, defences and pages become one application? And what is known of a request before anybody looks at
it?"""

from __future__ import annotations

import re
import secrets
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaign_runner import __version__
from campaign_runner.app.accounts.sign_in import viewer_of_session
from campaign_runner.app.accounts.tokens import viewer_of_token
from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.entrypoints.web import answer_errors
from campaign_runner.entrypoints.web.access import allowed
from campaign_runner.entrypoints.web.answer_errors import fault
from campaign_runner.entrypoints.web.cookies import session_secret
from campaign_runner.entrypoints.web.defences import Defences
from campaign_runner.entrypoints.web.idempotent import IdempotentRoute
from campaign_runner.entrypoints.web.pages import STATIC
from campaign_runner.entrypoints.web.routes import ROUTES
from campaign_runner.model.log import log_context
from campaign_runner.model.observed import observed


def create_app(workspace: Workspace, bound: str = "127.0.0.1") -> FastAPI:
    """The application of one server, bound to an address."""
    app = FastAPI(
        title="campaign-runner", version=__version__, openapi_url=None, docs_url=None, redoc_url=None,
        middleware=[Middleware(RequestContext, workspace=workspace),
                    Middleware(Defences, workspace=workspace, bound=bound)],
    )  # fmt: skip
    app.state.workspace = workspace
    answer_errors.register(app)
    app.router.routes.extend(_routes())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Put together once in a process: no route knows which application it serves."""
    router = APIRouter()
    for route in ROUTES:
        router.add_api_route(
            route.path, route.handler, methods=[route.method], status_code=route.status, response_model=None,
            dependencies=[Depends(allowed(route))], include_in_schema=route.is_api,
            route_class_override=IdempotentRoute if route.is_api else None,
        )  # fmt: skip
    return router.routes


_NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestContext:
    """Gives `request.state` its `request_id`, `client`, `viewer` and `bearer`; catches whatever nobody else caught."""

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self.app, self.workspace = app, workspace
        self.proxies = [ip_network(each) for each in workspace.settings.server.proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers, state = Headers(scope=scope), scope.setdefault("state", {})
        proxied = self._from_proxy(scope)
        given = headers.get("X-Request-Id", "") if proxied else ""
        state["request_id"] = given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
        if proxied:
            _believe(scope, headers, self._is_proxy)
        state["client"] = (scope.get("client") or ("unknown", 0))[0]
        state["viewer"], state["bearer"] = None, False
        status = {"code": 0}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                status["code"] = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = state["request_id"]
            await send(message)

        with log_context(request_id=state["request_id"]), observed("HTTP request", method=scope["method"]) as made:
            try:
                if not scope["path"].startswith("/static/"):
                    state["viewer"], state["bearer"] = await run_in_threadpool(self._viewer, scope, headers)
                await self.app(scope, receive, answer)
            except Exception as error:
                if status["code"]:
                    raise
                await fault(Request(scope, receive), error)(scope, receive, answer)
            finally:  # not the address that was asked for, which may hold a link's secret: the route says enough
                made.update(route=getattr(scope.get("route"), "path", "-"), status=status["code"])

    def _viewer(self, scope: Scope, headers: Headers) -> tuple[Viewer | None, bool]:
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return viewer_of_token(self.workspace, token.strip()), True
        return viewer_of_session(self.workspace, session_secret(scope)), False

    def _from_proxy(self, scope: Scope) -> bool:
        return self._is_proxy((scope.get("client") or ("", 0))[0])

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.proxies)
        except ValueError:
            return False


def _believe(scope: Scope, headers: Headers, is_proxy: Any) -> None:
    """What a proxy of ours says: the last address that is not a proxy's, the scheme and the host."""
    addresses = [each.strip() for each in ",".join(headers.getlist("X-Forwarded-For")).split(",") if each.strip()]
    if far := [each for each in addresses if not is_proxy(each)]:
        scope["client"] = (far[-1], 0)
    if headers.get("X-Forwarded-Proto", "") in ("http", "https"):
        scope["scheme"] = headers["X-Forwarded-Proto"]
    if host := headers.get("X-Forwarded-Host", ""):
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [*kept, (b"host", host.encode("latin-1"))]
