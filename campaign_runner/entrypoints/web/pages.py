"""How does a page come about?  A template, with who is signed in, the menu that they may see, and their language."""

from __future__ import annotations

from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from campaign_runner import __version__
from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.entrypoints.web.languages import Language, chosen, languages
from campaign_runner.model.roles import Permission
from campaign_runner.model.status_texts import STATUS_TEXTS

HERE = Path(__file__).parent
STATIC = HERE / "static"


class MenuItem(NamedTuple):
    """A link of the menu, for those who may."""

    text: str
    path: str
    permission: Permission


MENU = (
    MenuItem("Campaigns", "/campaigns", Permission.SEE),
    MenuItem("Finance", "/finance", Permission.REPORTS),
    MenuItem("Audit log", "/audit", Permission.AUDIT),
    MenuItem("Users", "/users", Permission.ADMINISTER),
    MenuItem("Settings", "/settings", Permission.ADMINISTER),
    MenuItem("Health", "/health", Permission.ADMINISTER),
)

NOTICES = {
    "saved": "Saved.",
    "codes-on": "From now on, signing in requires a one-time code.",
    "password-changed": "The password was changed. All other sessions were ended.",
    "catalogue-wanted": "The catalogue is being fetched. Look again in a moment.",
    "retry-wanted": "The failed rows are sent again. Look again in a moment.",
    "reports-wanted": "The reports are being written. Look again in a moment.",
    "signed-out": "You were signed out meanwhile, so nothing was changed. Sign in and do it again.",
    "sessions-ended": "The sessions were ended.",
    "token-revoked": "The token was revoked.",
}


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page, or a fragment of one. In a template: `_` (text), `plural`, `number`, `money`, `day`, `moment`."""
    viewer: Viewer | None = request.state.viewer
    language = language_of(request)
    menu = [item for item in MENU if viewer and viewer.ever_may(item.permission)]
    body = _templates().get_template(template).render(
        request=request, path=request.url.path, viewer=viewer, menu=menu, lang=language, languages=languages(),
        with_parameter=partial(_with_parameter, request), P=Permission, request_id=request.state.request_id,
        notice=notice(request, language), **texts(language), **values,
    )  # fmt: skip
    return HTMLResponse(body, status)


def _with_parameter(request: Request, name: str, value: int) -> str:
    """The address of this page with another value of a parameter."""
    return f"?{request.url.include_query_params(**{name: value}).query}"


def notice(request: Request, language: Language) -> str:
    """What came of a form, by its name in the address: never a text that somebody could put there."""
    return language.text(NOTICES.get(request.query_params.get("notice", ""), ""))


def texts(language: Language) -> dict[str, Any]:
    """What a template calls."""
    return {"_": language.text, "plural": language.texts, "number": language.number, "money": language.money,
            "day": language.day, "clock": language.clock, "moment": language.moment, "since": language.since,
            "say": language.say}  # fmt: skip


def language_of(request: Request) -> Language:
    """The language of the viewer."""
    viewer: Viewer | None = request.state.viewer
    chosen_before = (viewer.language if viewer else "") or request.cookies.get("language", "")
    return chosen(chosen_before, request.headers.get("Accept-Language", ""))


def go_to(path: str) -> Response:
    """After a form: the page that shows what came of it, so that reloading sends nothing again."""
    return RedirectResponse(path, 303)


def local_path(wanted: str, otherwise: str = "/") -> str:
    """A path of this server, never another one."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if plain and wanted.isprintable() and "\\" not in wanted else otherwise


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    labels = {str(status): text.label for status, text in STATUS_TEXTS.items()}
    made.globals |= {"static": _static, "version": __version__, "status_labels": labels}
    return made


@cache
def _static(name: str) -> str:
    """The address of a file of ours; another one with every change of it, so that browsers may keep it forever."""
    return f"/static/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
