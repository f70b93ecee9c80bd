"""How do routes, defences and pages become one application?"""

from __future__ import annotations

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from campaign_runner import __version__
from campaign_runner.app.workspace import Workspace
from campaign_runner.entrypoints.web import answer_errors
from campaign_runner.entrypoints.web.access import allowed
from campaign_runner.entrypoints.web.defences import Defences
from campaign_runner.entrypoints.web.idempotent import IdempotentRoute
from campaign_runner.entrypoints.web.pages import STATIC
from campaign_runner.entrypoints.web.request_context import RequestContext
from campaign_runner.entrypoints.web.routes import ROUTES


def create_app(workspace: Workspace, bound: str = "127.0.0.1") -> FastAPI:
    """The application of one server, bound to an address."""
    app = FastAPI(
        title="campaign-runner", version=__version__, openapi_url=None, docs_url=None, redoc_url=None,
        middleware=[Middleware(RequestContext, workspace=workspace),
                    Middleware(Defences, workspace=workspace, bound=bound)],
    )  # fmt: skip
    app.state.workspace = workspace
    answer_errors.register(app)
    for route in ROUTES:
        app.router.add_api_route(
            route.path, route.handler, methods=[route.method], status_code=route.status, response_model=None,
            dependencies=[Depends(allowed(route))], include_in_schema=route.is_api,
            route_class_override=IdempotentRoute if route.is_api else None,
        )  # fmt: skip
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
