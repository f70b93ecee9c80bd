"""What does the API look like?  OpenAPI for programs, and a page made of it for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response

from campaign_runner import __version__
from campaign_runner.entrypoints.web.pages import page

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "request_id": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}  # fmt: skip
REFUSALS = {
    "400": "Host or header is wrong", "401": "No token, or it is not valid", "403": "Your roles do not allow it",
    "404": "Not found, or not visible to you", "409": "It has changed meanwhile",
    "413": "Too large", "422": "The content cannot be used", "429": "Too many tries", "503": "Try again later",
}  # fmt: skip
# What comes as a stream is read by its handler.
UPLOAD = {"required": True, "content": {"multipart/form-data": {"schema": {
    "type": "object", "required": ["file"],
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "sheet": {"type": "string"}, "hidden": {"type": "string", "enum": ["hold", "include", "skip"]},
        "columns": {"type": "string", "description": "JSON object: header of the file = field"},
    },
}}}}  # fmt: skip
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200},
    "description": "The same key with the same body gives the first answer again; with another body, 409.",
}  # fmt: skip


def openapi(request: Request) -> Response:
    """The document."""
    return JSONResponse(document(request.app))


def docs(request: Request) -> Response:
    """The page."""
    return page(request, "api_docs.html", calls=list(_calls(document(request.app))))


def document(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, with what FastAPI does not know: tokens, keys, and how errors look."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title="campaign-runner", version=__version__, routes=app.routes,
        description="Every call acts as the user of its token, or as the signed-in user.",
    )  # fmt: skip
    components = made.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "session"},
    }
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    made["security"] = [{"token": []}, {"session": []}]
    for path, method, call in _each(made):
        call.setdefault("parameters", []).extend(_undeclared(path, call))
        problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for status, what in REFUSALS.items():
            call["responses"][status] = {"description": what, "content": problem}
        if method == "post" and path.endswith("/uploads"):
            call["requestBody"] = UPLOAD
        if method == "post":
            call["parameters"].append(KEY)
    app.openapi_schema = made
    return made


def _undeclared(path: str, call: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a path that are looked up before the handler."""
    declared = {each["name"] for each in call["parameters"]}
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
        if name not in declared
    ]


def _each(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in made.get("paths", {}).items():
        for method, call in methods.items():
            yield path, method, call


def _calls(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, method, call in _each(made):
        parameters = [each for each in call.get("parameters", []) if each["in"] != "header"]
        body = list((call.get("requestBody") or {}).get("content", {}))
        yield {"method": method.upper(), "path": path, "what": call.get("description", ""), "parameters": parameters,
               "body": ", ".join(body), "key": method == "post"}  # fmt: skip
