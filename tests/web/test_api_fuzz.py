"""Whatever is sent to the API, by its own document, nothing of it is a fault of the program."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from campaign_runner.app.accounts.sign_in import actor_of
from campaign_runner.app.accounts.tokens import create_token
from campaign_runner.app.accounts.users import find_user
from campaign_runner.app.views.campaigns import create_campaign
from campaign_runner.app.workspace import open_workspace
from campaign_runner.model.roles import Role
from tests.examples import TIMES, examples
from tests.web.conftest import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with open_workspace(None, tmp_path_factory.mktemp("fuzz") / "state") as workspace:
        site = Site(workspace)
        site.account("ana@example.com", *Role)
        create_campaign(workspace, actor_of(find_user(workspace, "ana@example.com")), {"id": "q4"})
        yield site, create_token(workspace, None, "ana@example.com", "fuzz")[1]


@pytest.fixture
def document(site):
    import schemathesis  # every worker reads this file, and one of them needs it

    made = schemathesis.openapi.from_asgi("/api/openapi.json", site[0].app, headers={"Host": "127.0.0.1"})
    for methods in made.raw_schema["paths"].values():
        for call in methods.values():
            for parameter in call["parameters"]:
                if parameter["name"] == "campaign_id":
                    parameter["schema"] = {"enum": ["q4"]}
    return made


def test_no_request_is_a_fault_of_the_program(document, site):
    sent = []

    def ask(case):
        answer = case.call(timeout=60, headers={"Host": "127.0.0.1", "Authorization": f"Bearer {site[1]}"})
        sent.append(answer.status_code)
        assert answer.status_code < 500, (case.method, case.path, answer.text)

    # Uploads last: no worker checks them here, and a plan waits for its check.
    for operation in sorted(document.get_all_operations(), key=lambda each: each.ok().path.endswith("/uploads")):
        cases = given(operation.ok().as_strategy())
        settings(
            max_examples=examples(5), derandomize=TIMES == 1, deadline=None, suppress_health_check=list(HealthCheck)
        )(cases(ask))()
    assert 401 not in sent
    assert len(sent) > 100
