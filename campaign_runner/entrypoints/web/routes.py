"""Which routes are there, and who may use them?  This table is all of it; a test walks it with every role."""

from __future__ import annotations

from campaign_runner.entrypoints.web import (
    account_pages,
    api_document,
    campaign_pages,
    operations_api,
    sign_in_pages,
    single_sign_on_pages,
    user_pages,
)
from campaign_runner.entrypoints.web.access import MACHINE, PUBLIC, SIGNED_IN, Route
from campaign_runner.model.roles import Permission

ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", PUBLIC, operations_api.healthz),
    Route("GET", "/readyz", PUBLIC, operations_api.readyz),
    Route("GET", "/metrics", MACHINE, operations_api.metrics),
    Route("POST", "/webhooks/tango", PUBLIC, operations_api.tango_event),
    Route("GET", "/api/openapi.json", PUBLIC, api_document.openapi),
    Route("GET", "/api/docs", PUBLIC, api_document.docs),
    # Signing in
    Route("GET", "/", PUBLIC, sign_in_pages.home),
    Route("GET", "/sign-in", PUBLIC, sign_in_pages.sign_in_page),
    Route("POST", "/sign-in", PUBLIC, sign_in_pages.do_sign_in),
    Route("POST", "/sign-in/code", PUBLIC, sign_in_pages.enter_code),
    Route("GET", "/sign-in/provider", PUBLIC, single_sign_on_pages.to_provider),
    Route("GET", "/sign-in/provider/back", PUBLIC, single_sign_on_pages.from_provider),
    Route("POST", "/sign-out", PUBLIC, single_sign_on_pages.sign_out),
    Route("GET", "/set-password/{secret}", PUBLIC, sign_in_pages.password_page),
    Route("POST", "/set-password/{secret}", PUBLIC, sign_in_pages.set_password),
    Route("POST", "/language", PUBLIC, account_pages.set_language),
    # My account
    Route("GET", "/account", SIGNED_IN, account_pages.account_page),
    Route("POST", "/account/sessions/end", SIGNED_IN, account_pages.end_sessions),
    Route("POST", "/account/tokens", SIGNED_IN, account_pages.create_token),
    Route("POST", "/account/tokens/{number}/revoke", SIGNED_IN, account_pages.revoke_token),
    Route("GET", "/account/codes", SIGNED_IN, account_pages.codes_page),
    Route("POST", "/account/codes", SIGNED_IN, account_pages.require_codes),
    # The administrator's
    Route("GET", "/users", Permission.ADMINISTER, user_pages.users_page),
    Route("POST", "/users", Permission.ADMINISTER, user_pages.add_user),
    Route("POST", "/users/change", Permission.ADMINISTER, user_pages.change_user),
    Route("GET", "/users/tokens", Permission.ADMINISTER, user_pages.tokens_page),
    Route("POST", "/users/tokens/{number}/revoke", Permission.ADMINISTER, user_pages.revoke_token),
    Route("GET", "/settings", Permission.ADMINISTER, user_pages.settings_page),
    Route("GET", "/health", Permission.ADMINISTER, user_pages.health_page),
    Route("POST", "/health", Permission.ADMINISTER, user_pages.check_health),
    # Campaigns
    Route("GET", "/campaigns", Permission.SEE, campaign_pages.campaigns_page),
)
