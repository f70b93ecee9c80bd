"""Which routes are there, and who may use them?  This table is all of it; a test walks it with every role."""

from __future__ import annotations

from campaign_runner.entrypoints.web import campaign_pages, operations_api, sign_in_pages
from campaign_runner.entrypoints.web.access import PUBLIC, Route
from campaign_runner.model.roles import Permission

ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", PUBLIC, operations_api.healthz),
    Route("GET", "/readyz", PUBLIC, operations_api.readyz),
    # Signing in
    Route("GET", "/", PUBLIC, sign_in_pages.home),
    Route("GET", "/sign-in", PUBLIC, sign_in_pages.sign_in_page),
    Route("POST", "/sign-in", PUBLIC, sign_in_pages.do_sign_in),
    Route("POST", "/sign-in/code", PUBLIC, sign_in_pages.enter_code),
    Route("POST", "/sign-out", PUBLIC, sign_in_pages.sign_out),
    Route("GET", "/set-password/{secret}", PUBLIC, sign_in_pages.password_page),
    Route("POST", "/set-password/{secret}", PUBLIC, sign_in_pages.set_password),
    # Campaigns
    Route("GET", "/campaigns", Permission.SEE, campaign_pages.campaigns_page),
)
