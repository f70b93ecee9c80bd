"""What is refused before any handler?  Foreign hosts, requests that another site caused, bodies too large or too slow.

And what every answer carries, so that browsers keep to it.
"""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaign_runner.app.workspace import Workspace
from campaign_runner.entrypoints.web.answer_errors import told
from campaign_runner.model.loopback import LOOPBACK

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Bytes of a form or a JSON body; an upload has the limit of [server].
FORM_BYTES, FORM_SECONDS = 2 * 2**20, 60.0
ALLOWED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class Defences:
    """Around the whole application, inside `RequestContext`."""

    def __init__(self, app: ASGIApp, workspace: Workspace, bound: str = "127.0.0.1") -> None:
        server = workspace.settings.server
        named = {*LOOPBACK, bound, socket.gethostname()} if not server.hosts else {*LOOPBACK}
        self.app = app
        self.hosts = {host.lower() for host in (*named, *server.hosts)}
        self.upload = (server.upload_megabytes * 2**20, float(server.upload_seconds))
        provider = urlsplit(server.oidc.issuer)
        self.policy = ALLOWED.replace(
            "form-action 'self'", f"form-action 'self' {provider.scheme}://{provider.netloc}" if provider.netloc else
            "form-action 'self'",
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(scope, MutableHeaders(scope=message))
            await send(message)

        if refused := self._refused(scope):
            request = Request(scope, receive)
            return await told(request, *refused)(scope, receive, answer)
        largest, longest = self.upload if is_upload(scope) else (FORM_BYTES, FORM_SECONDS)
        body = BoundedBody(scope, receive, largest, longest)
        if body.is_too_large:
            detail = f"The request is too large: at most {largest // 2**20} MB are accepted."
            return await told(Request(scope, receive), 413, detail)(scope, receive, answer)
        return await self.app(scope, body, answer)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if _host(headers.get("host", "")) not in self.hosts:
            return 400, (
                "This server is not known by this host name. An administrator can add the name to "
                "[server] hosts in workspace.toml."
            )
        unsafe = scope["method"] not in SAFE
        if (
            (unsafe or scope["path"].startswith("/api/"))
            and not scope["state"]["bearer"]
            and is_foreign(scope, headers)
        ):
            return 403, "This request was caused by another site and is refused. Open the page here and do it there."
        return None

    def _complete(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", self.policy)
        if scope["scheme"] == "https":
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        kept = scope["path"].startswith("/static/")
        headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if kept else "no-store")


class BoundedBody:
    """The body of a request as it arrives, with a count and a clock; beyond either, the connection ends."""

    def __init__(self, scope: Scope, receive: Receive, largest: int, longest: float) -> None:
        stated = Headers(scope=scope).get("content-length", "")
        self.is_too_large = stated.isdigit() and int(stated) > largest
        self._receive, self._left, self._until = receive, largest, longest
        self._ended = False

    async def __call__(self) -> Message:
        """The next part; a body that is too large or too slow ends as if the browser had gone."""
        if self._ended:  # what waits for the browser to go may wait forever
            return await self._receive()
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            message = await asyncio.wait_for(self._receive(), self._until)
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._until = max(0.0, self._until - (loop.time() - began))
        self._left -= len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message if self._left >= 0 else {"type": "http.disconnect"}


def is_upload(scope: Scope) -> bool:
    """Whether a file comes with the request, which its handler takes as a stream."""
    path: str = scope["path"]
    return scope["method"] == "POST" and path.rstrip("/").endswith(("/uploads", "/upload", "/statement"))


def is_foreign(scope: Scope, headers: Headers) -> bool:
    """Whether another site caused it, as the browser says; what is not a browser says nothing of the kind."""
    site: str = headers.get("sec-fetch-site", "")
    if site:
        return site not in ("same-origin", "none")
    origin: str = headers.get("origin", "")
    here = f"{scope['scheme']}://{headers.get('host', '')}"
    return origin not in ("", here)


def _host(header: str) -> str:
    """The name in a Host header, without port and brackets; "" where it is none."""
    if set(header) & set("@/\\? #"):
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
