"""What somebody with bad intentions tries, one test each."""

from __future__ import annotations

import pytest

from campaign_runner.app.accounts import sign_in
from campaign_runner.app.accounts.tokens import list_tokens
from campaign_runner.app.accounts.users import add_user, disable_user, new_link
from campaign_runner.ledger import people
from campaign_runner.model.log import JsonLines
from tests.web.conftest import PASSWORD

FORM = {"email": "root@example.com", "name": "x", "role": "auditor"}


@pytest.fixture
def root(site):
    return site.browser("root@example.com", "administrator")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
    ],
)
def test_a_form_that_another_site_sends_is_refused(root, site, headers):
    answer = root.post("/users", data={"email": "eve@example.com", "role": "administrator"}, headers=headers)
    assert answer.status_code == 403
    assert "eve" not in root.get("/users").text


def test_the_form_of_the_page_itself_is_taken(root):
    here = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}
    assert root.post("/users", data={"email": "eve@example.com", "role": "auditor"}, headers=here).status_code == 200


def test_a_session_that_somebody_planted_is_not_the_one_that_signs_in(site):
    site.account("ana@example.com", "submitter")
    browser = site.browser()
    browser.cookies.set("session", "planted", domain="127.0.0.1")
    browser.post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD})
    planted = site.browser()
    planted.cookies.set("session", "planted", domain="127.0.0.1")
    assert planted.get("/account").status_code == 303


def test_signing_in_again_ends_the_session_before(site):
    browser = site.browser("ana@example.com", "submitter")
    before = site.browser()
    before.cookies = browser.cookies
    browser.post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD})
    assert before.get("/account").status_code == 303


def test_guessing_has_to_wait_longer_and_longer(timed):
    timed.account("ana@example.com", "submitter")
    browser = timed.browser()
    for _ in range(sign_in.FREE_BY_ACCOUNT):
        assert browser.post("/sign-in", data={"email": "ana@example.com", "password": "wrong"}).status_code == 401
    answer = browser.post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_whoever_hammers_one_account_does_not_lock_the_office_out(timed):
    timed.account("ana@example.com", "submitter")
    for _ in range(40):
        timed.browser().post("/sign-in", data={"email": "nobody@example.com", "password": ""})
    assert (
        timed.browser().post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD}).status_code == 303
    )


def test_an_unknown_account_gets_the_same_answer_and_waits_the_same(timed):
    timed.account("ana@example.com", "submitter")
    texts = set()
    for email in ("ana@example.com", "nobody@example.com"):
        answers = [timed.browser().post("/sign-in", data={"email": email, "password": "x"}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        texts.add(answers[0].text.replace(email, "").replace(answers[0].headers["X-Request-Id"], ""))
    assert len(texts) == 1


def test_scripts_in_names_are_shown_and_not_run(root, site):
    add_user(site.workspace, None, "ana@example.com", ["submitter"], "<script>alert(1)</script>")
    text = root.get("/users").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_scripts_in_an_address_are_not_reflected(root):
    for path in ("/users?notice=<script>", "/sign-in?next=%22%3E<script>", "/<script>alert(1)</script>"):
        assert "<script>alert" not in root.get(path).text
    assert "unsafe" not in root.get("/users").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/static/../pages.py", "/static/%2e%2e/pages.py", "/static/..%2fpages.py", "/static//etc/passwd"]
)
def test_no_file_outside_of_the_static_ones_is_served(site, path):
    assert site.browser().get(path).status_code == 404


@pytest.mark.parametrize(
    "where", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "\\\\evil", "/a\nb"]
)
def test_signing_in_leads_to_no_other_site(site, where):
    site.account("ana@example.com", "submitter")
    answer = site.browser().post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD, "next": where})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1@evil.example.com", "", "127.0.0.1/evil"])
def test_a_host_that_the_server_is_not_is_refused(site, host):
    answer = site.browser().get("/sign-in", headers={"Host": host})
    assert (answer.status_code, "hosts" in answer.text) == (400, True)


def test_forwarded_headers_count_from_no_stranger(site):
    answer = site.browser().get(
        "/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example.com"}
    )
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


def test_a_disabled_account_is_out_at_once_with_its_tokens(site):
    browser, program = site.browser("ana@example.com", "submitter"), site.program("ana@example.com")
    assert program.get("/campaigns").status_code == 200
    disable_user(site.workspace, None, "ana@example.com")
    assert browser.get("/account").status_code == 303
    assert program.get("/campaigns").status_code == 303
    assert site.browser().post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD}).status_code == 401


def test_a_body_that_is_too_large_is_refused_before_it_is_read(root):
    answer = root.post("/users", content=b"a" * (3 * 2**20))
    assert answer.status_code == 413


def test_a_token_makes_itself_no_token_with_more_roles_or_a_longer_life(site):
    site.account("ana@example.com", "submitter", "administrator")
    confined = site.program("ana@example.com", scope=["submitter"])
    assert confined.post("/account/tokens", data={"name": "more"}).status_code == 403
    assert len(list_tokens(site.workspace)) == 1


def test_a_password_link_does_not_get_round_one_time_codes(site):
    user = site.account("ana@example.com", "approver")
    with site.workspace.ledger().write("test") as connection:
        people.change(connection, user, site.workspace.at(), "test", totp_key="JBSWY3DPEHPK3PXP")
    browser = site.browser()
    link = f"/set-password/{new_link(site.workspace, None, 'ana@example.com')}"
    assert browser.post(link, data={"password": PASSWORD}).headers["Location"] == "/sign-in"
    assert browser.get("/account").status_code == 303


def test_nobody_sees_or_revokes_the_token_of_somebody_else(site):
    site.program("ana@example.com", "submitter")
    eve = site.browser("eve@example.com", "submitter")
    assert eve.post("/account/tokens/1/revoke").status_code == 404
    assert "test" not in eve.get("/account").text.partition('id="tokens"')[2].partition("<form")[0]


def test_the_last_administrator_cannot_lock_everybody_out(root):
    answer = root.post("/users/change", data={"email": "root@example.com", "do": "disable"})
    assert "only administrator" in answer.text


def test_personal_pages_are_kept_by_no_cache_and_in_no_frame(root):
    headers = root.get("/users").headers
    assert (headers["Cache-Control"], headers["X-Frame-Options"]) == ("no-store", "DENY")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site):
    site.account("ana@example.com", "submitter")
    answer = site.browser().post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD})
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["Set-Cookie"].split("; "))


def test_the_log_has_neither_passwords_nor_links_nor_addresses(site, caplog):
    caplog.set_level("INFO")
    _, secret = add_user(site.workspace, None, "ana@example.com", ["submitter"])
    site.browser().post(f"/set-password/{secret}", data={"password": PASSWORD})
    site.browser().post("/sign-in", data={"email": "ana@example.com", "password": "a wrong one"})
    logged = "\n".join(map(JsonLines().format, caplog.records))
    assert "/set-password/{secret}" in logged
    assert not any(word in logged for word in (secret, PASSWORD, "a wrong one", "ana@example.com"))
