"""A small S3 store on loopback: list, get, head, put, multipart, copy and delete; signatures are not verified."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Object(NamedTuple):
    content: bytes
    changed: datetime


class S3Store:
    """`objects` by their keys (with the bucket); `before(operation)` is called before each change."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.before: Callable[[str], None] = lambda _: None
        self.url = ""
        self.seen_keys: set[str] = set()

    def put(self, key: str, content: bytes) -> None:
        self.objects[key] = Object(content, datetime.now(UTC))


@contextmanager
def serving() -> Iterator[S3Store]:
    """Serve an empty store while this lasts."""
    store = S3Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"store": store}))
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store: S3Store

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return unquote(parts.path).strip("/") + (
            "/" if parts.path.endswith("/") and "/" in parts.path.strip("/") else ""
        ), query

    def _send(self, code: int, body: bytes = b"", /, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _xml(self, text: str) -> None:
        self._send(200, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), Content_Type="application/xml")

    def _absent(self) -> None:
        self._send(404, b"<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _unchunked(body) if "aws-chunked" in (self.headers.get("Content-Encoding") or "") else body

    def do_HEAD(self) -> None:
        key, _ = self._asked()
        found = self.store.objects.get(key)
        if "/" not in key:
            self._send(200)
        elif found is None:
            self._send(404)
        else:
            self._send(200, Content_Length=str(len(found.content)), **_headers(found))

    def do_GET(self) -> None:
        key, query = self._asked()
        if "list-type" in query:
            self._list(key, query)
        elif (found := self.store.objects.get(key)) is None:
            self._absent()
        elif span := self.headers.get("Range"):
            first, _, last = span.removeprefix("bytes=").partition("-")
            end = min(int(last or len(found.content)), len(found.content) - 1)
            part = found.content[int(first) : end + 1]
            self._send(206, part, Content_Range=f"bytes {first}-{end}/{len(found.content)}", **_headers(found))
        else:
            self._send(200, found.content, **_headers(found))

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        keys, folders = [], set()
        for key in sorted(self.store.objects):
            name = key.removeprefix(f"{bucket}/")
            if name == key or not name.startswith(prefix):
                continue
            rest = name.removeprefix(prefix)
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
            else:
                keys.append(name)
        shown = [_entry(name, self.store.objects[f"{bucket}/{name}"]) for name in keys]
        shown += [f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(folders)]
        count = f"<KeyCount>{len(shown)}</KeyCount><MaxKeys>100000</MaxKeys><IsTruncated>false</IsTruncated>"
        self._xml(f"<ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix>{count}{''.join(shown)}"
                  "</ListBucketResult>")  # fmt: skip

    def do_PUT(self) -> None:
        key, query = self._asked()
        content = self._body()
        if source := self.headers.get("x-amz-copy-source"):
            self.store.before(f"copy {source}")
            found = self.store.objects.get(unquote(source).strip("/"))
            if found is None:
                self._absent()
                return
            self.store.put(key, found.content)
            self._xml(f"<CopyObjectResult><ETag>{_tag(found.content)}</ETag></CopyObjectResult>")
            return
        if "uploadId" in query:
            self.store.parts[query["uploadId"]][int(query["partNumber"])] = content
        else:
            self.store.before(f"put {key}")
            self.store.put(key, content)
        self._send(200, ETag=_tag(content))

    def do_POST(self) -> None:
        key, query = self._asked()
        self._body()
        if "uploads" in query:
            number = str(len(self.store.parts))
            self.store.parts[number] = {}
            self._xml(f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>")
        else:
            self.store.before(f"put {key}")
            parts = self.store.parts.pop(query["uploadId"])
            self.store.put(key, b"".join(parts[number] for number in sorted(parts)))
            self._xml('<CompleteMultipartUploadResult><ETag>"0"</ETag></CompleteMultipartUploadResult>')

    def do_DELETE(self) -> None:
        key, _ = self._asked()
        self.store.before(f"delete {key}")
        self.store.objects.pop(key, None)
        self._send(204)


def _headers(found: Object) -> dict[str, str]:
    return {"ETag": _tag(found.content), "Last_Modified": format_datetime(found.changed, usegmt=True)}


def _entry(name: str, found: Object) -> str:
    return (
        f"<Contents><Key>{escape(name)}</Key><LastModified>{found.changed:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
        f"<ETag>{_tag(found.content)}</ETag><Size>{len(found.content)}</Size></Contents>"
    )


def _tag(content: bytes) -> str:
    return f'"{md5(content).hexdigest()}"'


def _unchunked(body: bytes) -> bytes:
    content = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            break
        content, body = content + body[:size], body[size + 2 :]
    return content
