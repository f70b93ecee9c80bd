"""Which routes are there, and who may use them?  This table is all of it; a test walks it with every role."""

from __future__ import annotations

from campaign_runner.entrypoints.web import (
    account_pages,
    api_document,
    audit_api,
    campaign_api,
    campaign_pages,
    operations_api,
    sign_in_pages,
    single_sign_on_pages,
    upload_api,
    user_pages,
)
from campaign_runner.entrypoints.web.access import MACHINE, PUBLIC, SIGNED_IN, Route
from campaign_runner.model.roles import Permission

_ONE = "/api/v1/campaigns/{campaign_id}"

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
    # The JSON API
    Route("POST", "/api/v1/campaigns", Permission.SUBMIT, campaign_api.create, 201),
    Route("GET", "/api/v1/campaigns", Permission.SEE, campaign_api.listing),
    Route("GET", f"{_ONE}", Permission.SEE, campaign_api.one),
    Route("POST", f"{_ONE}/uploads", Permission.SUBMIT, upload_api.upload, 202),
    Route("GET", f"{_ONE}/uploads", Permission.SEE, upload_api.listing),
    Route("GET", f"{_ONE}/uploads/{{number}}", Permission.SEE, upload_api.one),
    Route("GET", f"{_ONE}/uploads/{{number}}/problems", Permission.SEE, upload_api.problems),
    Route("PATCH", f"{_ONE}/uploads/{{number}}/cells", Permission.SUBMIT, upload_api.correct, 202),
    Route("GET", f"{_ONE}/uploads/{{number}}/file", Permission.SEE_CONTACTS, upload_api.file),
    Route("POST", f"{_ONE}/plan", Permission.SUBMIT, campaign_api.plan),
    Route("GET", f"{_ONE}/plan", Permission.SEE_CONTACTS, campaign_api.look_at_plan),
    Route("POST", f"{_ONE}/approve", Permission.APPROVE, campaign_api.approve),
    Route("POST", f"{_ONE}/reject", Permission.APPROVE, campaign_api.reject),
    Route("POST", f"{_ONE}/send", Permission.SUBMIT, campaign_api.send, 202),
    Route("POST", f"{_ONE}/halt", Permission.HALT, campaign_api.halt),
    Route("POST", f"{_ONE}/resume", Permission.RESUME, campaign_api.resume),
    Route("POST", f"{_ONE}/withdraw", Permission.RESUME, campaign_api.withdraw),
    Route("POST", f"{_ONE}/schedule", Permission.RESUME, campaign_api.schedule),
    Route("POST", f"{_ONE}/retry", Permission.SUBMIT, campaign_api.retry, 202),
    Route("GET", f"{_ONE}/rows", Permission.SEE, campaign_api.rows),
    Route("GET", f"{_ONE}/rows/{{row}}", Permission.SEE, campaign_api.row),
    Route("POST", f"{_ONE}/rows/{{row}}/release", Permission.SUBMIT, campaign_api.release),
    Route("POST", f"{_ONE}/rows/{{row}}/drop", Permission.SUBMIT, campaign_api.drop),
    Route("GET", f"{_ONE}/reports", Permission.REPORTS, campaign_api.reports),
    Route("POST", f"{_ONE}/reports", Permission.REPORTS, campaign_api.write_reports, 202),
    Route("GET", f"{_ONE}/reports/{{name}}", Permission.REPORTS, campaign_api.report),
    Route("GET", "/api/v1/audit", Permission.AUDIT, audit_api.events),
    Route("POST", "/api/v1/audit/verify", Permission.AUDIT, audit_api.verify),
)
