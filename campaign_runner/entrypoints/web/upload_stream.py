"""How does a file come in without being in memory whole?  From the request's stream to a file on disk, with its digest."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from campaign_runner.model.errors import UsageError

FIELDS = 20


@dataclass(frozen=True)
class Uploaded:
    """A file on disk, as it was called, with its SHA-256 and the other fields of the form."""

    path: Path
    name: str
    sha256: str
    fields: Mapping[str, str]


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[Uploaded]:
    """The file of a form while this lasts; raises UsageError without one."""
    try:
        form = await request.form(max_files=1, max_fields=FIELDS)
    except ClientDisconnect:
        raise HTTPException(413, "The upload is too large, took too long, or was cut off.") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise UsageError("Choose a spreadsheet: the form has no file.")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
            path = Path(folder) / "upload"
            digest = await run_in_threadpool(_to_disk, file, path)
            yield Uploaded(path, plain_name(file.filename), digest, fields)
    finally:
        await form.close()


def plain_name(name: str) -> str:
    """The last part of a file name, without signs that are none of a name."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(sign if sign.isprintable() else "_" for sign in last).strip(". ")
    return kept[-200:] or "file"


def _to_disk(file: Any, path: Path) -> str:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
    with path.open("rb") as made:
        return hashlib.file_digest(made, "sha256").hexdigest()
